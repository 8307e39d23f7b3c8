// The restore: one attempt, whose id is its fence. Pure.
//
// state      RequestRestore  Start    Stage   Unstage  Swap     GiveUp    Complete   Fail    Cancel
// (none)     requested       -        -       -        -        -         -          -       -
// requested  -               running  -       -        -        -         -          failed  cancelled
// running    -               -        staged  running  -        -         completed  failed  cancelled
// staged     -               -        -       running  swapped  given-up  completed  failed  cancelled
// swapped    -               -        -       -        -        given-up  completed  failed  -
// given-up   -               -        -       -        -        -         -          failed  -
//
// `-` is a refusal. Everything after Start must name the worker that started it; only the supervisor ends another's.
import { AppError } from '@holdfast/shared/errors';
import type { EventData, LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { Failure } from '@holdfast/shared/failures';
import type { BackupId, DeploymentId, RestoreId } from '@holdfast/shared/ids';
import {
  defaultRestoreOptions,
  type LiveData,
  type MergeOutcome,
  type RestoreOptions,
  type RestoreSource,
  type RestoreTarget,
  type SwapMethod,
} from '@holdfast/shared/restore';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { type BackupState, type Ender, requireCompleted } from './backup.ts';
import { type DeploymentState, requireDeployment, requireIdle } from './deployment.ts';

export type RestoreStep =
  | 'requested'
  | 'running'
  | 'staged'
  | 'swapped'
  | 'given-up'
  | 'completed'
  | 'failed'
  | 'cancelled';

/** What deciders know of a restore. */
export interface RestoreState {
  readonly restoreId: RestoreId;
  readonly deploymentId: DeploymentId;
  readonly backupId: BackupId;
  readonly target: RestoreTarget;
  readonly status: RestoreStep;
  readonly requestedAt: string;
  readonly worker: string | null;
  readonly options: RestoreOptions;
  /** Of the namespaces as the plan saw them; null: it did not look. */
  readonly liveDigest: string | null;
  readonly undoOf: RestoreId | null;
  /** Namespaces as they will be called in which the plan found documents with an empty timestamp. */
  readonly emptyTimestamps: readonly string[];
  /** The names in them say how far it came: see `RestoreStaged`. */
  readonly swaps: EventData<'RestoreStaged'>['swaps'];
  readonly rewrites: NonNullable<EventData<'RestoreStaged'>['rewrites']>;
  readonly merges: NonNullable<EventData<'RestoreStaged'>['merges']>;
  readonly unmerges: NonNullable<EventData<'RestoreStaged'>['unmerges']>;
  readonly expiries: NonNullable<EventData<'RestoreStaged'>['expiries']>;
  readonly method: SwapMethod | null;
  /** What is restored, once it is staged. */
  readonly documents: number;
  readonly collections: number;
  /** What a merge came to; null before it is done, and without one. */
  readonly merged: MergeOutcome | null;
  readonly safetyBackupId: BackupId | null;
  /** Until when what it replaced is kept; null: nothing is. */
  readonly undoUntil: string | null;
  readonly undo: 'kept' | 'undone' | 'expired' | 'dropped' | null;
  /** Why it expired. */
  readonly undoEnd: EventData<'RestoreUndoExpired'>['cause'] | null;
  /** How many collections are kept; null: it was not counted. */
  readonly undoCollections: number | null;
  readonly cancelRequested: boolean;
  /** Why it could not be brought to its end; null before that is known. */
  readonly givenUp: Failure | null;
}

export interface RequestRestore {
  readonly restoreId: RestoreId;
  readonly plan: RestorePlan;
  /** What the person typed; undefined where the plan asks for nothing. */
  readonly phrase: string | undefined;
  readonly now: string;
}

/**
 * Accepts a confirmed plan and takes the deployment's lock. Raises PLAN_NOT_FOUND (expired), CONFIRMATION_MISMATCH,
 * DEPLOYMENT_NOT_FOUND, BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE, OPERATION_IN_PROGRESS.
 */
export function requestRestore(
  states: { readonly deployment: DeploymentState | undefined; readonly backup: BackupState | undefined },
  command: RequestRestore,
): NewEvent[] {
  const { restoreId, plan, phrase } = command;
  if (plan.expiresAt <= command.now) throw new AppError('PLAN_NOT_FOUND', { id: plan.id });
  if (plan.phrase !== null && phrase !== plan.phrase)
    throw new AppError('CONFIRMATION_MISMATCH', { expected: plan.phrase });
  const deployment = requireDeployment(states.deployment, plan.deploymentId);
  requireCompleted(states.backup, plan.backupId);
  requireIdle(deployment);
  const data = {
    restoreId,
    deploymentId: plan.deploymentId,
    deploymentName: deployment.facts.name,
    backupId: plan.backupId,
    planId: plan.id,
    target: plan.target,
    ...(plan.source.deploymentId !== plan.deploymentId && { source: sourceOf(plan) }),
    options: plan.options,
    liveDigest: plan.liveDigest,
    ...(plan.emptyTimestamps && { emptyTimestamps: plan.emptyTimestamps }),
  };
  return [{ stream: `restore:${restoreId}`, type: 'RestoreRequested', data }];
}

/** A worker claims a requested restore. Raises WRONG_WORKER when it was claimed or has ended. */
export function startRestore(state: RestoreState | undefined, data: EventData<'RestoreStarted'>): NewEvent[] {
  if (isTaken(state, data, 'running')) return [];
  if (state?.status !== 'requested') throw new AppError('WRONG_WORKER', { id: data.restoreId });
  return [{ stream: `restore:${data.restoreId}`, type: 'RestoreStarted', data }];
}

/** A phase begins; Raises WRONG_WORKER. */
export function beginRestorePhase(state: RestoreState | undefined, data: EventData<'RestorePhaseStarted'>): NewEvent[] {
  requireStep(state, data, ['running', 'staged', 'swapped']);
  return [{ stream: `restore:${data.restoreId}`, type: 'RestorePhaseStarted', data }];
}

/** The shadow collections are proven and about to be swapped in. Raises WRONG_WORKER. */
export function stageRestore(state: RestoreState | undefined, data: EventData<'RestoreStaged'>): NewEvent[] {
  if (isTaken(state, data, 'staged')) return [];
  requireStep(state, data, ['running']);
  return [{ stream: `restore:${data.restoreId}`, type: 'RestoreStaged', data }];
}

/** It is taken back, with nothing live changed; before that is staged nothing is appended. Raises WRONG_WORKER. */
export function unstageRestore(state: RestoreState | undefined, data: EventData<'RestoreUnstaged'>): NewEvent[] {
  requireStep(state, data, ['running', 'staged']);
  if (state?.status === 'running') return [];
  return [{ stream: `restore:${data.restoreId}`, type: 'RestoreUnstaged', data }];
}

/** Every shadow collection is live. Raises WRONG_WORKER. */
export function swapRestore(state: RestoreState | undefined, data: EventData<'RestoreSwapped'>): NewEvent[] {
  if (isTaken(state, data, 'swapped')) return [];
  requireStep(state, data, ['staged']);
  return [{ stream: `restore:${data.restoreId}`, type: 'RestoreSwapped', data }];
}

/** It is begun, and cannot be brought to its end: it is going to fail, whoever goes on with it. Raises WRONG_WORKER. */
export function giveUpRestore(state: RestoreState | undefined, data: EventData<'RestoreGivenUp'>): NewEvent[] {
  if (isTaken(state, data, 'given-up')) return [];
  requireStep(state, data, ['staged', 'swapped']);
  return [{ stream: `restore:${data.restoreId}`, type: 'RestoreGivenUp', data }];
}

/** The data is where it was asked for; releases the lock. Raises WRONG_WORKER. */
export function completeRestore(state: RestoreState | undefined, data: EventData<'RestoreCompleted'>): NewEvent[] {
  if (isTaken(state, data, 'completed')) return [];
  requireStep(state, data, ['running', 'staged', 'swapped']);
  return [{ stream: `restore:${data.restoreId}`, type: 'RestoreCompleted', data }];
}

/** Ends an attempt with a reason and the state that live data is in; releases the lock. Raises WRONG_WORKER. */
export function failRestore(
  state: RestoreState | undefined,
  command: {
    readonly restoreId: RestoreId;
    readonly by: Ender;
    readonly failure: Failure;
    readonly liveData: LiveData;
  },
): NewEvent[] {
  const { deploymentId } = requireRunning(state, command, ['requested', 'running', 'staged', 'swapped', 'given-up']);
  const data = { restoreId: command.restoreId, deploymentId, liveData: command.liveData, ...command.failure };
  return [{ stream: `restore:${command.restoreId}`, type: 'RestoreFailed', data }];
}

/** Ends an attempt that was asked to stop, before anything live changed; releases the lock. Raises WRONG_WORKER. */
export function cancelRestore(
  state: RestoreState | undefined,
  command: { readonly restoreId: RestoreId; readonly by: Ender },
): NewEvent[] {
  const { deploymentId } = requireRunning(state, command, ['requested', 'running', 'staged']);
  return [
    {
      stream: `restore:${command.restoreId}`,
      type: 'RestoreCancelled',
      data: { restoreId: command.restoreId, deploymentId },
    },
  ];
}

export function evolveRestore(state: RestoreState | undefined, event: LedgerEvent): RestoreState | undefined {
  switch (event.type) {
    case 'RestoreRequested':
      return requested(event);
    case 'RestoreStarted':
      return state && { ...state, status: 'running', worker: event.data.worker };
    case 'RestoreStaged':
      return state && { ...state, status: 'staged', ...journalOf(event.data) };
    case 'RestoreUnstaged':
      return state && { ...state, status: 'running' };
    case 'RestoreSwapped':
      return state && { ...state, status: 'swapped', ...swapped(event.data) };
    case 'RestoreGivenUp':
      return state && { ...state, status: 'given-up', givenUp: failureOf(event.data), ...begunOf(state, event.data) };
    case 'RestoreSafetyBackupTaken':
      return state && { ...state, safetyBackupId: event.data.backupId };
    case 'RestoreUndone':
      return state && { ...state, undo: 'undone' };
    case 'RestoreUndoExpired':
      return state && { ...state, undo: 'expired', undoEnd: event.data.cause };
    case 'RestoreUndoDropped':
      return state && { ...state, undo: 'dropped' };
    case 'RestoreCompleted':
      return state && { ...state, status: 'completed' };
    case 'RestoreFailed':
      return state && { ...state, status: 'failed' };
    case 'RestoreCancelled':
      return state && { ...state, status: 'cancelled' };
    case 'OperationTakenOver':
      return state && { ...state, worker: event.data.worker };
    case 'OperationCancelRequested':
      return state && { ...state, cancelRequested: true };
    default:
      return state;
  }
}

function sourceOf({ source: { deploymentId, deploymentName } }: RestorePlan): RestoreSource {
  return { deploymentId, deploymentName };
}

function requested(event: LedgerEvent<'RestoreRequested'>): RestoreState {
  const { restoreId, deploymentId, backupId, target, options, liveDigest, undoOf, emptyTimestamps = [] } = event.data;
  return {
    restoreId,
    deploymentId,
    backupId,
    target,
    options: options ?? defaultRestoreOptions,
    liveDigest: liveDigest ?? null,
    undoOf: undoOf ?? null,
    emptyTimestamps,
    status: 'requested',
    requestedAt: event.at,
    worker: null,
    ...{ swaps: [], rewrites: [], merges: [], unmerges: [], expiries: [], method: null },
    ...{ documents: 0, collections: 0, merged: null },
    ...{ safetyBackupId: null, undoUntil: null, undo: null, undoEnd: null, undoCollections: null },
    cancelRequested: false,
    givenUp: null,
  };
}

function journalOf(data: EventData<'RestoreStaged'>) {
  const { swaps, rewrites = [], merges = [], unmerges = [], expiries = [], method = null } = data;
  const { documents = 0, collections = 0 } = data;
  return { swaps, rewrites, merges, unmerges, expiries, method, documents, collections };
}

function swapped(data: EventData<'RestoreSwapped'>): Partial<RestoreState> {
  const { undoUntil, undoCollections = null, merged = null } = data;
  return undoUntil === undefined ? { merged } : { undoUntil, undoCollections, undo: 'kept', merged };
}

/**
 * Of one that stopped amid its swap no more is known from here on than what it had begun: the rest has touched nothing live, and the
 * turn of what is rewritten, of users and of roles had not come.
 */
function begunOf(state: RestoreState, data: EventData<'RestoreGivenUp'>): Partial<RestoreState> {
  const { begun, movedAway = [], undoUntil, undoCollections = null } = data;
  if (begun === undefined) return {};
  const isAmong = (names: readonly string[]) => {
    const wanted = new Set(names);
    return ({ database, live }: { readonly database: string; readonly live: string }) =>
      wanted.has(`${database}.${live}`);
  };
  const [isBegun, isAway] = [isAmong(begun), isAmong(movedAway)];
  const swaps = state.swaps.filter(isBegun).map((swap) => (isAway(swap) ? { ...swap, shadow: null } : swap));
  return {
    ...{ swaps, merges: state.merges.filter(isBegun), unmerges: state.unmerges.filter(isBegun) },
    ...{ rewrites: [], expiries: [], options: { ...state.options, usersAndRoles: false } },
    ...(undoUntil !== undefined && { undoUntil, undoCollections, undo: 'kept' as const }),
  };
}

function failureOf({ reason, message, hint, stderrTail }: EventData<'RestoreGivenUp'>): Failure {
  return { reason, message, hint, ...(stderrTail && { stderrTail }) };
}

/** The worker has taken this step already, and did not hear of it. */
function isTaken(
  state: RestoreState | undefined,
  { worker }: { readonly worker: string },
  status: RestoreStep,
): boolean {
  return state?.status === status && state.worker === worker;
}

function requireStep(
  state: RestoreState | undefined,
  data: { readonly restoreId: RestoreId; readonly worker: string },
  steps: readonly RestoreStep[],
): void {
  if (state === undefined || !steps.includes(state.status) || state.worker !== data.worker) {
    throw new AppError('WRONG_WORKER', { id: data.restoreId });
  }
}

function requireRunning(
  state: RestoreState | undefined,
  command: { readonly restoreId: RestoreId; readonly by: Ender },
  steps: readonly RestoreStep[],
): RestoreState {
  const allowed =
    state !== undefined &&
    steps.includes(state.status) &&
    (command.by === 'supervisor' || state.worker === null || state.worker === command.by.worker);
  if (!allowed) throw new AppError('WRONG_WORKER', { id: command.restoreId });
  return state;
}
