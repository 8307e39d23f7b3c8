// The safety backup of a restore: of what it is about to replace and no rename could bring back, or of everything when asked. It
// is taken under the restore's lock, recorded in one step once it was read back, and goes with the restore's undo. Pure.
import { AppError } from '@holdfast/shared/errors';
import type { EventData, NewEvent } from '@holdfast/shared/events';
import type { Restore, RestoreOptions } from '@holdfast/shared/restore';
import type { BackupState, Verified } from './backup.ts';
import type { RestoreState } from './restore.ts';
import { canBeRenamed } from './restore-names.ts';
import { type LiveNamespace, type RestoreScope, wayOf } from './restore-scope.ts';

type Live = Pick<LiveNamespace, 'database' | 'collection' | 'type' | 'options'>;

/**
 * What of the live namespaces a safety backup of a restore in place holds: all of them with `everything`, else those that are
 * replaced or dropped by something else than a rename.
 */
export function safetyNamespaces<T extends Live>(
  scope: Pick<RestoreScope, 'placed' | 'drops'>,
  { mode, safetyBackup }: Pick<RestoreOptions, 'mode' | 'safetyBackup'>,
  live: readonly T[],
): T[] {
  if (safetyBackup === 'everything') return [...live];
  const placed = new Map(scope.placed.map((one) => [`${one.database}.${one.collection}`, one]));
  return live.filter((one) => {
    if (canBeRenamed(one)) return false;
    const replacing = placed.get(`${one.database}.${one.collection}`);
    if (replacing === undefined) return scope.drops(one);
    return wayOf(mode, replacing, one).action === 'replaced';
  });
}

export type SafetyFacts = EventData<'SafetyBackupCompleted'>;

/**
 * Its archive is visible and was read back: the backup is recorded, as verified, and the restore knows it. Once recorded, asking again
 * appends nothing. Raises WRONG_WORKER when the restore is not this worker's, or not before its first step.
 */
export function recordSafetyBackup(
  states: { readonly restore: RestoreState | undefined; readonly backup: BackupState | undefined },
  facts: SafetyFacts,
  verified: Verified,
): NewEvent[] {
  const { restore, backup } = states;
  const { backupId, deploymentId, restoreId, worker } = facts;
  if (restore?.worker !== worker || restore.status !== 'running') throw new AppError('WRONG_WORKER', { id: restoreId });
  if (backup !== undefined && restore.safetyBackupId === backupId) return [];
  const stream = `backup:${backupId}` as const;
  const { documents, durationMs } = verified;
  return [
    { stream, type: 'SafetyBackupCompleted', data: facts },
    { stream, type: 'BackupVerified', data: { backupId, deploymentId, documents, durationMs, cause: 'after-backup' } },
    {
      stream: `restore:${restoreId}`,
      type: 'RestoreSafetyBackupTaken',
      data: { restoreId, deploymentId, worker, backupId },
    },
  ];
}

/**
 * Whether a safety backup of what was needed is needed no more: its restore changed nothing, or cannot be taken back any more. One of
 * a restore that failed half-way and keeps nothing else stays until somebody deletes it.
 */
export function isSafetyOver(restore: Pick<Restore, 'status' | 'liveData' | 'undo' | 'options'>): boolean {
  const { status, liveData, undo, options } = restore;
  const hasFailed = status === 'failed' || status === 'cancelled';
  if (hasFailed && liveData === 'untouched') return true;
  if (!hasFailed && status !== 'completed') return false;
  if (undo === null) return !hasFailed && options.undoHours === 0;
  return undo.state !== 'kept';
}
