// The backup: one attempt, whose id is its fence. Pure.
//
// state      RequestBackup  Start   Seal     Complete   Fail    Cancel     Expire   Missing  Adopt      Import*    Delete
// (none)     requested      -       -        -          -       -          -        -        completed  completed  -
// requested  -              running -        -          failed  cancelled  -        -        -          -          -
// running    -              -       sealed   -          failed  cancelled  -        -        -          -          -
// sealed     -              -       -        completed  failed  cancelled  -        -        -          -          -
// completed  -              -       -        -          -       -          expired  missing  -          -          deleted
// missing    -              -       -        -          -       -          -        -        completed  -          deleted
// expired    -              -       -        -          -       -          -        -        -          -          deleted
//
// * and what a restore takes for safety: see `safety-backup.ts`.
// `-` is a refusal. Seal and Complete must name the worker that started it; only the supervisor ends another's attempt. A step
// that its worker has taken already appends nothing: an answer that was lost is asked for again.
import type { BackupStatus, BackupTrigger } from '@holdfast/shared/backup';
import { AppError } from '@holdfast/shared/errors';
import type { EventData, LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { Failure } from '@holdfast/shared/failures';
import type { BackupId, DeploymentId, PolicyId } from '@holdfast/shared/ids';
import type { VerificationCause } from '@holdfast/shared/verification';
import { type CopyState, evolveCopies, withCopy } from './copies.ts';
import { type DeploymentState, requireConnected, requireDeployment, requireIdle } from './deployment.ts';
import type { PolicyState } from './policy.ts';
import { evolvePutBacks, type OpenPutBack } from './put-back.ts';
import { evolveRestoreTest, type RestoreTestState } from './restore-test-state.ts';

type Sealed = EventData<'BackupSealed'>;
/** Of a recovered archive that nobody has read wholly yet, the hash is not known. */
type Archive = Omit<Sealed, 'sha256'> & { readonly sha256: string | undefined };

/** What deciders know of a backup. */
export interface BackupState {
  readonly backupId: BackupId;
  readonly deploymentId: DeploymentId;
  readonly policyId: PolicyId | null;
  readonly status: BackupStatus;
  readonly requestedAt: string;
  readonly worker: string | null;
  readonly sealed: Archive | null;
  /** Left out while there is only the one that it was written to: see `copiesOf`. */
  readonly copies?: readonly CopyState[] | undefined;
  readonly cancelRequested: boolean;
  /** The restore test that is asked for or runs; left out or null while there is none. */
  readonly restoreTest?: RestoreTestState | null | undefined;
  /** What is being put back; left out while there is none. */
  readonly putBacks?: readonly OpenPutBack[] | undefined;
}

/** Who ends an attempt: the worker that runs it, or the supervisor that found it abandoned. */
export type Ender = { readonly worker: string } | 'supervisor';

export interface RequestBackup {
  readonly backupId: BackupId;
  readonly deploymentId: DeploymentId;
  readonly policyId: PolicyId | null;
  readonly trigger: BackupTrigger;
  /** For a scheduled one the due time it answers. */
  readonly dueAt: string | null;
}

/**
 * Accepts a backup and takes the deployment's lock. Raises DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_CONNECTED,
 * OPERATION_IN_PROGRESS. A scheduled one
 * whose due time was answered, or whose policy is off, appends nothing; one that finds the lock taken is `BackupSkipped`.
 */
export function requestBackup(
  states: { readonly deployment: DeploymentState | undefined; readonly policy: PolicyState | undefined },
  command: RequestBackup,
): NewEvent[] {
  const { backupId, deploymentId, policyId, trigger, dueAt } = command;
  if (trigger === 'schedule' && !isDue(states, dueAt)) return [];
  const deployment = requireDeployment(states.deployment, deploymentId);
  if (deployment.operation !== null && trigger === 'schedule' && policyId !== null && dueAt !== null) {
    return [
      { stream: `policy:${policyId}`, type: 'BackupSkipped', data: { policyId, deploymentId, dueAt, reason: 'busy' } },
    ];
  }
  requireConnected(deployment.facts);
  requireIdle(deployment);
  const { name: deploymentName, database } = deployment.facts;
  const data = { backupId, deploymentId, deploymentName, database, policyId, trigger, dueAt };
  return [{ stream: `backup:${backupId}`, type: 'BackupRequested', data }];
}

/** A worker claims a requested backup. Raises WRONG_WORKER when it was claimed or has ended. */
export function startBackup(state: BackupState | undefined, data: EventData<'BackupStarted'>): NewEvent[] {
  if (state?.status === 'running' && state.worker === data.worker) return [];
  if (state?.status !== 'requested') throw new AppError('WRONG_WORKER', { id: data.backupId });
  return [{ stream: `backup:${data.backupId}`, type: 'BackupStarted', data }];
}

/** The archive is durable under its temporary name. Raises WRONG_WORKER. */
export function sealBackup(state: BackupState | undefined, data: Sealed): NewEvent[] {
  if (state?.status === 'sealed' && state.worker === data.worker) return [];
  if (state?.status !== 'running' || state.worker !== data.worker)
    throw new AppError('WRONG_WORKER', { id: data.backupId });
  return [{ stream: `backup:${data.backupId}`, type: 'BackupSealed', data }];
}

/** The archive is visible under its key; releases the lock. Raises WRONG_WORKER. */
export function completeBackup(
  state: BackupState | undefined,
  command: { readonly backupId: BackupId; readonly by: Ender; readonly durationMs: number },
): NewEvent[] {
  if (state?.status === 'completed' && mayEnd(state, command.by)) return [];
  if (state?.status !== 'sealed' || state.sealed === null || !mayEnd(state, command.by)) {
    throw new AppError('WRONG_WORKER', { id: command.backupId });
  }
  const { upload: _, sha256, ...archive } = state.sealed;
  if (sha256 === undefined) throw new Error(`backup ${command.backupId} was sealed without its hash`);
  const facts = { ...archive, sha256 };
  const { policyId } = state;
  return [
    {
      stream: `backup:${command.backupId}`,
      type: 'BackupCompleted',
      data: { ...facts, policyId, durationMs: command.durationMs },
    },
  ];
}

/** Ends an attempt with a reason; releases the lock. Raises WRONG_WORKER. */
export function failBackup(
  state: BackupState | undefined,
  command: { readonly backupId: BackupId; readonly by: Ender; readonly failure: Failure },
): NewEvent[] {
  const { deploymentId } = requireRunning(state, command);
  const data = { backupId: command.backupId, deploymentId, ...command.failure };
  return [{ stream: `backup:${command.backupId}`, type: 'BackupFailed', data }];
}

/** Ends an attempt that was asked to stop, once its processes are gone; releases the lock. Raises WRONG_WORKER. */
export function cancelBackup(
  state: BackupState | undefined,
  command: { readonly backupId: BackupId; readonly by: Ender },
): NewEvent[] {
  const { deploymentId } = requireRunning(state, command);
  return [
    {
      stream: `backup:${command.backupId}`,
      type: 'BackupCancelled',
      data: { backupId: command.backupId, deploymentId },
    },
  ];
}

/** Retention lets go of a completed backup; one that is not completed any more appends nothing. */
export function expireBackup(
  state: BackupState | undefined,
  command: { readonly backupId: BackupId; readonly retentionCount: number },
): NewEvent[] {
  if (state?.status !== 'completed') return [];
  const { deploymentId, policyId } = state;
  const data = { backupId: command.backupId, deploymentId, policyId, retentionCount: command.retentionCount };
  return [{ stream: `backup:${command.backupId}`, type: 'BackupExpired', data }];
}

/**
 * Takes on a verified archive that the ledger does not know or calls missing. It belongs to no policy, so that no retention
 * removes what was just found. Raises BACKUP_EXISTS, DEPLOYMENT_NOT_FOUND.
 */
export function adoptBackup(
  states: { readonly deployment: DeploymentState | undefined; readonly backup: BackupState | undefined },
  archive: Omit<EventData<'BackupAdopted'>, 'deploymentName' | 'policyId'>,
): NewEvent[] {
  const { backupId, deploymentId } = archive;
  requireAdoptable(states.backup, backupId);
  const { name: deploymentName } = requireDeployment(states.deployment, deploymentId).facts;
  const data = { ...archive, deploymentName, policyId: null };
  return [{ stream: `backup:${backupId}`, type: 'BackupAdopted', data }];
}

/** What is known of an imported dump once its archive is durable. */
export type ImportedFacts = Omit<EventData<'BackupImported'>, 'deploymentName' | 'policyId'>;

/**
 * A dump that was made elsewhere has become an archive of the deployment, which takes no lock. It belongs to no policy, so that
 * no retention removes it. Recorded already: appends nothing. Raises BACKUP_EXISTS, DEPLOYMENT_NOT_FOUND.
 */
export function importBackup(
  states: { readonly deployment: DeploymentState | undefined; readonly backup: BackupState | undefined },
  facts: ImportedFacts,
): NewEvent[] {
  const { backupId, deploymentId } = facts;
  const known = states.backup;
  if (known?.worker === null && known.sealed?.sha256 === facts.sha256) return [];
  if (known !== undefined) throw new AppError('BACKUP_EXISTS', { id: backupId, status: known.status });
  const { name: deploymentName } = requireDeployment(states.deployment, deploymentId).facts;
  return [{ stream: `backup:${backupId}`, type: 'BackupImported', data: { ...facts, deploymentName, policyId: null } }];
}

/** Raises BACKUP_EXISTS for a backup that the ledger knows and does not call missing. */
export function requireAdoptable(state: BackupState | undefined, id: BackupId): void {
  if (state !== undefined && state.status !== 'missing') {
    throw new AppError('BACKUP_EXISTS', { id, status: state.status });
  }
}

/**
 * Takes on an archive by its manifest, when the ledger knows nothing of its backup; else nothing is appended. Raises
 * DEPLOYMENT_NOT_FOUND.
 */
export function recoverBackup(
  states: { readonly deployment: DeploymentState | undefined; readonly backup: BackupState | undefined },
  archive: Omit<EventData<'BackupAdopted'>, 'deploymentName' | 'policyId' | 'sha256' | 'recovered'>,
): NewEvent[] {
  return states.backup === undefined ? adoptBackup(states, { ...archive, recovered: true }) : [];
}

/** Records that the file is gone; idempotent. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE for one without a file. */
export function deleteBackup(
  state: BackupState | undefined,
  command: { readonly backupId: BackupId; readonly cause: 'retention' | 'manual' },
): NewEvent[] {
  const { backupId } = command;
  if (state === undefined) throw new AppError('BACKUP_NOT_FOUND', { id: backupId });
  if (state.status === 'deleted') return [];
  if (!['completed', 'expired', 'missing'].includes(state.status)) {
    throw new AppError('BACKUP_NOT_RESTORABLE', { id: backupId, status: state.status });
  }
  const data = { backupId, deploymentId: state.deploymentId, cause: command.cause };
  return [{ stream: `backup:${backupId}`, type: 'BackupDeleted', data }];
}

/** `sha256`: of the file that was read. */
export interface Verified {
  readonly durationMs: number;
  readonly documents: number;
  readonly sha256: string;
}

/** The outcome of re-reading the archive; the first of a recovered one says what its file is from now on. Raises BACKUP_NOT_RESTORABLE when it is not completed any more. */
export function recordVerification(
  state: BackupState | undefined,
  backupId: BackupId,
  outcome: Verified | Failure,
  cause: VerificationCause,
): NewEvent[] {
  const { deploymentId, sealed } = requireCompleted(state, backupId);
  const stream = `backup:${backupId}`;
  if ('reason' in outcome)
    return [{ stream, type: 'BackupVerificationFailed', data: { backupId, deploymentId, ...outcome, cause } }];
  const { sha256, ...verified } = outcome;
  const first = sealed?.sha256 === undefined ? { sha256 } : {};
  return [{ stream, type: 'BackupVerified', data: { backupId, deploymentId, ...verified, ...first, cause } }];
}

/** The backup when it can be restored from. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE. */
export function requireCompleted(state: BackupState | undefined, id: BackupId): BackupState {
  if (state === undefined) throw new AppError('BACKUP_NOT_FOUND', { id });
  if (state.status !== 'completed') throw new AppError('BACKUP_NOT_RESTORABLE', { id, status: state.status });
  return state;
}

export function evolveBackup(state: BackupState | undefined, event: LedgerEvent): BackupState | undefined {
  switch (event.type) {
    case 'BackupRequested': {
      const { backupId, deploymentId, policyId } = event.data;
      const fresh = { status: 'requested', worker: null, sealed: null, cancelRequested: false } as const;
      return { backupId, deploymentId, policyId, requestedAt: event.at, ...fresh };
    }
    case 'BackupStarted':
      return state && { ...state, status: 'running', worker: event.data.worker };
    case 'BackupSealed':
      return state && { ...state, status: 'sealed', sealed: event.data };
    case 'BackupVerified':
      return state?.sealed && event.data.sha256 !== undefined
        ? { ...state, sealed: { ...state.sealed, sha256: event.data.sha256 } }
        : state;
    case 'BackupAdopted':
      return adopted(event.data, state);
    case 'BackupImported':
      return imported(event.data);
    case 'SafetyBackupCompleted':
      return takenForSafety(event);
    case 'OperationTakenOver':
      return state && { ...state, worker: event.data.worker };
    case 'OperationCancelRequested':
      return state && { ...state, cancelRequested: true };
    case 'BackupCopied':
    case 'BackupCopyFailed':
    case 'BackupCopyMissing':
      return state && { ...state, copies: evolveCopies(state, event) };
    case 'RestoreTestRequested':
    case 'RestoreTestStarted':
    case 'RestoreTestPassed':
    case 'RestoreTestFailed':
    case 'RestoreTestSkipped':
      return state && { ...state, restoreTest: evolveRestoreTest(state.restoreTest ?? null, event) };
    case 'PutBackStarted':
    case 'DocumentsPutBack':
      return state && { ...state, putBacks: evolvePutBacks(state.putBacks, event) };
    case 'BackupMissing':
      return state && { ...state, status: 'missing', copies: evolveCopies(state, event) };
    default: {
      const status = endOf[event.type];
      return state && status ? { ...state, status } : state;
    }
  }
}

/** Nobody here made it: there is no upload to finish. Where else it was before is still known, and what is being put back. */
function adopted(
  { createdAt, completedAt: _, ...data }: EventData<'BackupAdopted'>,
  before: BackupState | undefined,
): BackupState {
  const { backupId, deploymentId, policyId, deploymentName: __, database: ___, recovered: ____, ...archive } = data;
  return {
    backupId,
    deploymentId,
    policyId,
    status: 'completed',
    requestedAt: createdAt,
    worker: null,
    sealed: { backupId, deploymentId, worker: '', upload: '', ...archive, sha256: archive.sha256 },
    copies: before && withCopy(before, { destinationId: archive.destinationId, key: archive.key, state: 'stored' }),
    putBacks: before?.putBacks,
    cancelRequested: false,
  };
}

function imported({ takenAt, durationMs: _, origin: __, ...data }: EventData<'BackupImported'>): BackupState {
  return adopted({ ...data, createdAt: takenAt, completedAt: takenAt }, undefined);
}

function takenForSafety({ at, data }: LedgerEvent<'SafetyBackupCompleted'>): BackupState {
  const { worker: _, startedAt: createdAt, durationMs: __, restoreId: ___, kind: ____, ...archive } = data;
  return adopted({ ...archive, policyId: null, createdAt, completedAt: at }, undefined);
}

const endOf: Partial<Record<LedgerEvent['type'], BackupStatus>> = {
  BackupCompleted: 'completed',
  BackupFailed: 'failed',
  BackupCancelled: 'cancelled',
  BackupExpired: 'expired',
  BackupDeleted: 'deleted',
};

function isDue(
  states: { readonly policy: PolicyState | undefined; readonly deployment: DeploymentState | undefined },
  dueAt: string | null,
): boolean {
  const { policy, deployment } = states;
  if (policy === undefined || deployment === undefined || deployment.removed || dueAt === null) return false;
  if (deployment.facts.secretRef === null) return false;
  return policy.settings.enabled && (policy.lastDueAt === null || policy.lastDueAt < dueAt);
}

function requireRunning(
  state: BackupState | undefined,
  command: { readonly backupId: BackupId; readonly by: Ender },
): BackupState {
  const running = state !== undefined && ['requested', 'running', 'sealed'].includes(state.status);
  if (!running || !mayEnd(state, command.by)) throw new AppError('WRONG_WORKER', { id: command.backupId });
  return state;
}

function mayEnd(state: { readonly worker: string | null }, by: Ender): boolean {
  return by === 'supervisor' || state.worker === null || state.worker === by.worker;
}
