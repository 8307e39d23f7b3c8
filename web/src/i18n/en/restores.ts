import type { Actor } from '@holdfast/shared/actor';
import type { LiveData, RestoreStatus } from '@holdfast/shared/restore';
import { createFormats } from '../formats.ts';
import { actor } from './common.ts';

const f = createFormats('en');

const liveDataWords: Record<LiveData, string> = {
  untouched: 'Live data is unchanged.',
  replaced: 'Live data is replaced by the backup.',
  'partly-replaced': 'Live data is partly replaced.',
};

const verdicts: Record<RestoreStatus, (name: string) => string> = {
  requested: (name) => `Restoring ${name}`,
  running: (name) => `Restoring ${name}`,
  completed: (name) => `${name} is back.`,
  failed: (name) => `The restore of ${name} failed.`,
  cancelled: (name) => `The restore of ${name} was cancelled.`,
};

export const restores = {
  after: 'After',
  asOf: (moment: string) => `As of ${moment}.`,
  byCollection: 'By collection',
  choose: 'Choose a backup to bring back.',
  confirmedBy: (who: Actor, moment: string) => `Confirmed by ${actor.name(who)}, ${moment}.`,
  copyAdds: (count: number, databases: readonly string[]) =>
    `${collections(count)} ${f.plural(count, { one: 'is', other: 'are' })} written to ${f.list(databases)}`,
  copyLeaves: 'Live data stays as it is',
  copyLeavesText: 'The copy lies beside it. When you are done with it, drop its databases.',
  databases: (count: number) => f.plural(count, { one: 'Database', other: 'Databases' }),
  deploymentGone: 'deployment removed',
  documentsText: (documents: number, bytes: number) => `${f.count(documents)} documents, ${f.bytes(bytes)}.`,
  effect: 'Effect',
  fromBackup: 'From',
  into: 'Into',
  liveData: (state: LiveData) => liveDataWords[state],
  liveDataNow: 'Live data now',
  noPlanYet: 'The plan is not ready yet.',
  none: 'Nothing has been restored yet.',
  nothingChanges: 'Nothing changes until you have seen the plan and confirmed it.',
  nothingYet: 'no backup yet',
  now: 'Now',
  open: 'Open the restore',
  planTitle: (name: string) => `Restore ${name}`,
  requested: 'Requested',
  restore: 'Restore',
  restoreAsk: 'Restore…',
  restoreAskFrom: (moment: string) => `Restore… the backup of ${moment}`,
  restoreAskOf: (name: string) => `Restore… ${name}`,
  restoreOf: (moment: string) => `Restore of ${moment}`,
  restores: 'Restores',
  starting: 'Starting…',
  status: {
    requested: 'Requested',
    running: 'Running',
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Cancelled',
  } satisfies Record<RestoreStatus, string>,
  step: { verify: 'Verify the archive', stage: 'Write the copy', prove: 'Prove the copy', swap: 'Swap' },
  stepText: {
    verify: 'The whole archive is read again before anything is written.',
    stage: 'The collections are written beside the live ones.',
    prove: 'Counts, contents, indexes and options are read back and compared with the backup.',
    swap: 'The proved copy takes the place of the live collections.',
  },
  swapping: 'The swap is under way.',
  target: { copy: 'Into a copy', original: 'In place' },
  toastCancelled: (name: string) => `The restore of ${name} is cancelled`,
  toastCopy: (databases: readonly string[]) => `The copy is in ${f.list(databases)}.`,
  toastDone: (name: string) => `${name} is restored`,
  toastFailed: (name: string) => `The restore of ${name} failed`,
  toastOriginal: (databases: readonly string[]) => `Replaced in place: ${f.list(databases)}.`,
  truthCopied: (databases: readonly string[]) =>
    `The copy is in ${f.list(databases)}, compared with the backup and equal.`,
  truthCopying: 'The copy is being built beside it. Your applications read and write what they always did.',
  truthEnded: (state: LiveData): string =>
    state === 'untouched'
      ? 'Nothing of it was changed, and what had been copied is removed.'
      : state === 'replaced'
        ? 'The collections hold what the backup held.'
        : 'Some collections hold the backup, some do not. Restore again, or restore into a copy and compare.',
  truthReplaced: (databases: readonly string[]) => `${f.list(databases)}: compared with the backup and equal.`,
  truthStaging:
    'The copy is being built beside it. Until the swap your applications read and write what they always did.',
  truthSwapping: 'The proved copy takes the place of the live collections. This cannot be cancelled any more.',
  verdict: (status: RestoreStatus, name: string) => verdicts[status](name),
  whatItDoes: 'What this restore does',
};

function collections(count: number): string {
  return f.plural(count, { one: '1 collection', other: `${f.count(count)} collections` });
}
