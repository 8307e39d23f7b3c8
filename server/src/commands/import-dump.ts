// Taking in a dump that was made elsewhere: what comes is scanned and written as an archive of the deployment while it comes.
// Nothing of it is visible before its last byte was seen and every checksum that it carries has held.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DeploymentId, DestinationId, PolicyId } from '@holdfast/shared/ids';
import type { DumpOrigin, Manifest } from '@holdfast/shared/manifest';
import { v7 as uuid } from 'uuid';
import type { PreludeNamespace } from '../archive/archive-prelude.ts';
import { type OpenedImport, openImport } from '../archive/import/open-import.ts';
import type { NamespaceName } from '../archive/rewrite-archive.ts';
import { type ManifestBase, type WrittenArchive, writeArchive } from '../archive/write-archive.ts';
import type { ImportedFacts } from '../domain/backup.ts';
import { type DeploymentState, requireDeployment } from '../domain/deployment.ts';
import { midway } from '../failpoints.ts';
import type { Recipients } from '../keys/keyring.ts';
import type { StoredPolicy } from '../projections/policies.ts';
import type { ImportRun } from '../runner/running-imports.ts';
import type { Services } from '../services.ts';
import { archiveKey } from '../storage/archive-key.ts';
import type { ArchiveStorage, Upload } from '../storage/archive-storage.ts';
import { excludedFrom } from './excluded.ts';
import { isWithoutDeployment, recordImport } from './record-import.ts';

export interface ImportDump {
  readonly deploymentId: DeploymentId;
  readonly actor: Actor;
  /** The bytes as they come; destroyed when they are not wanted any more. */
  readonly source: AsyncIterable<Buffer>;
  readonly fileName: string;
  /** What the sender made the bytes of, when that was no archive. */
  readonly kind: 'directory' | 'bson' | null;
  /** Of which collection the documents are, when they do not say so. */
  readonly namespace: NamespaceName | null;
  /** When the dump was taken, ISO 8601 in UTC. */
  readonly takenAt: string;
  readonly maxBytes: number;
  /** Aborts when the sender goes away. */
  readonly signal: AbortSignal;
}

/**
 * Imports a dump as a completed backup of no policy. Takes no lock: the deployment is not touched. Raises DEPLOYMENT_NOT_FOUND,
 * IMPORT_NAMESPACE_MISSING, IMPORT_TOO_LARGE, TOO_MANY_IMPORTS; throws OperationFailure (`import-unreadable`, what the storage
 * throws). Whatever it throws, nothing is left behind; once all bytes are durable it may still be finished.
 */
export async function importDump(services: Services, command: ImportDump): Promise<BackupId> {
  const { deploymentId, takenAt, actor } = command;
  const state = (await services.ledger.state(`deployment:${deploymentId}`)) as DeploymentState | undefined;
  const deployment = requireDeployment(state, deploymentId);
  // Ids of backups sort by when they were taken, and lists by ids.
  const backupId = uuid({ msecs: Math.max(0, Date.parse(takenAt)) }) as BackupId;
  const storage = services.destinations.main;
  const key = archiveKey({ deploymentName: deployment.facts.name, at: takenAt, backupId });
  const uploadToken = uuid();
  const facts = { _id: backupId, actor, destinationId: storage.id, key, uploadToken };
  const run = await services.imports.begin(facts, command.signal);
  const attempt: Attempt = { storage, key, upload: null, isSealed: false };
  try {
    const sealed = await writeDump(services, { command, deployment, backupId, attempt, run, uploadToken });
    await services.failpoint('renamed');
    await recordImport(services, { actor, facts: sealed, storage });
    // It is recorded: what cannot be forgotten now is forgotten by the supervisor.
    await run.end().catch(() => run.leave());
    return backupId;
  } catch (error) {
    await endBadly(services, attempt, run, error);
    throw explained(error);
  }
}

interface Attempt {
  readonly storage: ArchiveStorage;
  readonly key: string;
  upload: Upload | null;
  /** Its bytes are durable and what is to be recorded is noted: from here on only forward leads out. */
  isSealed: boolean;
}

interface Work {
  readonly command: ImportDump;
  readonly deployment: DeploymentState;
  readonly backupId: BackupId;
  readonly attempt: Attempt;
  readonly run: ImportRun;
  readonly uploadToken: string;
}

/** Up to and with the archive's key. */
async function writeDump(services: Services, work: Work): Promise<ImportedFacts> {
  const { command, attempt, run } = work;
  const startedAt = performance.now();
  const dump = await openImport({
    source: unlessAborted(command.source, run.signal),
    name: command.fileName,
    namespace: () => requireNamespace(command),
    onBytes: bounded(command.maxBytes),
  });
  const exclude = leftOutOf(services, work.deployment);
  const origin = originOf(command, dump, exclude);
  requireSomething(dump, exclude, command.fileName);
  const { recipients, encryption } = await recipientsOf(services, command.deploymentId);
  const upload = await attempt.storage.createUpload(attempt.key, work.uploadToken);
  attempt.upload = upload;
  const written = await writeArchive({
    source: midway(dump.stream, 'mid-stream', services.failpoint),
    sourceEnded: Promise.resolve(),
    output: upload.body,
    exclude,
    manifest: await manifestBase(services, work, dump, origin, exclude),
    // What came from elsewhere is known by nothing stronger.
    checkCrc: true,
    recipients,
    signal: run.signal,
  });
  await upload.seal();
  const durationMs = Math.round(performance.now() - startedAt);
  const facts = importedFacts(work, written, {
    origin,
    durationMs,
    ...(encryption === undefined ? {} : { encryption }),
  });
  run.signal.throwIfAborted();
  await run.seal(facts);
  attempt.isSealed = true;
  await services.failpoint('sealed');
  await upload.commit();
  return facts;
}

/**
 * Nothing is left, but where that cannot be said now: then it is left to the supervisor. One that is sealed may have its key, and may
 * have been recorded, whatever storage and ledger answered: the supervisor finishes it.
 */
async function endBadly(services: Services, attempt: Attempt, run: ImportRun, error: unknown): Promise<void> {
  if (attempt.isSealed && !isWithoutDeployment(error)) return run.leave();
  try {
    if (!attempt.isSealed) await attempt.upload?.abort();
    await run.end();
  } catch (err) {
    services.logger.warn({ key: attempt.key, err }, 'what an import left is removed later');
    run.leave();
  }
}

/** Damage is told from what would be wrong with a dump that Holdfast takes itself. */
function explained(error: unknown): unknown {
  const isDamage = error instanceof OperationFailure && ['dump-incomplete', 'archive-damaged'].includes(error.reason);
  return isDamage ? new OperationFailure('import-unreadable', error.message, { cause: error }) : error;
}

/** Takes nothing more once it is over. */
async function* unlessAborted(source: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    signal.throwIfAborted();
    yield chunk;
  }
  signal.throwIfAborted();
}

/** As backups of the deployment are. */
async function recipientsOf({ ledger, keys }: Services, deploymentId: DeploymentId): Promise<Recipients> {
  const policies = await ledger.readModel<StoredPolicy>('policies');
  const policy = await policies.findOne({ deploymentId, removed: false });
  return keys.recipientsFor((policy?._id ?? null) as PolicyId | null);
}

function requireNamespace({ namespace, fileName }: ImportDump): NamespaceName {
  if (namespace === null) throw new AppError('IMPORT_NAMESPACE_MISSING', { fileName });
  return namespace;
}

function bounded(maxBytes: number): (bytes: number) => void {
  let left = maxBytes;
  return (bytes) => {
    left -= bytes;
    if (left < 0) throw new AppError('IMPORT_TOO_LARGE', { maxBytes });
  };
}

type Exclude = (database: string, collection: string) => boolean;

/** What no backup of Holdfast has: the oplog, users and roles wherever they stand, and what is the server's own. */
function leftOutOf(services: Services, deployment: DeploymentState): Exclude {
  const excluded = excludedFrom(services.ledgerPlace, deployment.facts);
  return (database, collection) =>
    database === '' ||
    collection.startsWith('$') ||
    (collection.startsWith('system.') && collection !== 'system.js') ||
    excluded(database, collection);
}

function originOf(command: ImportDump, dump: OpenedImport, exclude: Exclude): DumpOrigin {
  const kind = command.kind ?? dump.kind;
  const { toolVersion, serverVersion } = dump.versions;
  const leftOut = dump.namespaces.filter(({ database, collection }) => exclude(database, collection));
  const left = new Set(leftOut.map(({ database, collection }) => `${database}.${collection}`));
  return {
    kind,
    fileName: command.fileName,
    toolVersion,
    serverVersion,
    checked: kind === 'archive' || kind === 'archive-gzip' ? 'checksums' : 'structure',
    leftOut: leftOut.map(nameOf).sort().slice(0, 20),
    withoutMetadata: dump.withoutMetadata.filter((name) => !left.has(name)).length,
  };
}

/** The oplog belongs to no database. */
function nameOf({ database, collection }: PreludeNamespace): string {
  return database === '' ? collection : `${database}.${collection}`;
}

/** An archive of nothing is no backup. */
function requireSomething(dump: OpenedImport, exclude: Exclude, fileName: string): void {
  if (dump.namespaces.some(({ database, collection }) => !exclude(database, collection))) return;
  const only = dump.namespaces.length === 0 ? '' : ` but ${dump.namespaces.slice(0, 5).map(nameOf).join(', ')}`;
  throw new OperationFailure('import-unreadable', `${fileName} has no collection${only}.`);
}

async function manifestBase(
  services: Services,
  { command, deployment, backupId }: Work,
  dump: OpenedImport,
  origin: DumpOrigin,
  exclude: Exclude,
): Promise<ManifestBase> {
  const { position, hash } = await services.ledger.head();
  const { name, hosts } = deployment.facts;
  const kept = dump.namespaces.filter(({ database, collection }) => !exclude(database, collection));
  const databases = [...new Set(kept.map(({ database }) => database))];
  return {
    backupId,
    deployment: { id: deployment.deploymentId, name, hosts },
    database: databases.length === 1 ? (databases[0] ?? null) : null,
    startedAt: command.takenAt,
    tool: { name: 'mongodump', version: origin.toolVersion ?? unknownVersion },
    server: { version: origin.serverVersion ?? unknownVersion, featureCompatibilityVersion: null, replicaSet: null },
    ledger: { position, hash },
    origin,
  };
}

const unknownVersion = 'unknown';

function importedFacts(
  { command, backupId, attempt }: Work,
  { manifest, sizeBytes, sha256, manifestDigest }: WrittenArchive,
  rest: Pick<ImportedFacts, 'origin' | 'durationMs' | 'encryption'>,
): ImportedFacts {
  const { namespaces, dump, tool, server, database }: Manifest = manifest;
  return {
    ...{ backupId, deploymentId: command.deploymentId, database, key: attempt.key, sizeBytes, sha256, manifestDigest },
    destinationId: attempt.storage.id as DestinationId,
    toolVersion: tool.version,
    serverVersion: server.version,
    rawBytes: dump.rawBytes,
    documents: namespaces.reduce((total, { documents }) => total + documents, 0),
    collections: namespaces.length,
    takenAt: command.takenAt,
    ...rest,
  };
}
