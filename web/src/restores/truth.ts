// What state live data is in, as one fact out of a few. Pure: the band on a restore's page says it in words.
import type { OperationPhase } from '@holdfast/shared/operation';
import type { Restore } from '@holdfast/shared/restore';

/**
 * - `copying`, `staging`: nothing live has changed, and the data is being written beside it;
 * - `swapping`, `finishing`: it changes now, and what has begun is brought to its end;
 * - `copied`, `replaced`, `merged`, `back`: it ended well, into a copy, in place, by a merge, or as an undo;
 * - `taken-back`: it ended, and another restore took it back since;
 * - `unchanged`, `kept-replaced`, `partly`: it failed or was cancelled, and this is what live data is like.
 */
export type Truth =
  | 'copying'
  | 'staging'
  | 'swapping'
  | 'finishing'
  | 'copied'
  | 'replaced'
  | 'merged'
  | 'back'
  | 'taken-back'
  | 'unchanged'
  | 'kept-replaced'
  | 'partly';

type Known = Pick<Restore, 'status' | 'target' | 'phase' | 'liveData' | 'merged' | 'undo' | 'undoOf'>;

/** `phase` is what the running operation says, which is ahead of what the ledger does. */
export function truthOf(restore: Known, phase: OperationPhase | undefined): Truth {
  if (isTakenBack(restore)) return 'taken-back';
  if (restore.status === 'completed') return truthOfCompleted(restore);
  if (!isUnderWay(restore)) {
    if (restore.liveData === 'partly-replaced') return 'partly';
    return restore.liveData === 'replaced' ? 'kept-replaced' : 'unchanged';
  }
  if (restore.target.kind === 'copy') return 'copying';
  if (phase === 'swap' || restore.phase === 'swap') return phase === 'finish' ? 'finishing' : 'swapping';
  return phase === 'finish' || restore.phase === 'finish' ? 'finishing' : 'staging';
}

function truthOfCompleted(restore: Known): Truth {
  if (restore.undoOf) return 'back';
  if (restore.target.kind === 'copy') return 'copied';
  return restore.merged ? 'merged' : 'replaced';
}

/** Whether it has not ended yet. */
export function isUnderWay({ status }: Pick<Restore, 'status'>): boolean {
  return status === 'running' || status === 'requested';
}

/** Whether another restore took it back since. */
export function isTakenBack({ undo }: Pick<Restore, 'undo'>): boolean {
  return undo?.state === 'undone';
}

/** Whether live data is whole: one state or the other, and not on its way between them. */
export function isWhole(truth: Truth): boolean {
  return truth !== 'swapping' && truth !== 'finishing' && truth !== 'partly';
}

/** Whether it can still be cancelled: before anything live changes. */
export function canBeCancelled(truth: Truth): boolean {
  return truth === 'copying' || truth === 'staging';
}
