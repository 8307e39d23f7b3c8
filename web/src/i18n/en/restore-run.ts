import type { Actor } from '@holdfast/shared/actor';
import type { Restore, RestorePhase, RestoreStatus, SwapMethod } from '@holdfast/shared/restore';
import type { Truth } from '../../restores/truth.ts';
import { createFormats } from '../formats.ts';
import { actor } from './common.ts';

const f = createFormats('en');

type Known = Pick<Restore, 'target' | 'undoOf' | 'options'>;
type Titled = Known & Pick<Restore, 'status' | 'deploymentName'>;

const steps: Record<RestorePhase, string> = {
  verify: 'Verify the archive',
  'safety-backup': 'Safety backup',
  stage: 'Write the copy',
  prove: 'Prove the copy',
  swap: 'Swap',
  finish: 'Finish',
};

const stepTexts: Record<RestorePhase, string> = {
  verify: 'What the archive says of itself is compared with the ledger. Its documents are verified as they are read.',
  'safety-backup': 'What no rename can take back goes into a backup of its own, if there is any.',
  stage: 'The collections are written beside the live ones, under names of their own.',
  prove: 'Counts, contents, indexes and options are read back and compared with the backup.',
  swap: 'The proved copy takes the place of the live collections; these are kept for the undo.',
  finish: 'What cannot be renamed is written, and TTL indexes are built.',
};

const truthTexts: Record<Truth, (databases: readonly string[]) => string> = {
  copying: () => 'The copy is being built beside it. Your applications read and write what they always did.',
  staging: () =>
    'The copy is being built beside it. Until the swap your applications read and write what they always did.',
  swapping: () => 'The proved copy takes the place of the live collections. This cannot be cancelled any more.',
  finishing: () => 'What cannot be renamed is written last. Should the server stop, it goes on from here.',
  copied: (databases) => `The copy is in ${f.list(databases)}, compared with the backup and equal.`,
  replaced: (databases) => `${f.list(databases)}: compared with the backup and equal.`,
  merged: (databases) => `What was missing in ${f.list(databases)} is there again. Nothing that was there was changed.`,
  back: () => 'What the restore had changed is as it was.',
  'taken-back': () => 'What this restore had changed is as it was.',
  unchanged: () => 'Nothing of it was changed, and what had been copied is removed.',
  'kept-replaced': () => 'The collections hold what the backup held.',
  partly: () => 'A part of it is what the backup holds, a part is not. The reason says more: look before you go on.',
};

export const restoreRun = {
  backUp: 'Make a backup of what is live now.',
  backUpText: 'The newest backup is older than this restore.',
  changeStreams: 'Open change streams again.',
  changeStreamsText: 'Those on the collections that were swapped have ended.',
  colliding: 'Left as they were',
  collidingNote: 'another document is there',
  collections: 'Collections',
  confirmedBy: (who: Actor, moment: string) =>
    `Confirmed by ${actor.name(who)}, ${moment}. You can leave this page; the restore goes on.`,
  doneFacts: (who: Actor, ended: string, after: string) =>
    `Finished at ${ended}, ${after} after it was confirmed by ${actor.name(who)}.`,
  endedFacts: (who: Actor, moment: string) => `Confirmed by ${actor.name(who)}, ${moment}.`,
  equal: 'compared, equal',
  identical: 'There already',
  inserted: 'Inserted',
  lookAtColliding: 'See what collides.',
  lookAtCollidingText: 'Plan the restore again and compare the documents, or put single ones back.',
  lookAtIt: 'Look at what is live.',
  lookAtItText: 'The swap is whole; what failed came after it. The reason above says what.',
  groups: (count: number) => `in ${f.count(count)} groups, each at once`,
  method: { 'apply-ops': 'all at once', renames: 'one after the other' } satisfies Record<SwapMethod, string>,
  next: 'Next',
  openSafety: 'Open the safety backup',
  safetyKept: 'Fetch single documents of what was live.',
  safetyKeptText: 'The safety backup holds what no rename could take back.',
  step: (phase: RestorePhase, restore: Known): string => {
    if (phase === 'swap' && restore.undoOf) return 'Swap back';
    if (phase === 'swap' && restore.options.mode === 'merge') return 'Insert what is missing';
    return steps[phase];
  },
  stepState: { done: 'done', running: 'under way', failed: 'failed', cancelled: 'cancelled', todo: 'still to come' },
  steps: 'Steps of the restore',
  stepText: (phase: RestorePhase, restore: Known): string => {
    if (phase === 'swap' && restore.undoOf)
      return 'What was kept takes its old place; what it replaces is kept in turn.';
    if (phase === 'swap' && restore.options.mode === 'merge')
      return 'Documents whose _id is missing are inserted; the others stay as they are.';
    if (phase === 'stage' && restore.target.kind === 'copy') return 'The collections are written into new databases.';
    return stepTexts[phase];
  },
  otherBackup: 'Choose another backup…',
  otherBackupNext: 'Restore from another backup.',
  stopWriting: 'Let nothing write to it.',
  stopWritingText: (canBeUndone: boolean) =>
    `Applications would read a mix of old and new. ${canBeUndone ? 'Take it back, restore again in place' : 'Restore again in place'}, or into a copy and compare.`,
  swap: 'Swap',
  takenBack: (name: string) => `The restore of ${name} was taken back.`,
  title: (restore: Titled): string => {
    const { status, deploymentName: name, undoOf, target, options } = restore;
    if (undoOf !== null) return undoVerdicts[status](name);
    if (status !== 'completed') return verdicts[status](name);
    if (target.kind === 'copy') return `The copy on ${name} is ready.`;
    if (options.mode === 'merge') return `${name} has what it lacked.`;
    return options.namespaces ? `What was chosen of ${name} is back.` : verdicts.completed(name);
  },
  truth: {
    copying: 'Live data is unchanged.',
    staging: 'Live data is unchanged.',
    swapping: 'The swap is under way.',
    finishing: 'The swap is done; the last of it is being written.',
    copied: 'Live data is unchanged.',
    replaced: 'Live data is replaced by the backup.',
    merged: 'Live data has what it lacked.',
    back: 'Live data is what it was before.',
    'taken-back': 'Live data is what it was before.',
    unchanged: 'Live data is unchanged.',
    'kept-replaced': 'Live data is replaced by the backup.',
    partly: 'Live data is partly replaced.',
  } satisfies Record<Truth, string>,
  truthText: (truth: Truth, databases: readonly string[]) => truthTexts[truth](databases),
  tryAgain: (isCancelled: boolean): string =>
    isCancelled ? 'Plan it again when you want to.' : 'Try again once the reason is gone.',
  tryAgainText: 'Nothing has to be cleaned up. A new plan begins from what is live then.',
  useCopy: 'Take what you need out of the copy.',
  useCopyText: (databases: readonly string[]) => `When you are done with it, drop ${f.list(databases)}.`,
  wholeTime: 'All in all',
};

const verdicts: Record<RestoreStatus, (name: string) => string> = {
  requested: (name) => `Restoring ${name}.`,
  running: (name) => `Restoring ${name}.`,
  completed: (name) => `${name} is back.`,
  failed: (name) => `The restore of ${name} failed.`,
  cancelled: (name) => `The restore of ${name} was cancelled.`,
};

const undoVerdicts: Record<RestoreStatus, (name: string) => string> = {
  requested: (name) => `Taking back a restore of ${name}.`,
  running: (name) => `Taking back a restore of ${name}.`,
  completed: (name) => `A restore of ${name} was taken back.`,
  failed: (name) => `The undo on ${name} failed.`,
  cancelled: (name) => `The undo on ${name} was cancelled.`,
};
