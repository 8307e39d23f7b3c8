// What holds for any operation, whatever its kind. Pure.
import type { OperationKind } from '@holdfast/shared/deployment';
import { AppError } from '@holdfast/shared/errors';
import type { NewEvent } from '@holdfast/shared/events';
import type { BackupState } from './backup.ts';
import type { RestoreState } from './restore.ts';

/**
 * Makes a claimed operation the supervisor's, before it touches what the worker left: whatever that one still has under way is
 * refused from here on. Appends nothing when it is already. Raises WRONG_WORKER when it is not claimed, or has ended.
 */
export function takeOverOperation(
  kind: OperationKind,
  state: BackupState | RestoreState | undefined,
  command: { readonly operationId: string; readonly worker: string },
): NewEvent[] {
  const { operationId, worker } = command;
  if (state === undefined || !isOpenOperation(state) || state.worker === null)
    throw new AppError('WRONG_WORKER', { id: operationId });
  if (state.worker === worker) return [];
  const data = { operationId, kind, deploymentId: state.deploymentId, worker, from: state.worker };
  return [{ stream: `${kind}:${operationId}`, type: 'OperationTakenOver', data }];
}

/** Whether it has not ended yet. */
export function isOpenOperation({ status }: BackupState | RestoreState): boolean {
  return ['requested', 'running', 'sealed', 'staged', 'swapped', 'given-up'].includes(status);
}

/**
 * Asks an operation to stop. The lock of one that runs is held until its processes are gone; one that nobody has claimed ends
 * at once. Asking twice appends nothing. Raises OPERATION_NOT_FOUND, OPERATION_ENDED (also once live data has been swapped).
 */
export function requestCancel(
  kind: OperationKind,
  state: BackupState | RestoreState | undefined,
  operationId: string,
): NewEvent[] {
  if (state === undefined) throw new AppError('OPERATION_NOT_FOUND', { id: operationId });
  if (!['requested', 'running', 'sealed', 'staged'].includes(state.status)) {
    throw new AppError('OPERATION_ENDED', { id: operationId, kind, status: state.status });
  }
  if (state.cancelRequested) return [];
  const data = { operationId, kind, deploymentId: state.deploymentId };
  const asked: NewEvent = { stream: `${kind}:${operationId}`, type: 'OperationCancelRequested', data };
  return state.status === 'requested' ? [asked, ended(state)] : [asked];
}

function ended(state: BackupState | RestoreState): NewEvent {
  const { deploymentId } = state;
  if ('restoreId' in state) {
    const { restoreId } = state;
    return { stream: `restore:${restoreId}`, type: 'RestoreCancelled', data: { restoreId, deploymentId } };
  }
  const { backupId } = state;
  return { stream: `backup:${backupId}`, type: 'BackupCancelled', data: { backupId, deploymentId } };
}
