import type { LiveData, RestoreStatus } from '@holdfast/shared/restore';
import { createFormats } from '../formats.ts';

const f = createFormats('en');

const liveDataWords: Record<LiveData, string> = {
  untouched: 'Live data is unchanged.',
  replaced: 'Live data is replaced by the backup.',
  'partly-replaced': 'Live data is partly replaced.',
};

export const restores = {
  after: 'After',
  asOf: (moment: string) => `As of ${moment}.`,
  byCollection: 'By collection',
  choose: 'Choose a backup to bring back.',
  copyAdds: (count: number, databases: readonly string[]) =>
    `${collections(count)} ${f.plural(count, { one: 'is', other: 'are' })} written to ${f.list(databases)}`,
  copyLeaves: 'Live data stays as it is',
  copyLeavesText: 'The copy lies beside it. When you are done with it, drop its databases.',
  databases: (count: number) => f.plural(count, { one: 'Database', other: 'Databases' }),
  deploymentGone: 'deployment removed',
  documentsText: (documents: number, bytes: number) =>
    `${f.count(documents)} ${f.plural(documents, { one: 'document', other: 'documents' })}, ${f.bytes(bytes)}.`,
  effect: 'Effect',
  fromBackup: 'From',
  fromBackupOf: (moment: string) => `From the backup of ${moment}.`,
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
  key: 'Key R',
  restoreAskFrom: (moment: string) => `Restore… the backup of ${moment}`,
  restoreAskOf: (name: string) => `Restore… ${name}`,
  restoreOf: (moment: string) => `Restore of ${moment}`,
  restores: 'Restores',
  safetyBackup: 'Safety backup',
  sourceDeployment: 'Backup of',
  starting: 'Starting…',
  status: {
    requested: 'Requested',
    running: 'Running',
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Cancelled',
  } satisfies Record<RestoreStatus, string>,
  target: { copy: 'Into a copy', original: 'In place' },
  toastCancelled: (name: string) => `The restore of ${name} is cancelled`,
  toastCopy: (databases: readonly string[]) => `The copy is in ${f.list(databases)}.`,
  toastDone: (name: string) => `${name} is restored`,
  toastFailed: (name: string) => `The restore of ${name} failed`,
  toastMerged: (inserted: number) =>
    `${f.plural(inserted, { one: '1 document', other: `${f.count(inserted)} documents` })} inserted.`,
  toastOriginal: (databases: readonly string[], undoUntil: string | null) =>
    `Replaced in place: ${f.list(databases)}.${undoUntil === null ? '' : ` It can be taken back until ${undoUntil}.`}`,
  toastUndone: (name: string) => `The restore of ${name} is taken back`,
  whatItDoes: 'What this restore does',
};

function collections(count: number): string {
  return f.plural(count, { one: '1 collection', other: `${f.count(count)} collections` });
}
