import type { RestoreUndo } from '@holdfast/shared/restore';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import { createFormats } from '../formats.ts';

const f = createFormats('en');

export const undo = {
  action: {
    replaced: 'what it was comes back',
    removed: 'goes: it was not there before',
    'brought-back': 'comes back',
  } satisfies Record<UndoPlan['namespaces'][number]['action'], string>,
  actionOfMerge: 'what was inserted goes',
  after: 'After',
  ask: 'Undo this restore…',
  byCollection: 'By collection',
  collections: {
    removed: (count: number) =>
      f.plural(count, {
        one: '1 collection goes: it was not there before',
        other: `${f.count(count)} collections go: they were not there before`,
      }),
    'brought-back': (count: number) =>
      f.plural(count, {
        one: '1 collection comes back: it had been dropped',
        other: `${f.count(count)} collections come back: they had been dropped`,
      }),
  },
  confirm: 'Take it back',
  confirmTitle: (name: string) => `Take the restore of ${name} back`,
  effect: 'What happens to it',
  everyCollection: (count: number) => f.plural(count, { one: '1 collection', other: `${f.count(count)} collections` }),
  free: 'Free the space',
  freeAsk: 'Free the space now…',
  freeEffect: (bytes: number) =>
    `What is kept for the undo is removed for good and ${f.bytes(bytes)} become free. The live data stays as it is.`,
  freeTitle: 'The restore cannot be taken back then',
  keptAgain: 'What is live now is kept as long again',
  keptAgainText: 'The undo can itself be undone.',
  lead: (bytes: number, until: string, isMerge: boolean) =>
    isMerge
      ? `Until ${until} it is known what the restore inserted, which takes ${f.bytes(bytes)}. Taking it back removes the inserted documents that are still as they were inserted, and no others.`
      : `Until ${until} what the restore replaced waits beside the live data and takes ${f.bytes(bytes)}. Taking it back loses what was written since; you see how much before you confirm.`,
  list: {
    kept: 'can be taken back',
    undone: 'taken back',
    expired: 'undo is over',
    dropped: 'undo is over',
  } satisfies Record<RestoreUndo['state'], string>,
  mergeGoes: 'Inserted documents go',
  mergeGoesText: 'Those that are still as they were inserted. What was changed since stays.',
  namespace: 'Collection',
  newPlan: 'Make a new plan',
  noPlanYet: 'The plan is not ready yet.',
  now: 'Live now',
  looking: 'Looking at what is live and what was kept…',
  of: 'Undo of an earlier restore',
  openUndo: 'Open the undo',
  over: (state: RestoreUndo['state']): string =>
    ({
      kept: '',
      undone: 'It was taken back.',
      expired: 'It cannot be taken back any more. What it had replaced is being removed.',
      dropped: 'It cannot be taken back any more. What it had replaced is removed.',
    })[state],
  phraseDiffers: 'The name does not match yet.',
  phraseMissing: 'Type the name to go on.',
  planHolds: (relative: string) => `Nothing has changed yet. The plan expires ${relative}.`,
  restoredAt: 'Restored',
  section: 'Undo',
  starting: 'Starting…',
  title: (left: string) => `You can take this back for ${left}.`,
  timeLeft: (left: string, hours: number) => `${left} of ${f.count(hours)} h left`,
  titleSoon: 'The time to take this back is over in a moment.',
  typePhrase: 'To go on, type',
  warning: {
    UNDO_LIMITED: 'These stay as they are now: their safety backup is gone',
    NOT_ATOMIC: 'These come last, one after the other',
    SWAPPED_IN_GROUPS: 'Too many for one command: swapped back in groups',
    WRITES_MAY_BE_LOST: 'Writes during the swap may be lost',
    CHANGE_STREAMS_END: 'Change streams end',
  },
  writes: (count: number | null, by: UndoPlan['countedBy']) => {
    if (count === null) return 'Everything written since the restore is taken back';
    if (count === 0) return 'Nothing was written since the restore';
    const what =
      by === 'oplog'
        ? f.plural(count, { one: '1 write', other: `${f.count(count)} writes` })
        : f.plural(count, differing(count));
    return `${what} since the restore ${f.plural(count, { one: 'is', other: 'are' })} taken back`;
  },
  writesText: (count: number | null, by: UndoPlan['countedBy'], known: number): string => {
    if (count === null && known === 0) return 'How many writes these are cannot be told.';
    if (count === null) {
      const what = by === 'oplog' ? { one: '1 write', other: `${f.count(known)} writes` } : differing(known);
      return `At least ${f.plural(known, what)}; for some collections it cannot be told how many.`;
    }
    return by === 'oplog' ? 'Counted in the oplog.' : 'Compared with the backup, document by document.';
  },
  writesSince: 'Writes since',
};

function differing(count: number) {
  return { one: '1 document that differs', other: `${f.count(count)} documents that differ` };
}
