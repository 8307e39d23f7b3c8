// Taking a restore back: what it replaced is kept for a while, and put back by an operation of its own. Pure.
//
// undo    RestoreSwapped*  RestoreUndone  RestoreUndoExpired  RestoreUndoDropped
// (none)  kept             -              -                   -
// kept    -                undone         expired             -
// expired -                -              -                   dropped
//
// * or RestoreGivenUp amid the swap. `expired` comes first and closes the door: from then on nothing can be taken back, and only then
// collections are removed. To be taken back a restore need not have completed, only ended.
import { AppError } from '@holdfast/shared/errors';
import type { EventData, NewEvent } from '@holdfast/shared/events';
import type { RestoreId } from '@holdfast/shared/ids';
import { defaultRestoreOptions, type RestoreOptions } from '@holdfast/shared/restore';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import { type BackupState, expireBackup } from './backup.ts';
import { type DeploymentState, requireDeployment, requireIdle } from './deployment.ts';
import type { RestoreState } from './restore.ts';

/** So many hours is kept what a restore replaced; one that stopped half-way keeps it for a day where nothing was to be kept. */
export function hoursKept({ undoHours }: Pick<RestoreOptions, 'undoHours'>): number {
  return undoHours === 0 ? defaultRestoreOptions.undoHours : undoHours;
}

export interface RequestUndo {
  /** Of the new operation. */
  readonly restoreId: RestoreId;
  readonly plan: UndoPlan;
  /** Of the namespaces as the plan saw them. */
  readonly liveDigest: string;
  /** What the person typed. */
  readonly phrase: string | undefined;
  readonly now: string;
}

/**
 * Accepts a confirmed plan and takes the deployment's lock: an undo is a restore like any other, and keeps what it replaces for as
 * many hours. Raises PLAN_NOT_FOUND (expired), CONFIRMATION_MISMATCH, DEPLOYMENT_NOT_FOUND, RESTORE_NOT_FOUND, UNDO_UNAVAILABLE,
 * OPERATION_IN_PROGRESS.
 */
export function requestUndo(
  states: { readonly deployment: DeploymentState | undefined; readonly restore: RestoreState | undefined },
  { restoreId, plan, liveDigest, phrase, now }: RequestUndo,
): NewEvent[] {
  if (plan.expiresAt <= now) throw new AppError('PLAN_NOT_FOUND', { id: plan.id });
  if (phrase !== plan.phrase) throw new AppError('CONFIRMATION_MISMATCH', { expected: plan.phrase });
  const deployment = requireDeployment(states.deployment, plan.deploymentId);
  const { backupId, target, options } = requireUndoable(states.restore, plan.restoreId, now);
  requireIdle(deployment);
  const data = {
    ...{ restoreId, deploymentId: plan.deploymentId, deploymentName: deployment.facts.name },
    ...{ backupId, planId: plan.id, target, liveDigest, undoOf: plan.restoreId },
    options: { ...options, undoHours: hoursKept(options), safetyBackup: 'needed' as const },
  };
  return [{ stream: `restore:${restoreId}`, type: 'RestoreRequested', data }];
}

/** The restore when it can be taken back now. Raises RESTORE_NOT_FOUND, UNDO_UNAVAILABLE. */
export function requireUndoable(state: RestoreState | undefined, id: RestoreId, now: string): RestoreState {
  if (state === undefined) throw new AppError('RESTORE_NOT_FOUND', { id });
  const why = whyNot(state, now);
  if (why !== null) throw new AppError('UNDO_UNAVAILABLE', { id, why });
  return state;
}

function whyNot(state: RestoreState, now: string) {
  const { status, undo, undoUntil, swaps } = state;
  if (!hasEnded(state) || (status === 'failed' && undo === null)) return 'not-completed';
  if (undo === 'undone') return 'undone';
  if (undo === null) return swaps.length === 0 ? 'nothing-replaced' : 'dropped';
  return undo === 'kept' && undoUntil !== null && now < undoUntil ? null : 'dropped';
}

function hasEnded({ status }: RestoreState): boolean {
  return status === 'completed' || status === 'failed';
}

/** Another restore, `by`, has taken it back. Appends nothing when that is known, or when it cannot be taken back any more. */
export function recordUndone(state: RestoreState | undefined, by: RestoreId): NewEvent[] {
  if (state?.undo !== 'kept') return [];
  const { restoreId, deploymentId } = state;
  return [{ stream: `restore:${restoreId}`, type: 'RestoreUndone', data: { restoreId, deploymentId, by } }];
}

/**
 * Ends the time in which a restore can be taken back: because it is over (else nothing is appended), or because somebody asks.
 * Once it has ended, asking again appends nothing. Raises RESTORE_NOT_FOUND, UNDO_UNAVAILABLE, OPERATION_IN_PROGRESS.
 */
export function expireUndo(
  states: { readonly deployment: DeploymentState | undefined; readonly restore: RestoreState | undefined },
  command: { readonly restoreId: RestoreId; readonly cause: UndoEnd; readonly now: string },
): NewEvent[] {
  const { restoreId, cause, now } = command;
  const { restore, deployment } = states;
  if (restore === undefined) throw new AppError('RESTORE_NOT_FOUND', { id: restoreId });
  if (restore.undo === 'expired' || restore.undo === 'dropped') return [];
  if (restore.undo !== 'kept' || !hasEnded(restore))
    throw new AppError('UNDO_UNAVAILABLE', { id: restoreId, why: whyNot(restore, now) ?? 'not-completed' });
  if (cause === 'expired' && (restore.undoUntil === null || now < restore.undoUntil)) return [];
  if (deployment !== undefined) requireIdle(deployment);
  const data = { restoreId, deploymentId: restore.deploymentId, cause };
  return [{ stream: `restore:${restoreId}`, type: 'RestoreUndoExpired', data }];
}

export type UndoEnd = EventData<'RestoreUndoDropped'>['cause'];

/** What it had kept is gone. Appends nothing when that is known. */
export function dropUndo(state: RestoreState | undefined): NewEvent[] {
  if (state?.undo !== 'expired') return [];
  const { restoreId, deploymentId, undoEnd } = state;
  const data = { restoreId, deploymentId, cause: undoEnd ?? 'expired' };
  return [{ stream: `restore:${restoreId}`, type: 'RestoreUndoDropped', data }];
}

/** The backup of what no rename could take back goes with the undo, unless it was asked for as one of everything. */
export function expireSafetyBackup(restore: RestoreState | undefined, backup: BackupState | undefined): NewEvent[] {
  if (!restore?.safetyBackupId || restore.options.safetyBackup !== 'needed') return [];
  return expireBackup(backup, { backupId: restore.safetyBackupId, retentionCount: 0 });
}
