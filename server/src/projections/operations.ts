// Every operation, whatever its kind, newest first: what the runner claims from and what `operations.list` shows.
import type { Actor } from '@holdfast/shared/actor';
import type { OperationKind } from '@holdfast/shared/deployment';
import type { LedgerEvent } from '@holdfast/shared/events';
import type { Projection, ReadModelWrite } from '../ledger/ledger.ts';

/** An operation as it is stored. Open ones are `requested`, `running` or `sealed`. */
export interface StoredOperation {
  _id: string;
  kind: OperationKind;
  deploymentId: string;
  deploymentName: string;
  actor: Actor;
  status: 'requested' | 'running' | 'sealed' | 'completed' | 'failed' | 'cancelled';
  /** Who runs it; null until it is claimed. */
  worker: string | null;
  requestedAt: string;
  endedAt: string | null;
  cancelRequested: boolean;
}

export const openStatuses = ['requested', 'running', 'sealed'] as const;

export const operationsProjection: Projection = {
  name: 'operations',
  indexes: [
    { key: { status: 1 } },
    { key: { deploymentId: 1, requestedAt: -1, _id: -1 } },
    { key: { requestedAt: -1, _id: -1 } },
  ],
  project,
};

function project(event: LedgerEvent): ReadModelWrite[] {
  switch (event.type) {
    case 'BackupRequested':
      return [requested(event, 'backup', event.data.backupId)];
    case 'RestoreRequested':
      return [requested(event, 'restore', event.data.restoreId)];
    case 'OperationCancelRequested':
      return [set(event.data.operationId, { cancelRequested: true })];
    case 'OperationTakenOver':
      return [set(event.data.operationId, { worker: event.data.worker })];
    case 'BackupStarted':
      return [set(event.data.backupId, { status: 'running', worker: event.data.worker })];
    case 'RestoreStarted':
      return [set(event.data.restoreId, { status: 'running', worker: event.data.worker })];
    case 'BackupSealed':
      return [set(event.data.backupId, { status: 'sealed' })];
    case 'BackupCompleted':
    case 'BackupFailed':
    case 'BackupCancelled':
      return [set(event.data.backupId, { status: endOf(event.type), endedAt: event.at })];
    case 'RestoreCompleted':
    case 'RestoreFailed':
    case 'RestoreCancelled':
      return [set(event.data.restoreId, { status: endOf(event.type), endedAt: event.at })];
    default:
      return [];
  }
}

function set(id: string, fields: Partial<StoredOperation>): ReadModelWrite {
  return { id, update: { $set: fields } };
}

function requested(
  event: LedgerEvent<'BackupRequested' | 'RestoreRequested'>,
  kind: OperationKind,
  id: string,
): ReadModelWrite {
  const { deploymentId, deploymentName } = event.data;
  return set(id, {
    kind,
    deploymentId,
    deploymentName,
    actor: event.actor,
    status: 'requested',
    worker: null,
    requestedAt: event.at,
    endedAt: null,
    cancelRequested: false,
  });
}

function endOf(type: string): 'completed' | 'failed' | 'cancelled' {
  if (type.endsWith('Completed')) return 'completed';
  return type.endsWith('Failed') ? 'failed' : 'cancelled';
}
