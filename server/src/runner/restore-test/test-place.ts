// Where a backup is restored for a test: a mongod of its own, or a deployment that is set aside where none of the right version is
// at hand. Either is chosen before anything is begun, and leaves nothing of the test behind.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DeploymentId } from '@holdfast/shared/ids';
import type { RestoreTestSettings } from '@holdfast/shared/restore-test';
import type { MongoClient } from 'mongodb';
import { connectionStringOf } from '../../commands/connection-string-of.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import { testDatabase } from '../../domain/restore-test-names.ts';
import { type DeploymentAddress, parseConnectionString, throughSet } from '../../engine/connection-string.ts';
import { diskSpace as spaceOf } from '../../engine/disk-space.ts';
import { explained } from '../../engine/driver-failure.ts';
import { connectDeployment, type DeploymentFacts, inspectDeployment } from '../../engine/inspect-deployment.ts';
import type { RecordedProcess } from '../../engine/orphan-process.ts';
import { removeDatabase } from '../../engine/remove-database.ts';
import { startThrowAwayMongod } from '../../engine/throw-away-mongod.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { Services } from '../../services.ts';
import { defaultReserve, diskSpace } from '../../storage/disk-reserve.ts';
import { releaseOf } from '../../tools/find-mongods.ts';
import { compareVersions } from '../../tools/tool-version.ts';
import { endWrites } from '../end-writes.ts';
import type { ShownRestoreTest } from './running-restore-tests.ts';
import { TestStopped } from './test-stopped.ts';
import { watchedProcess } from './watched-process.ts';

/** What a test needs to know of its backup. */
export interface TestedBackup {
  readonly backupId: BackupId;
  /** Of the server that it was taken from. */
  readonly serverVersion: string;
  readonly rawBytes: number;
}

export interface TestPlace {
  readonly serverVersion: string;
  /** Throws OperationFailure, and the signal's reason. */
  open(test: OpenTest): Promise<OpenPlace>;
}

export interface OpenTest {
  readonly backupId: BackupId;
  /** The databases of the backup. */
  readonly databases: readonly string[];
  /** It holds what a standalone server refuses. */
  readonly needsReplicaSet: boolean;
  readonly signal: AbortSignal;
  readonly shown: Pick<ShownRestoreTest, 'note' | 'forget'>;
}

/** Disposing of it removes everything. */
export interface OpenPlace extends AsyncDisposable {
  readonly address: DeploymentAddress;
  readonly client: MongoClient;
  /** Aborts when it is gone or must not be used any further: OperationFailure, TestStopped. */
  readonly lost: AbortSignal;
  /** Documents may expire while they are looked at. */
  readonly expires: boolean;
  /** The name under which a database of the backup is restored. */
  database(name: string): string;
}

/** Chooses where to restore. Throws TestStopped(`no-server-of-version`, `no-space`) that says what there is and what to do. */
export async function chooseTestPlace(
  services: Services,
  backup: TestedBackup,
  settings: RestoreTestSettings,
): Promise<TestPlace> {
  const release = releaseOf(backup.serverVersion);
  if (release === null) throw noServer('The backup does not say of which version its server was.');
  const mongods = await services.mongods();
  const [mongod] = mongods
    .filter(({ version }) => releaseOf(version) === release)
    .sort((a, b) => compareVersions(b.version, a.version));
  if (mongod !== undefined) {
    await requireSpace(services.dataDir, backup.rawBytes);
    return throwAwayPlace(services, mongod);
  }
  const here = mongods.map(({ version }) => version).join(', ');
  const wanted = `The backup comes from MongoDB ${backup.serverVersion}, and no mongod ${release} is at hand on this server`;
  const found = here === '' ? wanted : `${wanted}, only ${here}`;
  if (settings.setAsideId === null) throw noServer(`${found}. docs/restore-tests.md says where to put one.`);
  return await setAsidePlace(services, backup, { id: settings.setAsideId, release, found });
}

/** Snappy makes it smaller, indexes and journal larger. */
const spacePerByte = 1.2;
const leastSpaceBytes = 512 * 1024 * 1024;

/** What a restore of so many raw bytes may take on disk, at most. */
export function spaceFor(rawBytes: number): number {
  return Math.ceil(rawBytes * spacePerByte) + leastSpaceBytes;
}

async function requireSpace(folder: string, rawBytes: number): Promise<void> {
  const { freeBytes, totalBytes } = await diskSpace(folder);
  const needed = spaceFor(rawBytes) + defaultReserve(totalBytes);
  if (freeBytes >= needed) return;
  const message = `The disk of the data folder has ${size(freeBytes)} free; the test needs ${size(needed)}, the reserve included.`;
  throw new TestStopped('no-space', message);
}

function throwAwayPlace(services: Services, mongod: { readonly path: string; readonly version: string }): TestPlace {
  return {
    serverVersion: mongod.version,
    async open({ signal, needsReplicaSet }) {
      await using parts = new AsyncDisposableStack();
      const folder = join(services.dataDir, throwAwayFolder, randomUUID().slice(0, 8));
      const starting = {
        ...{ mongodPath: mongod.path, folder, signal, replicaSet: needsReplicaSet },
        onStarted: (started: RecordedProcess) => void parts.use(watchedProcess(services, started)),
      };
      const server = parts.use(await startThrowAwayMongod(starting));
      const full = watchSpace(folder);
      parts.defer(() => full.end());
      const client = parts.use(await connectDeployment(server.address, { signal }));
      const kept = parts.move();
      return {
        ...{ address: server.address, client, expires: false },
        lost: AbortSignal.any([server.lost, full.signal]),
        database: (name) => name,
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      };
    },
  };
}

/** In the data folder; what an earlier server left there is removed at the start. */
export const throwAwayFolder = 'restore-tests';

const lookEveryMs = 1_000;

/** Aborts once less than the reserve is free: the ledger may lie on the same disk. */
function watchSpace(folder: string): { readonly signal: AbortSignal; end(): void } {
  const full = new AbortController();
  const timer = setInterval(async () => {
    const space = await diskSpace(folder).catch(() => null);
    if (space === null || space.freeBytes >= defaultReserve(space.totalBytes)) return;
    full.abort(new TestStopped('no-space', `Only ${size(space.freeBytes)} were left on the disk of the data folder.`));
  }, lookEveryMs);
  return { signal: full.signal, end: () => clearInterval(timer) };
}

interface SetAside {
  readonly id: DeploymentId;
  readonly release: string;
  /** Why it is turned to. */
  readonly found: string;
}

async function setAsidePlace(
  services: Services,
  backup: TestedBackup,
  { id, release, found }: SetAside,
): Promise<TestPlace> {
  const state = (await services.ledger.state(`deployment:${id}`)) as DeploymentState | undefined;
  if (state === undefined || state.removed) throw noServer(`${found}. The deployment set aside for tests was removed.`);
  const { name } = state.facts;
  const { address, server, freeBytes } = await lookAt(services, state).catch((error: unknown) => {
    if (!(error instanceof OperationFailure || error instanceof AppError)) throw error;
    throw noServer(`${found}. ${name}, which is set aside for tests, cannot be used: ${error.message}`);
  });
  requireUsable(server, { name, release, found });
  const needed = spaceFor(backup.rawBytes);
  if (freeBytes !== null && freeBytes < needed) {
    const message = `${name}, which is set aside for tests, has ${size(freeBytes)} free; the test needs ${size(needed)}.`;
    throw new TestStopped('no-space', message);
  }
  const through = throughSet(address, server);
  return {
    serverVersion: server.version,
    async open(test) {
      if (test.needsReplicaSet && server.replicaSet === null)
        throw noServer(
          `The backup has encrypted collections, and ${name}, which is set aside for tests, is no replica set.`,
        );
      return await openSetAside(services, { address: through, id }, test);
    },
  };
}

async function lookAt(services: Services, { facts }: DeploymentState) {
  const address = parseConnectionString(await throughFailover(() => connectionStringOf(services, facts)));
  await using client = await connectDeployment(address);
  const server = await inspectDeployment(client);
  const { freeBytes } = await spaceOf(client, ['admin']);
  return { address, server, freeBytes };
}

function requireUsable(
  { version, sharded }: DeploymentFacts,
  { name, release, found }: { readonly name: string; readonly release: string; readonly found: string },
): void {
  if (sharded) throw noServer(`${found}. ${name}, which is set aside for tests, is a sharded cluster.`);
  if (releaseOf(version) !== release)
    throw noServer(`${found}. ${name}, which is set aside for tests, is MongoDB ${version}.`);
}

/**
 * What is made there is recorded before it is, so that it is found whatever becomes of this server; what an earlier test of the backup
 * left goes first. What cannot be dropped in the end stays recorded, and says nothing about the test.
 */
async function openSetAside(
  { logger }: Services,
  { address, id: deploymentId }: { readonly address: DeploymentAddress; readonly id: DeploymentId },
  { backupId, signal, shown, databases: tested }: OpenTest,
): Promise<OpenPlace> {
  const names = new Map(tested.map((name, index) => [name, testDatabase(backupId, index)]));
  const databases = [...names.values()];
  await shown.note({ deploymentId, databases });
  await using parts = new AsyncDisposableStack();
  const client = parts.use(await connectDeployment(address, { signal }));
  const drop = () => explained(() => dropTestDatabases(client, backupId, databases));
  await drop();
  parts.defer(async () => {
    try {
      await drop();
      await shown.forget(deploymentId);
    } catch (err) {
      logger.warn({ backupId, deploymentId, databases, err }, 'what a restore test left is removed later');
    }
  });
  const kept = parts.move();
  return {
    ...{ address, client, expires: true, lost: new AbortController().signal },
    database: (name) => names.get(name) ?? name,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Ends what still writes there, and drops them. Only names that a test made. */
export async function dropTestDatabases(
  client: MongoClient,
  backupId: BackupId,
  databases: readonly string[],
): Promise<void> {
  await endWrites(client, { restoreId: backupId, databases });
  for (const database of databases) await removeDatabase(client, database);
}

function noServer(message: string): TestStopped {
  return new TestStopped('no-server-of-version', message);
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
