// Things as the API returns them, for tests.
import type { Backup } from '@holdfast/shared/backup';
import type { Deployment } from '@holdfast/shared/deployment';
import type { LedgerEvent } from '@holdfast/shared/events';
import type { OperationProgress } from '@holdfast/shared/operation';
import type { Policy } from '@holdfast/shared/policy';
import { defaultRestoreOptions, type Restore } from '@holdfast/shared/restore';
import type { PlanNamespace, RestorePlan } from '@holdfast/shared/restore-plan';
import type { BackupRestoreTest } from '@holdfast/shared/restore-test';

const ids = {
  deployment: '0190f5a0-0000-7000-8000-000000000001',
  policy: '0190f5a0-0000-7000-8000-000000000002',
  backup: '0190f5a0-0000-7000-8000-000000000003',
  operation: '0190f5a0-0000-7000-8000-000000000004',
  plan: '0190f5a0-0000-7000-8000-000000000005',
  restore: '0190f5a0-0000-7000-8000-000000000006',
};

export const administrator = { kind: 'user', id: 'administrator' } as const;

export function sampleDeployment(change: Partial<Deployment> = {}): Deployment {
  return {
    id: ids.deployment as Deployment['id'],
    name: 'shop-prod',
    hosts: ['10.20.4.11:27017'],
    database: 'shop',
    replicaSet: 'rs-shop',
    serverVersion: '6.0.5',
    status: 'idle',
    operation: null,
    registeredAt: '2026-03-01T08:00:00.000Z',
    restoreTest: null,
    isConnected: true,
    ...change,
  };
}

export function samplePolicy(change: Partial<Policy> = {}): Policy {
  return {
    id: ids.policy as Policy['id'],
    deploymentId: ids.deployment as Policy['deploymentId'],
    name: 'default',
    enabled: true,
    scheduledHour: 2,
    retentionCount: 7,
    timezone: 'UTC',
    timeLimitMinutes: 1_440,
    stallLimitMinutes: 10,
    usersAndRoles: false,
    verifyAfterBackup: true,
    readPreference: null,
    parallelCollections: 4,
    bandwidthLimitBytesPerSecond: null,
    destinationIds: [],
    encryption: 'inherit',
    restoreTestEvery: null,
    lastBackupAt: null,
    lastBackupId: null,
    nextRunAt: '2026-03-27T02:00:00.000Z',
    ...change,
  };
}

export function sampleBackup(change: Partial<Backup> = {}): Backup {
  return {
    id: ids.backup as Backup['id'],
    deploymentId: ids.deployment as Backup['deploymentId'],
    deploymentName: 'shop-prod',
    policyId: ids.policy as Backup['policyId'],
    trigger: 'schedule',
    actor: { kind: 'schedule', id: ids.policy },
    createdAt: '2026-03-26T02:00:00.000Z',
    startedAt: '2026-03-26T02:00:01.000Z',
    completedAt: '2026-03-26T02:01:34.000Z',
    durationMs: 94_000,
    status: 'completed',
    filePath: 'shop-prod/2026-03-26.zip',
    sizeBytes: 3_420_000_000,
    rawBytes: 9_810_000_000,
    documents: 18_402_391,
    collections: 11,
    sha256: 'ab'.repeat(32),
    database: 'shop',
    encryption: null,
    verifiedAt: null,
    checkedAt: null,
    checkCause: null,
    optimes: null,
    testedAt: null,
    testedRestoreMs: null,
    restoreTest: null,
    failedTest: null,
    error: null,
    copies: [],
    ...change,
  };
}

export function sampleRestoreTest(change: Partial<BackupRestoreTest> = {}): BackupRestoreTest {
  return {
    ...{ state: 'passed', at: '2026-03-26T09:00:00.000Z', cause: 'asked', durationMs: 190_000, restoreMs: 120_000 },
    ...{ documents: 18_402_391, serverVersion: '6.0.5', skipped: null, message: null, error: null },
    ...change,
  };
}

export function sampleFailure(): NonNullable<Backup['error']> {
  return { reason: 'disk-full', message: '0.9 GB free, 3.4 GB needed.', hint: 'Free space at the destination.' };
}

export function sampleProgress(change: Partial<OperationProgress> = {}): OperationProgress {
  return {
    operationId: ids.operation,
    kind: 'backup',
    deploymentId: ids.deployment as OperationProgress['deploymentId'],
    deploymentName: 'shop-prod',
    actor: administrator,
    phase: 'dump',
    startedAt: '2026-03-26T10:47:00.000Z',
    updatedAt: '2026-03-26T10:47:30.000Z',
    lastByteAt: '2026-03-26T10:47:30.000Z',
    bytes: 500,
    totalBytes: 1000,
    documents: 5,
    totalDocuments: 10,
    bytesPerSecond: 50,
    secondsLeft: 10,
    namespaces: [],
    cancelRequested: false,
    ...change,
  };
}

/** One namespace of a plan: added, a plain collection. */
export function samplePlanned(change: Partial<PlanNamespace> = {}): PlanNamespace {
  return {
    source: 'shop.orders',
    target: 'shop.orders',
    type: 'collection',
    action: 'added',
    method: 'rename',
    documentsInBackup: 1_958_020,
    bytesInBackup: 1_940_000_000,
    documentsNow: null,
    bytesNow: null,
    drift: [],
    viewOn: null,
    difference: null,
    expired: null,
    ...change,
  };
}

export function samplePlan(change: Partial<RestorePlan> = {}): RestorePlan {
  return {
    id: ids.plan as RestorePlan['id'],
    backupId: ids.backup as RestorePlan['backupId'],
    deploymentId: ids.deployment as RestorePlan['deploymentId'],
    deploymentName: 'shop-prod',
    hosts: ['10.20.4.11:27017'],
    source: {
      deploymentId: ids.deployment as RestorePlan['deploymentId'],
      deploymentName: 'shop-prod',
      hosts: ['10.20.4.11:27017'],
    },
    target: { kind: 'copy', suffix: '_copy' },
    backupCreatedAt: '2026-03-26T02:00:00.000Z',
    createdAt: '2026-03-26T10:44:00.000Z',
    // Long after any day on which the tests run.
    expiresAt: '2126-03-26T11:14:00.000Z',
    options: { mode: 'replace', safetyBackup: 'needed', ttlIndexes: 'build', usersAndRoles: false, undoHours: 24 },
    namespaces: [samplePlanned({ target: 'shop_copy.orders' })],
    documents: 1_958_020,
    rawBytes: 1_940_000_000,
    phrase: null,
    swapMethod: null,
    safetyBackupOf: [],
    space: { neededBytes: 1_940_000_000, freeBytes: 60_000_000_000, undoBytes: 0 },
    oplog: null,
    users: null,
    versions: { backupServer: '8.0.4', server: '8.0.4', backupTool: '100.10.0', tool: '100.10.0' },
    expectedMs: null,
    warnings: [],
    liveDigest: 'd'.repeat(64),
    ...change,
  };
}

/** A restore in place that runs. */
export function sampleRestore(change: Partial<Restore> = {}): Restore {
  return {
    id: ids.restore as Restore['id'],
    backupId: ids.backup as Restore['backupId'],
    deploymentId: ids.deployment as Restore['deploymentId'],
    deploymentName: 'shop-prod',
    source: null,
    target: { kind: 'original' },
    options: defaultRestoreOptions,
    undoOf: null,
    actor: administrator,
    createdAt: '2026-03-26T10:46:59.000Z',
    startedAt: '2026-03-26T10:47:00.000Z',
    completedAt: null,
    durationMs: null,
    status: 'running',
    phase: 'stage',
    documents: null,
    collections: null,
    databases: [],
    liveData: 'untouched',
    swapMethod: null,
    swapMs: null,
    safetyBackupId: null,
    merged: null,
    undo: null,
    error: null,
    ...change,
  };
}

/** An event of this type about the sample deployment. */
export function sampleEvent(
  type: LedgerEvent['type'],
  change: { position?: number; data?: object; correlationId?: string } = {},
): LedgerEvent {
  return {
    position: change.position ?? 2,
    eventId: ids.operation,
    stream: `deployment:${ids.deployment}`,
    version: 1,
    type,
    schemaVersion: 1,
    at: '2026-03-26T10:47:00.000Z',
    actor: administrator,
    correlationId: change.correlationId ?? ids.operation,
    causationId: null,
    data: { deploymentId: ids.deployment, ...change.data },
    prevHash: '0',
    hash: '1',
  } as unknown as LedgerEvent;
}
