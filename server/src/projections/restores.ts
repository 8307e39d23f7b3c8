// The list of restores: events -> documents of `shared/restore.ts` (with `_id` for `id`).
import type { EventData, LedgerEvent } from '@holdfast/shared/events';
import { defaultRestoreOptions, type Restore, type RestoreUndo } from '@holdfast/shared/restore';
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
    { key: { 'undo.state': 1, 'undo.until': 1 } },
  ],
  project,
};

function project(event: LedgerEvent): ReadModelWrite[] {
  switch (event.type) {
    case 'RestoreRequested':
      return [{ id: event.data.restoreId, update: { $set: requested(event) } }];
    case 'RestorePhaseStarted':
      return [{ id: event.data.restoreId, update: { $set: { phase: event.data.phase } } }];
    case 'RestoreSafetyBackupTaken':
      return [{ id: event.data.restoreId, update: { $set: { safetyBackupId: event.data.backupId } } }];
    case 'RestoreSwapped':
      return [{ id: event.data.restoreId, update: { $set: swapped(event) } }];
    case 'RestoreGivenUp': {
      const undo = undoOf(event.data);
      return undo === null ? [] : [{ id: event.data.restoreId, update: { $set: { undo } } }];
    }
    case 'RestoreUndone': {
      const { restoreId, by } = event.data;
      return [{ id: restoreId, update: { $set: { 'undo.state': 'undone', 'undo.by': by } } }];
    }
    case 'RestoreUndoExpired':
      return [{ id: event.data.restoreId, update: { $set: { 'undo.state': 'expired' } } }];
    case 'RestoreUndoDropped':
      return [{ id: event.data.restoreId, update: { $set: { 'undo.state': 'dropped' } } }];
    case 'RestoreStarted':
      return [{ id: event.data.restoreId, update: { $set: { status: 'running', startedAt: event.at } } }];
    case 'RestoreCompleted': {
      const { restoreId, durationMs, documents, collections, databases, liveData, merged } = event.data;
      const facts = { durationMs, documents, collections, databases, liveData, ...(merged && { merged }) };
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
  const { deploymentId, deploymentName, source = null, backupId, target, options, undoOf } = event.data;
  return {
    deploymentId,
    deploymentName,
    source,
    backupId,
    target,
    options: options ?? defaultRestoreOptions,
    undoOf: undoOf ?? null,
    actor: event.actor,
    createdAt: event.at,
    startedAt: null,
    completedAt: null,
    durationMs: null,
    status: 'requested',
    phase: null,
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
  };
}

function swapped({
  data,
}: LedgerEvent<'RestoreSwapped'>): Pick<
  StoredRestore,
  'swapMethod' | 'swapMs' | 'swapGroups' | 'undo' | 'merged' | 'liveData'
> {
  const { method = null, durationMs = null, groups, merged = null } = data;
  const swap = { swapMethod: method, swapMs: durationMs, ...(groups && { swapGroups: groups }) };
  // What comes after the swap may not be in its place yet.
  return { ...swap, undo: undoOf(data), merged, liveData: 'partly-replaced' };
}

/** null where nothing is kept. */
function undoOf({ undoUntil, undoBytes = 0 }: EventData<'RestoreSwapped' | 'RestoreGivenUp'>): RestoreUndo | null {
  return undoUntil === undefined ? null : { state: 'kept', until: undoUntil, bytes: undoBytes, by: null };
}
