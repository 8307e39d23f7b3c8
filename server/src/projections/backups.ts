// The list of backups, failed ones included: events -> documents of `shared/backup.ts` (with `_id` for `id`).
import type { Backup } from '@holdfast/shared/backup';
import type { EventData, LedgerEvent } from '@holdfast/shared/events';
import type { Failure } from '@holdfast/shared/failures';
import type { Projection, ReadModelWrite } from '../ledger/ledger.ts';
import { failureOf } from './failure-of.ts';
import { neverTested, restoreTested, untested } from './restore-tested.ts';

/** What is known of the archive at one destination. */
export interface StoredCopy {
  readonly state: 'stored' | 'missing' | 'failed';
  readonly key: string;
  readonly sizeBytes: number | null;
  readonly at: string;
  readonly error: Failure | null;
}

/** A backup as it is stored: `Backup` whose id is `_id`. */
export type StoredBackup = Omit<Backup, 'id' | 'copies'> & {
  _id: string;
  /** By destination. */
  copies?: Readonly<Record<string, StoredCopy>>;
  /** Destinations from which a copy went. */
  missingAt?: readonly string[];
  /** How many restore tests that its policy wanted were stopped by the end of their server. */
  testInterruptions?: number;
  /** What is being put back. */
  putBacks?: readonly Pick<EventData<'PutBackStarted'>, 'putBackId' | 'worker'>[];
};

export const backupsProjection: Projection = {
  name: 'backups',
  indexes: [
    { key: { deploymentId: 1, createdAt: -1, _id: -1 } },
    { key: { policyId: 1, status: 1, completedAt: -1 } },
    { key: { createdAt: -1, _id: -1 } },
    { key: { status: 1, checkedAt: 1 } },
    { key: { 'encryption.keys.id': 1 }, sparse: true },
    { key: { missingAt: 1 }, sparse: true },
    { key: { 'restoreTest.state': 1 }, sparse: true },
    { key: { 'safety.kind': 1 }, sparse: true },
    { key: { 'putBacks.putBackId': 1 }, sparse: true },
  ],
  project,
};

function project(event: LedgerEvent): ReadModelWrite[] {
  const update = updateBy(event);
  return update !== undefined && 'backupId' in event.data ? [{ id: event.data.backupId, update }] : [];
}

/** What the event changes of its backup; nothing for one that is of something else. */
function updateBy(event: LedgerEvent): ReadModelWrite['update'] | undefined {
  switch (event.type) {
    case 'BackupRequested':
      return { $set: requested(event) };
    case 'BackupStarted':
      return { $set: { status: 'running', startedAt: event.at } };
    case 'BackupSealed':
      return { $set: written(event) };
    case 'BackupCompleted':
      return { $set: { ...written(event), ...stored(event) } };
    case 'BackupCopied':
      return { $set: stored(event), $pull: notMissing(event.data.destinationId) };
    case 'BackupCopyFailed':
      return { $set: failed(event) };
    case 'BackupCopyMissing':
    case 'BackupMissing':
      return missing(event, event.data.destinationId);
    case 'BackupFailed':
      return { $set: { ...withoutFile('failed'), completedAt: null, error: failureOf(event.data) } };
    case 'BackupCancelled':
      return { $set: withoutFile('cancelled') };
    case 'BackupVerified':
      return { $set: { ...verified(event), ...checked(event) } };
    case 'BackupVerificationFailed':
      return { $set: { verifiedAt: null, ...untested, error: failureOf(event.data), ...checked(event) } };
    case 'RestoreTestRequested':
    case 'RestoreTestStarted':
    case 'RestoreTestPassed':
    case 'RestoreTestFailed':
      return { $set: restoreTested(event) };
    case 'RestoreTestSkipped':
      return { $set: restoreTested(event), ...(isInterruption(event) ? { $inc: { testInterruptions: 1 } } : {}) };
    case 'BackupAdopted':
      return adopted(event);
    case 'BackupImported':
      return { $set: { ...imported(event), ...stored(event) } };
    case 'SafetyBackupCompleted':
      return { $set: { ...takenForSafety(event), ...stored(event) } };
    case 'PutBackStarted':
      return { $push: putBack(event) };
    case 'DocumentsPutBack':
      return event.data.putBackId === undefined ? undefined : { $pull: putBackEnded(event.data.putBackId) };
    case 'BackupExpired':
      return { $set: { status: 'expired' } };
    case 'BackupDeleted':
      return { $set: { status: 'deleted' } };
    default:
      return undefined;
  }
}

function putBack({ data: { putBackId, worker } }: LedgerEvent<'PutBackStarted'>) {
  return { putBacks: { putBackId, worker } } as never;
}

function putBackEnded(putBackId: string) {
  return { putBacks: { putBackId } } as never;
}

function isInterruption({ data: { cause, reason } }: LedgerEvent<'RestoreTestSkipped'>): boolean {
  return cause === 'after-backup' && reason === 'interrupted';
}

function withoutFile(status: 'failed' | 'cancelled') {
  return { status, filePath: null, sizeBytes: null };
}

function requested(event: LedgerEvent<'BackupRequested'>): Omit<StoredBackup, '_id'> {
  const { deploymentId, deploymentName, database, policyId, trigger } = event.data;
  return {
    deploymentId,
    deploymentName,
    database,
    policyId,
    trigger,
    actor: event.actor,
    createdAt: event.at,
    startedAt: null,
    completedAt: null,
    durationMs: null,
    status: 'requested',
    filePath: null,
    sizeBytes: null,
    rawBytes: null,
    documents: null,
    collections: null,
    sha256: null,
    encryption: null,
    verifiedAt: null,
    checkedAt: null,
    checkCause: null,
    optimes: null,
    ...neverTested,
    error: null,
  };
}

function checked(event: LedgerEvent<'BackupVerified' | 'BackupVerificationFailed'>) {
  return { checkedAt: event.at, checkCause: event.data.cause ?? 'asked' } as const;
}

function verified({ at, data: { sha256 } }: LedgerEvent<'BackupVerified'>): Partial<StoredBackup> {
  return { verifiedAt: at, error: null, ...(sha256 === undefined ? {} : { sha256 }) };
}

/** What was once known of the backup itself stays. The whole archive was read before, unless it is recovered. */
function adopted(event: LedgerEvent<'BackupAdopted'>) {
  const { deploymentId, deploymentName, database, policyId, createdAt, completedAt, recovered, ...archive } =
    event.data;
  const { key, sizeBytes, sha256, rawBytes, documents, collections, encryption = null, optimes = null } = archive;
  const file = {
    ...held(archive),
    optimes,
    filePath: key,
    sizeBytes,
    sha256: sha256 ?? null,
    rawBytes,
    documents,
    collections,
    encryption,
    verifiedAt: recovered ? null : event.at,
    checkedAt: recovered ? null : event.at,
    checkCause: recovered ? null : ('asked' as const),
    error: null,
    ...neverTested,
  };
  const durationMs = Math.max(0, Date.parse(completedAt) - Date.parse(createdAt));
  const trigger = recovered ? 'recovered' : 'adopted';
  const origin = { trigger, actor: event.actor, createdAt, startedAt: createdAt, completedAt, durationMs };
  return {
    $set: { deploymentId, deploymentName, database, policyId, status: 'completed', ...file, ...stored(event) },
    $pull: notMissing(event.data.destinationId),
    $setOnInsert: origin,
  };
}

/** Its times are the dump's: when it was brought in is in the ledger. */
function imported(event: LedgerEvent<'BackupImported'>): Omit<StoredBackup, '_id'> {
  const { deploymentId, deploymentName, database, policyId, takenAt, durationMs, origin, ...archive } = event.data;
  const { key, sizeBytes, sha256, rawBytes, documents, collections, encryption = null } = archive;
  return {
    ...{ deploymentId, deploymentName, database, policyId, trigger: 'imported', actor: event.actor, origin },
    ...{ createdAt: takenAt, startedAt: null, completedAt: event.at, durationMs, status: 'completed' },
    ...{ filePath: key, sizeBytes, sha256, rawBytes, documents, collections, encryption },
    ...{ verifiedAt: null, checkedAt: null, checkCause: null, optimes: null, error: null },
    ...neverTested,
  };
}

/** Its archive was read back before it was recorded: see `BackupVerified` behind it. */
function takenForSafety(event: LedgerEvent<'SafetyBackupCompleted'>): Omit<StoredBackup, '_id'> {
  const { deploymentId, deploymentName, database, restoreId, kind, startedAt, durationMs, ...archive } = event.data;
  const { key, sizeBytes, sha256, rawBytes, documents, collections, encryption = null, optimes = null } = archive;
  return {
    ...{ deploymentId, deploymentName, database, policyId: null, trigger: 'safety', actor: event.actor },
    ...{ createdAt: startedAt, startedAt, completedAt: event.at, durationMs, status: 'completed' },
    ...{ filePath: key, sizeBytes, sha256, rawBytes, documents, collections, encryption, optimes },
    ...{ verifiedAt: null, checkedAt: null, checkCause: null, error: null },
    ...{ ...neverTested, safety: { restoreId, kind }, ...held(archive) },
  };
}

function written(event: LedgerEvent<'BackupSealed' | 'BackupCompleted'>): Partial<StoredBackup> {
  const { key, sizeBytes, sha256, rawBytes, documents, collections, encryption = null, optimes = null } = event.data;
  const facts = {
    filePath: key,
    sizeBytes,
    sha256,
    rawBytes,
    documents,
    collections,
    encryption,
    optimes,
    ...held(event.data),
  };
  return event.type === 'BackupSealed'
    ? { ...facts, status: 'sealed' }
    : { ...facts, status: 'completed', completedAt: event.at, durationMs: event.data.durationMs };
}

/** Only where there are any. */
function held({
  usersAndRoles,
}: Pick<EventData<'BackupSealed'>, 'usersAndRoles'>): Pick<StoredBackup, 'usersAndRoles'> {
  return usersAndRoles === undefined ? {} : { usersAndRoles };
}

function stored(
  event: LedgerEvent<'BackupCompleted' | 'BackupAdopted' | 'BackupImported' | 'SafetyBackupCompleted' | 'BackupCopied'>,
) {
  const { destinationId, key, sizeBytes } = event.data;
  return copyAt(destinationId, { state: 'stored', key, sizeBytes, at: event.at, error: null });
}

/** What was known of its file, when it went missing, stays. */
function failed({ at, data }: LedgerEvent<'BackupCopyFailed'>) {
  const place = `copies.${data.destinationId}`;
  return { [`${place}.state`]: 'failed', [`${place}.at`]: at, [`${place}.error`]: failureOf(data) };
}

function missing(event: LedgerEvent<'BackupMissing' | 'BackupCopyMissing'>, destinationId: string | undefined) {
  const status = event.type === 'BackupMissing' ? { status: 'missing' } : {};
  if (destinationId === undefined) return { $set: status };
  const place = `copies.${destinationId}`;
  return {
    $set: { ...status, [`${place}.state`]: 'missing', [`${place}.at`]: event.at },
    $addToSet: { missingAt: destinationId },
  };
}

function copyAt(destinationId: string, copy: StoredCopy): Record<string, StoredCopy> {
  return { [`copies.${destinationId}`]: copy };
}

/** The driver's types know no arrays in documents without a schema. */
function notMissing(destinationId: string) {
  return { missingAt: destinationId } as never;
}
