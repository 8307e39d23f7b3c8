// The embedded ledger: a one-node replica set on loopback that the server starts, adopts, keeps running and stops.
// It knows of the ledger only the names of its database and collections, for the role of the service's own user.
import type { Logger } from 'pino';
import {
  choosePort,
  EmbeddedMongodFailed,
  type LaunchOptions,
  launchLedgerMongod,
  replicaSetName,
} from './launch-ledger-mongod.ts';
import { type Login, openLedgerFolder } from './ledger-folder.ts';
import { type LedgerCollections, ledgerRole } from './ledger-role.ts';
import type { DataDirLock } from './lock-data-dir.ts';
import { rotateLog } from './mongod-log.ts';
import type { MongodProcess } from './mongod-process.ts';
import { superviseMongod } from './supervise-mongod.ts';
import { systemClient } from './system-client.ts';

export interface EmbeddedMongodOptions {
  readonly mongodPath: string;
  /** The data folder, held by this process: two mongods must never meet in one. */
  readonly lock: DataDirLock;
  readonly database: string;
  readonly collections: LedgerCollections;
  readonly logger?: Logger;
  /** `down` when mongod ended by itself, `up` when it is a writable primary again. Not told of the first start and of `stop`. */
  readonly onStateChange?: (state: 'down' | 'up') => void;
}

export interface EmbeddedMongod extends AsyncDisposable {
  /** Of the service's own user, who may do to the events nothing but find and insert. A secret. */
  readonly ledgerUri: string;
  /** Of the user that a sample deployment on this mongod is backed up and restored with. A secret. */
  sampleUri(database: string): Promise<string>;
  /** Of the mongod that runs now; changes when it was started again. */
  readonly pid: number;
  readonly port: number;
  /** Ends mongod in order; idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded mongod, or adopts the one that a killed server left; resolves once it is a writable primary with
 * the service's users. Throws EmbeddedMongodFailed.
 */
export async function startEmbeddedMongod(options: EmbeddedMongodOptions): Promise<EmbeddedMongod> {
  const { mongodPath, lock, database, collections, logger, onStateChange } = options;
  const folder = await openLedgerFolder(lock.dataDir);
  const launch = { mongodPath, folder, role: ledgerRole(database, collections) };
  const { mongod, port } = await firstLaunch(launch);
  const supervised = superviseMongod(mongod, {
    launch: (signal) => launchLedgerMongod(launch, port, signal),
    onStateChange,
    logger,
  });
  const stopRotation = rotateRegularly(launch, port, logger);
  const stop = async () => {
    stopRotation();
    await supervised.stop();
  };
  return {
    ledgerUri: connectionString(folder.credentials.ledger, port, database),
    sampleUri: async (sample) => connectionString(folder.credentials.sample, port, sample),
    get pid() {
      return supervised.pid;
    },
    port,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The port is kept for good, unless something else listens on it: then a new one is chosen and the replica set is told. */
async function firstLaunch(launch: LaunchOptions): Promise<{ mongod: MongodProcess; port: number }> {
  let port = await choosePort(launch.folder);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { mongod: await launchLedgerMongod(launch, port), port };
    } catch (error) {
      if (!(error instanceof EmbeddedMongodFailed && error.portTaken && attempt < 5)) throw error;
      port = await choosePort(launch.folder, port);
    }
  }
}

function connectionString({ user, password }: Login, port: number, database: string): string {
  const parameters = `authSource=admin&replicaSet=${replicaSetName}`;
  return `mongodb://${user}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}?${parameters}`;
}

const rotationMs = 600_000;

/** mongod writes on into a renamed file until it is told to open its log anew. */
function rotateRegularly({ folder }: LaunchOptions, port: number, logger: Logger | undefined): () => void {
  const timer = setInterval(async () => {
    const client = systemClient(port, folder.key);
    try {
      if (await rotateLog(folder.logFile)) await client.db('admin').command({ logRotate: 'server' });
    } catch (error) {
      logger?.warn({ err: error }, "the embedded mongod's log could not be rotated");
    } finally {
      await client.close();
    }
  }, rotationMs);
  timer.unref();
  return () => clearInterval(timer);
}
