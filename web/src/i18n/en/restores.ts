import type { Actor } from '@holdfast/shared/actor';
import type { LiveData, RestoreStatus } from '@holdfast/shared/restore';
import type { PlanAction, PlanWarningCode } from '@holdfast/shared/restore-plan';
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
  action: {
    added: 'added',
    replaced: 'replaced',
    merged: 'merged',
    dropped: 'dropped',
    untouched: 'untouched',
  } satisfies Record<PlanAction, string>,
  added: (count: number) => f.plural(count, { one: 'collection added', other: 'collections added' }),
  after: 'After',
  asOf: (moment: string) => `As of ${moment}.`,
  byCollection: 'By collection',
  choose: 'Choose a backup to bring back.',
  comparing: 'Comparing the backup with what is live…',
  confirm: 'Confirm the restore',
  confirmTitle: (name: string) => `Confirm the restore of ${name}`,
  confirmedBy: (who: Actor, moment: string) => `Confirmed by ${actor.name(who)}, ${moment}.`,
  continue: 'Continue…',
  copyAdds: (count: number, databases: readonly string[]) =>
    `${collections(count)} ${f.plural(count, { one: 'is', other: 'are' })} written to ${f.list(databases)}`,
  copyLeaves: 'Live data stays as it is',
  copyLeavesText: 'The copy lies beside it. When you are done with it, drop its databases.',
  databases: (count: number) => f.plural(count, { one: 'Database', other: 'Databases' }),
  deploymentGone: 'deployment removed',
  documentsText: (documents: number, bytes: number) => `${f.count(documents)} documents, ${f.bytes(bytes)}.`,
  effect: 'Effect',
  enterStartsNothing: 'Enter alone starts nothing.',
  everyCollection: (count: number, documents: number) => `${collections(count)}, ${f.count(documents)} documents`,
  fromBackup: 'From',
  into: 'Into',
  liveData: (state: LiveData) => liveDataWords[state],
  liveDataNow: 'Live data now',
  missing: 'not there',
  noPlanYet: 'The plan is not ready yet.',
  none: 'Nothing has been restored yet.',
  nothingChanges: 'Nothing changes until you have seen the plan and confirmed it.',
  nothingYet: 'no backup yet',
  now: 'Now',
  open: 'Open the restore',
  originalLoses: (name: string) =>
    `What was written to them on ${name} since the backup is lost. Make a backup first if you may want it.`,
  originalProves: 'Live data stays as it is until the copy has proved whole',
  originalProvesText: 'The copy is built beside it and compared document by document; then it takes its place.',
  originalReplaces: (replaced: number, added: number) =>
    `${collections(replaced)} ${f.plural(replaced, { one: 'is', other: 'are' })} replaced, ${f.count(added)} added`,
  phraseDiffers: 'The name does not match yet.',
  phraseMissing: 'Type the name to go on.',
  planAnew: 'Make a new plan',
  planHolds: (relative: string) => `Nothing has changed yet. The plan expires ${relative}.`,
  planTitle: (name: string) => `Restore ${name}`,
  replaced: (count: number) => f.plural(count, { one: 'collection replaced', other: 'collections replaced' }),
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
  suffix: 'Suffix of the copied databases',
  suffixHint: 'Left empty, Holdfast chooses one.',
  suffixProblem: 'A suffix has 1 to 32 letters, digits, hyphens or underscores.',
  swapping: 'The swap is under way.',
  target: { copy: 'Into a copy', original: 'In place' },
  targetText: {
    copy: 'New databases beside the live ones. Nothing live changes.',
    original: 'Replaces what is live. Asks for a name to be typed.',
  },
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
  typePhrase: 'To go on, type',
  untouched: (count: number) => f.plural(count, { one: 'collection untouched', other: 'collections untouched' }),
  verdict: (status: RestoreStatus, name: string) => verdicts[status](name),
  warning: {
    REPLACES_LIVE_DATA: 'Live data is replaced.',
    DROPS_COLLECTIONS: 'Collections are dropped.',
    NEWER_DATA_LOST: 'Newer data will be lost.',
    NOT_ATOMIC: 'Not everything is swapped at once.',
    WRITES_MAY_BE_LOST: 'Writes during the swap may be lost.',
    CHANGE_STREAMS_END: 'Change streams end.',
    TYPE_CHANGES: 'Collections, views or time-series take each other’s place.',
    STRUCTURE_DIFFERS: 'Indexes or options differ.',
    VIEW_BASE_MISSING: 'A view would read what is not there.',
    NOT_MERGED: 'Not everything can be merged.',
    TTL_EXPIRES: 'Expired documents will vanish.',
    USERS_VANISH: 'Users or roles will vanish.',
    USERS_NOT_IN_BACKUP: 'The backup holds no users and roles.',
    SERVER_VERSION_DIFFERS: 'The server’s version differs.',
    TOOL_VERSION_DIFFERS: 'The tools’ version differs.',
    SPACE_SHORT: 'There is too little space.',
    SPACE_UNKNOWN: 'The free space is not known.',
    OPLOG_SHORT: 'The oplog is small for this.',
    UNDO_LIMITED: 'The undo has limits.',
  } satisfies Record<PlanWarningCode, string>,
  whatItDoes: 'What this restore does',
  where: 'Where the data goes',
};

function collections(count: number): string {
  return f.plural(count, { one: '1 collection', other: `${f.count(count)} collections` });
}
