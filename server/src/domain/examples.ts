// Events that tests start from: one deployment with a policy, one backup, one restore.
import type { EventData, NewEvent } from '@holdfast/shared/events';
import type { BackupId, DeploymentId, DestinationId, PlanId, PolicyId, RestoreId } from '@holdfast/shared/ids';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import type { ImportedFacts } from './backup.ts';

const id = (n: number) => `01970000-0000-7000-8000-${String(n).padStart(12, '0')}`;
export const deploymentId = id(1) as DeploymentId;
export const policyId = id(2) as PolicyId;
export const backupId = id(3) as BackupId;
export const otherBackupId = id(4) as BackupId;
export const restoreId = id(5) as RestoreId;
export const worker = 'instance/boot';

export const facts: Omit<EventData<'DeploymentRegistered'>, 'deploymentId'> = {
  name: 'shop',
  hosts: ['db.example:27017'],
  database: 'shop',
  replicaSet: 'rs0',
  replicaSetId: 'set-1',
  serverVersion: '6.0.5',
  secretRef: id(9),
};
export const settings = {
  ...{ enabled: true, scheduledHour: 2, retentionCount: 3, timezone: 'UTC' },
  ...{
    timeLimitMinutes: 90,
    stallLimitMinutes: 15,
    encryption: 'inherit' as const,
    destinationIds: [] as DestinationId[],
  },
  restoreTestEvery: null,
  ...{
    usersAndRoles: false,
    verifyAfterBackup: true,
    readPreference: null,
    parallelCollections: 2,
    bandwidthLimitBytesPerSecond: 5_000_000,
  },
};

export const registered: NewEvent[] = [
  { stream: `deployment:${deploymentId}`, type: 'DeploymentRegistered', data: { deploymentId, ...facts } },
  { stream: `policy:${policyId}`, type: 'PolicyChanged', data: { policyId, deploymentId, name: 'daily', ...settings } },
];

export const sealedData: EventData<'BackupSealed'> = {
  backupId,
  deploymentId,
  worker,
  upload: 'token',
  destinationId: id(8) as DestinationId,
  key: 'shop/2026/01/20260101T000000Z.zip',
  sizeBytes: 10,
  sha256: 'a'.repeat(64),
  manifestDigest: 'b'.repeat(64),
  toolVersion: '100.9.5',
  serverVersion: '6.0.5',
  rawBytes: 20,
  documents: 3,
  collections: 1,
};

const { upload: _, ...completedFacts } = sealedData;
const { worker: __, ...archiveFacts } = completedFacts;
/** An archive as it is adopted. */
export const adoptedData = {
  ...archiveFacts,
  database: 'shop',
  createdAt: '2025-12-31T23:59:00.000Z',
  completedAt: '2026-01-01T00:00:00.000Z',
};
/** A dump as it is imported. */
export const importedData: ImportedFacts = {
  ...archiveFacts,
  database: 'shop',
  takenAt: '2025-12-31T23:59:00.000Z',
  durationMs: 5,
  origin: {
    ...{ kind: 'archive', fileName: 'shop.archive', toolVersion: '100.9.5', serverVersion: '6.0.5' },
    ...{ checked: 'checksums', leftOut: ['admin.system.users'], withoutMetadata: 0 },
  },
};
const stream = `backup:${backupId}`;
const request = {
  backupId,
  deploymentId,
  deploymentName: 'shop',
  database: 'shop',
  policyId,
  trigger: 'manual',
  dueAt: null,
} as const;
const failure = { reason: 'tool-failed', message: 'mongodump ended with 1', hint: 'read it' } as const;

/** A backup's events by the status that each leaves. */
export const backupEvents = {
  requested: { stream, type: 'BackupRequested', data: request },
  running: { stream, type: 'BackupStarted', data: { backupId, deploymentId, worker } },
  sealed: { stream, type: 'BackupSealed', data: sealedData },
  completed: { stream, type: 'BackupCompleted', data: { ...completedFacts, policyId, durationMs: 5 } },
  failed: { stream, type: 'BackupFailed', data: { backupId, deploymentId, ...failure } },
  cancelled: { stream, type: 'BackupCancelled', data: { backupId, deploymentId } },
  missing: { stream, type: 'BackupMissing', data: { backupId, deploymentId } },
  adopted: { stream, type: 'BackupAdopted', data: { ...adoptedData, deploymentName: 'shop', policyId: null } },
  imported: { stream, type: 'BackupImported', data: { ...importedData, deploymentName: 'shop', policyId: null } },
  expired: { stream, type: 'BackupExpired', data: { backupId, deploymentId, policyId, retentionCount: 3 } },
  deleted: { stream, type: 'BackupDeleted', data: { backupId, deploymentId, cause: 'retention' } },
} satisfies Record<string, NewEvent>;

/** The events that lead to a backup's status. */
export const backupIn: Record<string, NewEvent[]> = {
  none: registered,
  requested: [...registered, backupEvents.requested],
  running: [...registered, backupEvents.requested, backupEvents.running],
  sealed: [...registered, backupEvents.requested, backupEvents.running, backupEvents.sealed],
  completed: [...registered, backupEvents.requested, backupEvents.running, backupEvents.sealed, backupEvents.completed],
  failed: [...registered, backupEvents.requested, backupEvents.running, backupEvents.failed],
  cancelled: [...registered, backupEvents.requested, backupEvents.cancelled],
};
backupIn.missing = [...(backupIn.completed ?? []), backupEvents.missing];
backupIn.adopted = [...registered, backupEvents.adopted];
backupIn.imported = [...registered, backupEvents.imported];
backupIn.expired = [...(backupIn.completed ?? []), backupEvents.expired];
backupIn.deleted = [...(backupIn.expired ?? []), backupEvents.deleted];

export const plan: RestorePlan = {
  id: id(6) as PlanId,
  backupId,
  deploymentId,
  deploymentName: 'shop',
  hosts: facts.hosts,
  source: { deploymentId, deploymentName: 'shop', hosts: facts.hosts },
  target: { kind: 'original' },
  options: { mode: 'replace', safetyBackup: 'needed', ttlIndexes: 'build', usersAndRoles: false, undoHours: 24 },
  backupCreatedAt: '2026-01-01T00:00:00.000Z',
  createdAt: '2026-01-01T01:00:00.000Z',
  expiresAt: '2026-01-01T01:30:00.000Z',
  namespaces: [],
  documents: 3,
  rawBytes: 20,
  phrase: 'shop',
  swapMethod: 'apply-ops',
  safetyBackupOf: [],
  space: { neededBytes: 20, freeBytes: 1_000, undoBytes: 20 },
  oplog: null,
  users: null,
  versions: { backupServer: '6.0.5', server: '6.0.5', backupTool: '100.9.5', tool: '100.9.5' },
  expectedMs: null,
  warnings: [],
  liveDigest: 'd'.repeat(64),
};

const ofRestore = { restoreId, deploymentId };
const restoreStream = `restore:${restoreId}`;
const restoreEvents = {
  requested: {
    stream: restoreStream,
    type: 'RestoreRequested',
    data: { ...ofRestore, deploymentName: 'shop', backupId, planId: plan.id, target: { kind: 'original' } },
  },
  running: { stream: restoreStream, type: 'RestoreStarted', data: { ...ofRestore, worker } },
  staged: { stream: restoreStream, type: 'RestoreStaged', data: { ...ofRestore, worker, swaps: [] } },
  swapped: { stream: restoreStream, type: 'RestoreSwapped', data: { ...ofRestore, worker } },
  givenUp: { stream: restoreStream, type: 'RestoreGivenUp', data: { ...ofRestore, worker, ...failure } },
  completed: {
    stream: restoreStream,
    type: 'RestoreCompleted',
    data: {
      ...ofRestore,
      worker,
      durationMs: 5,
      documents: 3,
      collections: 1,
      databases: ['shop'],
      liveData: 'replaced',
    },
  },
  failed: { stream: restoreStream, type: 'RestoreFailed', data: { ...ofRestore, liveData: 'untouched', ...failure } },
  cancelled: { stream: restoreStream, type: 'RestoreCancelled', data: { ...ofRestore } },
} satisfies Record<string, NewEvent>;

const { requested, running, staged, swapped, givenUp } = restoreEvents;
/** The events that lead to a restore's status. */
export const restoreIn: Record<string, NewEvent[]> = Object.fromEntries(
  Object.entries({
    none: [],
    requested: [requested],
    running: [requested, running],
    staged: [requested, running, staged],
    swapped: [requested, running, staged, swapped],
    'given-up': [requested, running, staged, givenUp],
    completed: [requested, running, restoreEvents.completed],
    failed: [requested, running, restoreEvents.failed],
    cancelled: [requested, restoreEvents.cancelled],
  }).map(([status, events]) => [status, [...(backupIn.completed ?? []), ...events]]),
);
