// The composition root: the only place where ledger, storage, tools, runner and scheduler are made and tied together.
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Db, MongoClient } from 'mongodb';
import type { Logger } from 'pino';
import { v7 as uuid } from 'uuid';
import packageJson from '../package.json' with { type: 'json' };
import { loadAdministratorKey } from './access/administrator-key.ts';
import { attemptLimit } from './access/attempt-limit.ts';
import { recordFailedSignIns } from './access/record-failed-sign-ins.ts';
import { type SignIn, type StoredCode, type StoredSession, signIn } from './access/sign-in.ts';
import { encryptionFinding } from './commands/encryption.ts';
import type { StoredPlan } from './commands/restore-plan/stored-plans.ts';
import { restoreTestsState } from './commands/restore-tests.ts';
import type { StoredUndoPlan } from './commands/undo-plans.ts';
import { verificationState } from './commands/verification.ts';
import { type Config, ConfigError } from './config.ts';
import { type Destinations, openDestinations } from './destinations/destinations.ts';
import { diskSurvey } from './destinations/survey-disks.ts';
import { streamModel } from './domain/stream-model.ts';
import { type EmbeddedMongod, startEmbeddedMongod } from './embedded/embedded-mongod.ts';
import { type DataDirLock, lockDataDir } from './embedded/lock-data-dir.ts';
import { inspectDeployment } from './engine/inspect-deployment.ts';
import { openWatchdog } from './engine/watchdog.ts';
import { failpointsIn, noFailpoint } from './failpoints.ts';
import { openedArchives } from './inside/opened-archives.ts';
import { openKeyring } from './keys/keyring.ts';
import { eventsCollection, mutableCollections } from './ledger/collections.ts';
import type { Ledger } from './ledger/ledger.ts';
import { loadMasterKey } from './ledger/master-key.ts';
import { openLedger } from './ledger/open-ledger.ts';
import { openSecrets, type SealedSecret, type SealedSecrets } from './ledger/sealed-secrets.ts';
import { throughFailover } from './ledger/through-failover.ts';
import { backupsProjection, type StoredBackup } from './projections/backups.ts';
import { deploymentsProjection, type StoredDeployment } from './projections/deployments.ts';
import { destinationsProjection } from './projections/destinations.ts';
import { operationsProjection } from './projections/operations.ts';
import { policiesProjection, type StoredPolicy } from './projections/policies.ts';
import { restoresProjection } from './projections/restores.ts';
import { archiveLeases, type StoredArchiveLease } from './runner/archive-leases.ts';
import { startCopier } from './runner/copier.ts';
import { copyLeases, type StoredCopyLease } from './runner/copy-leases.ts';
import { limitsOf } from './runner/limits.ts';
import type { StoredReconciliation } from './runner/reconcile.ts';
import { startRestoreTester } from './runner/restore-test/restore-tester.ts';
import type { StoredRestoreTest } from './runner/restore-test/running-restore-tests.ts';
import { type Runner, startRunner } from './runner/runner.ts';
import { type RunningImports, runningImports, type StoredImport } from './runner/running-imports.ts';
import { type RunningOperation, runningOperations } from './runner/running-operations.ts';
import { superviseOnce } from './runner/supervisor.ts';
import type { StoredVerification } from './runner/verifications.ts';
import { startVerifier } from './runner/verifier.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import {
  joinServers,
  type RegisteredServer,
  type ServerRegistry,
  type StoredServer,
} from './servers/server-registry.ts';
import type { Services, Tools } from './services.ts';
import { recordIn } from './storage/known-destination.ts';
import { openStorage } from './storage/open-storage.ts';
import { parseLocation } from './storage/storage-location.ts';
import { runDoctor } from './tools/doctor.ts';
import { ensureTool } from './tools/ensure-tool.ts';
import { mongodFinder } from './tools/find-mongods.ts';
import type { ToolName } from './tools/find-tool.ts';

/** Everything that runs, but for the HTTP listener. */
export interface App {
  readonly services: Services;
  readonly signIn: SignIn;
  readonly administratorKey: string;
  readonly administratorKeyFile: string;
  /** Only with the embedded ledger: where the sample database can live. */
  readonly embedded: EmbeddedMongod | null;
  /** Told to stop: it is not ready any more, and claims nothing. */
  readonly isDraining: boolean;
  /** Claims nothing more; resolves once what runs here has ended, or after the time it is given. */
  drain(): Promise<void>;
  /** Ends what still runs as interrupted. */
  close(): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Told in one line each what takes a while at the start. */
  readonly onProgress: (line: string) => void;
  readonly now?: () => number;
  /** Told when another process took the data folder over: this one must end. */
  readonly onDataDirLost?: () => void;
  /** Opens ledger and destinations only: no tools, nothing is run, scheduled or cleaned up. Default: false. */
  readonly idle?: boolean;
}

export const ledgerDatabase = 'holdfast';

/** Starts ledger, storage and tools, ends what an earlier process left, then starts to claim and to schedule. */
export async function startApp(options: AppOptions): Promise<App> {
  await using parts = new AsyncDisposableStack();
  const { config, logger } = options;
  if (config.role !== 'all' && config.ledgerUri === null)
    throw new ConfigError(
      `The role ${config.role} needs LEDGER_URI, a replica set that all servers share: ` +
        'the ledger that a server brings along is for that server only.',
    );
  const lock = await lockDataDir(config.dataDir, options.onDataDirLost ? { onLost: options.onDataDirLost } : {});
  parts.defer(() => lock.release());
  const embedded = await openEmbedded(options, lock);
  if (embedded) parts.defer(() => embedded.stop());
  const client = new MongoClient(embedded?.ledgerUri ?? config.ledgerUri ?? '', {
    appName: 'holdfast',
    // As long as a command waits for the ledger; an election takes no longer.
    serverSelectionTimeoutMS: 15_000,
    connectTimeoutMS: 5_000,
  });
  parts.defer(() => client.close());
  const services = await openServices(options, { client, embedded }, parts);
  const runner = options.idle ? null : await startWork(services, options, parts);
  const access = await openAccess(services, config, client);
  parts.defer(() => access.close());
  const started = parts.move();
  logger.debug({ instanceId: services.instanceId, role: services.role }, 'started');
  let draining = false;
  return {
    services,
    ...access,
    embedded,
    get isDraining() {
      return draining;
    },
    async drain() {
      draining = true;
      await Promise.all([services.servers.drain(), runner?.drain(config.drainMs)]);
    },
    close: () => started.disposeAsync(),
  };
}

/** Ends what an earlier server left, then claims and schedules. */
async function startWork(
  services: Services,
  { config, logger }: AppOptions,
  parts: AsyncDisposableStack,
): Promise<Pick<Runner, 'drain'> | null> {
  await superviseOnce(services).catch((err) =>
    logger.warn({ err }, 'what an earlier server left is looked at again soon'),
  );
  const copier = services.role === 'api' ? null : startCopier(services);
  parts.defer(() => copier?.close());
  const runner = services.role === 'api' ? null : startRunner(services, { ...config, onCopies: () => copier?.wake() });
  parts.defer(() => runner?.close());
  const verifier = services.role === 'api' ? null : startVerifier(services);
  parts.defer(() => verifier?.close());
  const tester = services.role === 'api' ? null : await startRestoreTester(services);
  parts.defer(() => tester?.close());
  const scheduler = startScheduler(services);
  parts.defer(() => scheduler.close());
  if (runner === null) return null;
  return {
    drain(limitMs) {
      copier?.drain();
      return runner.drain(limitMs);
    },
  };
}

async function openEmbedded(
  { config, logger, onProgress }: AppOptions,
  lock: DataDirLock,
): Promise<EmbeddedMongod | null> {
  if (config.ledgerUri !== null) return null;
  const mongod = await provide(config, 'mongod', onProgress);
  const collections = { events: eventsCollection, others: mutableCollections };
  return startEmbeddedMongod({ mongodPath: mongod.path, lock, database: ledgerDatabase, collections, logger });
}

interface LedgerPlace {
  readonly client: MongoClient;
  readonly embedded: EmbeddedMongod | null;
}

/** What has to be closed is left to `parts`. */
async function openServices(
  options: AppOptions,
  { client, embedded }: LedgerPlace,
  parts: AsyncDisposableStack,
): Promise<Services> {
  const { config, logger } = options;
  const now = options.now ?? Date.now;
  const instanceId = await loadInstanceId(config.dataDir);
  const worker = `${instanceId}/${uuid()}`;
  const opening: Opening = { options, db: client.db(ledgerDatabase), instanceId, worker, parts };
  const ledger = await openOwnLedger(opening, client);
  const secrets = await openOwnSecrets(opening);
  const tools = config.role === 'api' || options.idle ? null : await provideTools(config, options.onProgress);
  const { replicaSetId, replicaSetMembers } = await throughFailover(() => inspectDeployment(client));
  const destinations = await openOwnDestinations(opening, ledger, secrets);
  const leases = await openLeases(opening);
  const services: Services = {
    ...{ ledger, secrets, tools, destinations, instanceId, worker, now, logger, role: config.role },
    ...leases,
    ...(await openCollections(opening)),
    servers: await joinAs(opening, { destinations, secrets, running: leases.running }),
    imports: openImports(opening),
    keys: openKeyring({ ledger, secrets, logger }),
    openedArchives: openedArchives(),
    ...{ verifyingHere: new Map(), testingHere: new Map() },
    mongods: mongodFinder({ ...config, configured: config.toolPaths.mongod }),
    dataDir: config.dataDir,
    watchdog: parts.use(openWatchdog(() => logger.warn('the watchdog ended; it is started again'))),
    limits: (operation) => limitsOf(ledger, operation),
    ledgerPlace: {
      ...{ database: ledgerDatabase, replicaSetId, replicaSetMembers, client },
      kind: embedded ? 'embedded' : 'external',
    },
    ...{ runningHere: new Set(), puttingBackHere: new Map() },
    startedAt: new Date(now()).toISOString(),
    version: packageJson.version,
    failpoint: config.failpointsDir === null ? noFailpoint : failpointsIn(config.failpointsDir, worker),
    doctor: () => doctor(services, config, embedded?.ledgerUri ?? config.ledgerUri ?? ''),
    disks: diskSurvey({ ledger, destinations, secrets }, ledgerData(config)),
  };
  return services;
}

/** What the parts of a start share. */
interface Opening {
  readonly options: AppOptions;
  readonly db: Db;
  readonly instanceId: string;
  readonly worker: string;
  readonly parts: AsyncDisposableStack;
}

async function openOwnLedger({ options, parts }: Opening, client: MongoClient): Promise<Ledger> {
  const projections = [
    deploymentsProjection,
    policiesProjection,
    backupsProjection,
    restoresProjection,
    operationsProjection,
    destinationsProjection,
  ];
  const { logger } = options;
  const ledger = await openLedger({ client, databaseName: ledgerDatabase, model: streamModel, projections, logger });
  parts.defer(() => ledger.close());
  return ledger;
}

async function openOwnSecrets({ options: { config }, db }: Opening): Promise<SealedSecrets> {
  const file = join(config.dataDir, 'secret.key');
  const key = await loadMasterKey({ configured: config.secretKey ?? undefined, file });
  return openSecrets({ collection: db.collection<SealedSecret>('secrets'), key });
}

async function openOwnDestinations(
  { options: { config, logger }, parts }: Opening,
  ledger: Ledger,
  secrets: SealedSecrets,
): Promise<Destinations> {
  const main = await openStorage(config.storageUrl, {
    record: recordIn(config.dataDir),
    shared: config.storageShared,
    credentials: config.s3Credentials,
    onRetry: ({ message }) => logger.warn(`the destination is tried again: ${message}`),
  });
  const destinations = await openDestinations({ main, ledger, secrets, logger });
  parts.defer(() => destinations.close());
  return destinations;
}

/** Who does what right now. What an earlier start of this server held is let go of. */
async function openLeases({ options: { config }, db, instanceId, worker }: Opening) {
  const running = runningOperations(db.collection<RunningOperation>('running'), config);
  const leases = archiveLeases(db.collection<StoredArchiveLease>('archive_leases'), { ...config, worker });
  const copying = copyLeases(db.collection<StoredCopyLease>('copies'), { ...config, worker });
  for (const earlier of [leases, copying]) await throughFailover(() => earlier.forgetEarlier(instanceId));
  return { running, archiveLeases: leases, copyLeases: copying };
}

function openImports({ options: { config, logger }, db, instanceId, worker, parts }: Opening): RunningImports {
  const imports = runningImports({
    ...{ worker, instanceId, logger, leaseMs: config.leaseMs },
    collection: db.collection<StoredImport>('imports'),
  });
  parts.defer(() => imports.close());
  return imports;
}

/** Those that nothing else stands before. */
async function openCollections({ db }: Opening) {
  const plans = db.collection<StoredPlan>('plans');
  await throughFailover(() => plans.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }));
  const undoPlans = db.collection<StoredUndoPlan>('undo_plans');
  await throughFailover(() => undoPlans.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }));
  const verifications = db.collection<StoredVerification>('verifications');
  await throughFailover(() => verifications.createIndex({ until: 1 }, { expireAfterSeconds: 0 }));
  const restoreTests = db.collection<StoredRestoreTest>('restore_tests');
  return {
    plans,
    undoPlans,
    verifications,
    restoreTests,
    reconciliations: db.collection<StoredReconciliation>('reconciliations'),
  };
}

async function joinAs(
  { options: { config, logger }, db, instanceId, worker, parts }: Opening,
  { destinations, secrets, running }: Pick<Services, 'destinations' | 'secrets' | 'running'>,
): Promise<ServerRegistry> {
  const { role } = config;
  const { id, url, isShared } = destinations.main;
  const own: RegisteredServer = {
    ...{ _id: worker, instanceId, role, version: packageJson.version, keyId: secrets.keyId },
    concurrency: role === 'api' ? 0 : config.concurrency,
    destination: { id, url, isShared },
  };
  const onMissed = (err: unknown) => logger.warn({ err }, 'the heartbeat of this server could not be written');
  const collection = db.collection<StoredServer>('servers');
  const servers = await throughFailover(() => joinServers(own, { collection, running, onMissed }));
  parts.defer(() => servers.close());
  return servers;
}

async function openAccess(services: Services, config: Config, client: MongoClient) {
  const db = client.db(ledgerDatabase);
  const administratorKeyFile = join(config.dataDir, 'admin.key');
  const administratorKey = await loadAdministratorKey({ configured: config.apiKey, file: administratorKeyFile });
  const codes = db.collection<StoredCode>('login_codes');
  const sessions = db.collection<StoredSession>('sessions');
  for (const collection of [codes, sessions])
    await throughFailover(() => collection.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }));
  const limit = attemptLimit(services.now);
  const recording = recordFailedSignIns(services, limit);
  const signingIn = signIn({ codes, sessions, limit, now: services.now });
  return { signIn: signingIn, administratorKey, administratorKeyFile, close: () => recording.close() };
}

async function provideTools(config: Config, onProgress: (line: string) => void): Promise<Tools> {
  const mongodump = await provide(config, 'mongodump', onProgress);
  const mongorestore = await provide(config, 'mongorestore', onProgress);
  return { mongodump: mongodump.path, mongorestore: mongorestore.path, mongodumpVersion: mongodump.version };
}

/** A tool that is found, or provided into the user's cache. Throws `tool-missing` with what to do. */
export function provide(config: Config, name: ToolName, onProgress: (line: string) => void) {
  const { cacheDir, searchPath, toolPaths } = config;
  return ensureTool(name, { cacheDir, searchPath, configured: toolPaths[name], onProgress });
}

/** Names this data folder for good: events and leases say which server did what. */
async function loadInstanceId(dataDir: string): Promise<string> {
  const file = join(dataDir, 'instance-id');
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known.trim() !== '') return known.trim();
  const id = randomUUID();
  await writeFile(file, `${id}\n`);
  return id;
}

function folderOf(storageUrl: string): { readonly storagePath?: string } {
  const location = parseLocation(storageUrl);
  return location.kind === 'folder' ? { storagePath: location.directory } : {};
}

function ledgerData({ ledgerUri, dataDir }: Config): Parameters<typeof diskSurvey>[1] {
  return ledgerUri === null ? { kind: 'here', path: dataDir } : { uri: ledgerUri };
}

async function doctor(services: Services, config: Config, ledgerUri: string) {
  const { searchPath, cacheDir, toolPaths, dataDir } = config;
  const { destinations, ledgerPlace, secrets } = services;
  const deployments = await services.ledger.readModel<StoredDeployment>('deployments');
  const known = await deployments.find({ removed: false }).sort({ name: 1 }).toArray();
  const policies = await services.ledger.readModel<StoredPolicy>('policies');
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const withUsers = [
    ...(await policies.distinct('deploymentId', { removed: false, usersAndRoles: true })),
    ...(await backups.distinct('deploymentId', { status: 'completed', usersAndRoles: { $exists: true } })),
  ];
  return runDoctor({
    ...{ searchPath, cacheDir, toolPaths, dataDir },
    ...folderOf(config.storageUrl),
    probeStorage: () => destinations.main.probe(),
    disks: services.disks,
    ledger: { kind: ledgerPlace.kind, uri: ledgerUri },
    ledgerTime: async () => (await ledgerPlace.client.db('admin').command({ hello: 1 })).localTime.getTime(),
    deployments: await Promise.all(
      known.map(async ({ _id, name, secretRef }) => ({
        name,
        uri: secretRef && (await secrets.open(secretRef)),
        usersAndRoles: withUsers.some((deploymentId) => deploymentId === _id),
      })),
    ),
    verification: () => verificationState(services),
    restoreTests: () => restoreTestsState(services),
    encryption: () => encryptionFinding(services),
    now: services.now,
  });
}
