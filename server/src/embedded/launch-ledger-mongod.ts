// One start of the embedded mongod, to a writable primary with its users: the orphan of an earlier server is adopted,
// else mongod is started. Knows nothing of restarts; that is `supervise-mongod.ts`.
import type { MongoClient } from 'mongodb';
import { findOrphan } from './find-orphan.ts';
import { freePort } from './free-port.ts';
import type { LedgerFolder } from './ledger-folder.ts';
import type { LedgerRole } from './ledger-role.ts';
import { ensureLedgerUsers } from './ledger-users.ts';
import { firstErrors, logLength, rotateLog } from './mongod-log.ts';
import { endMongod, exitPortTaken, type MongodProcess, spawnMongod } from './mongod-process.ts';
import { initiateReplicaSet, waitForPrimary } from './replica-set.ts';
import { MongodEnded, type Waiting, withSystemClient } from './with-system-client.ts';

export const replicaSetName = 'holdfast';

/** The embedded mongod did not come up. `message` says what mongod's log says. */
export class EmbeddedMongodFailed extends Error {
  override readonly name = 'EmbeddedMongodFailed';
  /** Something else listens on the port. */
  readonly portTaken: boolean;

  constructor(message: string, portTaken: boolean) {
    super(message);
    this.portTaken = portTaken;
  }
}

export interface LaunchOptions {
  readonly mongodPath: string;
  readonly folder: LedgerFolder;
  readonly role: LedgerRole;
}

/** Recovery after a crash reads the journal; as long as mongod lives, this long is waited for it. */
const startTimeoutMs = 300_000;
/** An orphan has been running all along. */
const adoptTimeoutMs = 30_000;

/** Adopts or starts mongod on the port. Throws EmbeddedMongodFailed, or the signal's reason; then none of ours is left running. */
export async function launchLedgerMongod(
  options: LaunchOptions,
  port: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<MongodProcess> {
  const orphan = await adoptOrphan(options, port, signal);
  if (orphan !== undefined) return orphan;
  try {
    return await startFresh(options, port, signal);
  } catch (error) {
    if (!(error instanceof WrongAddress)) throw error;
    await rewriteAddress(options, port, signal);
    return await startFresh(options, port, signal);
  }
}

/** A port for the first start: the one kept from before, else a free one, which is then kept. */
export async function choosePort(folder: LedgerFolder, taken?: number): Promise<number> {
  const kept = await folder.readPort();
  if (kept !== undefined && kept !== taken) return kept;
  const port = await freePort();
  await folder.writePort(port);
  return port;
}

/** undefined when there is none, or it could not be adopted (port or keyfile were lost): that one is ended in order. */
async function adoptOrphan(
  options: LaunchOptions,
  port: number,
  signal: AbortSignal,
): Promise<MongodProcess | undefined> {
  const orphan = await findOrphan(options.folder.dbPath);
  if (orphan === undefined) return undefined;
  try {
    if (orphan.port !== undefined && orphan.port !== port) throw new Error('it listens on another port');
    await makeReady(orphan.mongod, options, { port, signal, answerMs: adoptTimeoutMs, refusalIsFinal: true });
    return orphan.mongod;
  } catch {
    signal.throwIfAborted();
    if (orphan.certain) await endMongod(orphan.mongod);
    return undefined;
  }
}

async function startFresh(options: LaunchOptions, port: number, signal: AbortSignal): Promise<MongodProcess> {
  const { folder, mongodPath } = options;
  await rotateLog(folder.logFile);
  const logStart = await logLength(folder.logFile);
  const mongod = await spawnMongod(mongodPath, mongodArguments(folder, port, 'replica-set'));
  try {
    await makeReady(mongod, options, { port, signal, answerMs: startTimeoutMs, refusalIsFinal: false });
    return mongod;
  } catch (error) {
    mongod.signal('SIGKILL');
    const code = await mongod.ended;
    if (!(error instanceof MongodEnded)) throw error;
    const said = await firstErrors(folder.logFile, logStart);
    const why = said.length > 0 ? said.join('; ') : `exit code ${code ?? 'unknown'}`;
    throw new EmbeddedMongodFailed(
      `The mongod of the embedded ledger ended while it started: ${why}. Its log is ${folder.logFile}.`,
      code === exitPortTaken,
    );
  }
}

async function makeReady(mongod: MongodProcess, options: LaunchOptions, waiting: Waiting): Promise<void> {
  await withSystemClient(mongod, options.folder.key, waiting, async (client, signal) => {
    await joinReplicaSet(client, `127.0.0.1:${waiting.port}`);
    await waitForPrimary(client, { timeoutMs: startTimeoutMs, signal });
    await ensureLedgerUsers(client, options.role, options.folder.credentials);
  });
}

function mongodArguments(folder: LedgerFolder, port: number, as: 'replica-set' | 'no-replica-set'): string[] {
  const { dbPath, keyFile, logFile } = folder;
  const parameters = [
    'enableLocalhostAuthBypass=false',
    'diagnosticDataCollectionEnabled=false',
    // There is no other member to hand over to: without this, every stop would wait for one.
    'shutdownTimeoutMillisForSignaledShutdown=100',
  ];
  return [
    ...['--dbpath', dbPath, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
    ...(as === 'replica-set' ? ['--replSet', replicaSetName, '--oplogSize', '256'] : []),
    ...['--wiredTigerCacheSizeGB', '0.25'],
    ...['--auth', '--keyFile', keyFile, '--networkMessageCompressors', 'disabled'],
    ...['--logpath', logFile, '--logappend', '--logRotate', 'reopen', '--quiet'],
    ...parameters.flatMap((parameter) => ['--setParameter', parameter]),
  ];
}

class WrongAddress extends Error {}

/**
 * What the set's own record says decides, not `replSetGetConfig`: that one denies a set which is still being loaded.
 * First start: a set of one. Later nothing, or WrongAddress.
 */
async function joinReplicaSet(client: MongoClient, host: string): Promise<void> {
  const config = await client.db('local').collection('system.replset').findOne();
  if (config === null) await initiateReplicaSet(client, replicaSetName, [host]);
  else if (config.members[0].host !== host) throw new WrongAddress('the replica set has another address on record');
}

/**
 * The port had to change: a set that does not find itself under its recorded address never gets a primary, so the record is
 * rewritten while mongod runs without one.
 */
async function rewriteAddress({ folder, mongodPath }: LaunchOptions, port: number, signal: AbortSignal): Promise<void> {
  const mongod = await spawnMongod(mongodPath, mongodArguments(folder, port, 'no-replica-set'));
  try {
    const waiting = { port, signal, answerMs: startTimeoutMs, refusalIsFinal: false };
    await withSystemClient(mongod, folder.key, waiting, async (client) => {
      const record = client.db('local').collection('system.replset');
      await record.updateOne({}, { $set: { 'members.0.host': `127.0.0.1:${port}` }, $inc: { version: 1 } });
    });
  } finally {
    await endMongod(mongod);
  }
}
