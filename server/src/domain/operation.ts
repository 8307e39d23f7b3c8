// What holds for any operation, whatever its kind. Pure.
import type { OperationKind } from '@holdfast/shared/deployment';
import { AppError } from '@holdfast/shared/errors';
import type { NewEvent } from '@holdfast/shared/events';
import type { BackupState } from './backup.ts';
import type { RestoreState } from './restore.ts';

/**
 * Asks a running operation to stop; the lock is held until its processes are gone. Asking twice appends nothing. Raises
 * OPERATION_NOT_FOUND, OPERATION_ENDED (also once live data has been swapped).
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
  return [{ stream: `${kind}:${operationId}`, type: 'OperationCancelRequested', data }];
}
