// The list of restores: events -> documents of `shared/restore.ts` (with `_id` for `id`).
import type { LedgerEvent } from '@holdfast/shared/events';
import type { Restore } from '@holdfast/shared/restore';
import type { Projection, ReadModelWrite } from '../ledger/ledger.ts';
import { failureOf } from './failure-of.ts';

/** A restore as it is stored: `Restore` whose id is `_id`. */
export type StoredRestore = Omit<Restore, 'id'> & { _id: string };

export const restoresProjection: Projection = {
  name: 'restores',
  indexes: [
    { key: { deploymentId: 1, createdAt: -1, _id: -1 } },
    { key: { createdAt: -1, _id: -1 } },
    { key: { backupId: 1 } },
    { key: { status: 1 } },
  ],
  project,
};

function project(event: LedgerEvent): ReadModelWrite[] {
  switch (event.type) {
    case 'RestoreRequested':
      return [{ id: event.data.restoreId, update: { $set: requested(event) } }];
    case 'RestoreStarted':
      return [{ id: event.data.restoreId, update: { $set: { status: 'running', startedAt: event.at } } }];
    case 'RestoreCompleted': {
      const { restoreId, durationMs, documents, collections, databases, liveData } = event.data;
      const facts = { durationMs, documents, collections, databases, liveData };
      return [{ id: restoreId, update: { $set: { status: 'completed', completedAt: event.at, ...facts } } }];
    }
    case 'RestoreFailed': {
      const { restoreId, liveData } = event.data;
      return [{ id: restoreId, update: { $set: { status: 'failed', liveData, error: failureOf(event.data) } } }];
    }
    case 'RestoreCancelled':
      return [{ id: event.data.restoreId, update: { $set: { status: 'cancelled' } } }];
    default:
      return [];
  }
}

function requested(event: LedgerEvent<'RestoreRequested'>): Omit<StoredRestore, '_id'> {
  const { deploymentId, deploymentName, backupId, target } = event.data;
  return {
    deploymentId,
    deploymentName,
    backupId,
    target,
    actor: event.actor,
    createdAt: event.at,
    startedAt: null,
    completedAt: null,
    durationMs: null,
    status: 'requested',
    documents: null,
    collections: null,
    databases: [],
    liveData: 'untouched',
    error: null,
  };
}
