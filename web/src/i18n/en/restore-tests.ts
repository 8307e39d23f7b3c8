import type { RestoreTestCause, RestoreTestSkipReason, RunningRestoreTest } from '@holdfast/shared/restore-test';
import { createFormats } from '../formats.ts';

const f = createFormats('en');

export const restoreTests = {
  about: (restoreMs: number) =>
    restoreMs < 1_000 ? 'restorable in less than a second' : `restorable in about ${f.duration(restoreMs)}`,
  ask: 'Test the restore',
  before: (moment: string, duration: string) => `${moment}, in ${duration}.`,
  cancel: 'Cancel the test',
  cancelling: 'Cancelling…',
  cause: (cause: RestoreTestCause) => causes[cause],
  earlierLead: 'An earlier restore test failed:',
  enabled: 'Test the newest verified backup of each deployment',
  everyDays: 'Each deployment once in (days)',
  expected: 'Expected recovery',
  expectedHint: 'measured: reading, writing, building the indexes',
  failed: 'Failed',
  failedAt: (moment: string) => `failed ${moment}`,
  failedCount: (count: number) =>
    f.plural(count, {
      one: '1 backup did not pass its restore test.',
      other: `${f.count(count)} backups did not pass their restore test.`,
    }),
  failedLead: 'The restore test failed:',
  failedText: 'Do not rely on what stands here: take a new backup, and test that one.',
  key: 'Key T',
  measured: (moment: string) => `measured ${moment}`,
  minutes: 'Minutes of a day',
  minutesHint: (min: number, max: number) => `That all tests of the schedule may take, ${min} to ${f.count(max)}`,
  minutesProblem: (min: number, max: number) => `The minutes are a whole number from ${min} to ${f.count(max)}.`,
  noDeployment: 'none',
  noFailures: 'none',
  never: 'It was never restored for a test. Until then nobody knows how long bringing it back takes.',
  note: 'Backups are restored into a MongoDB of their own, compared document by document, and thrown away',
  notMade: 'Could not be tested',
  notMadeLead: 'The restore test could not be made:',
  notMadeText: 'Nothing is known to be wrong with the backup: keep it. Mend what stood in the way, then test again.',
  notMeasured: 'not measured yet',
  now: 'Testing now',
  outcome: 'Outcome',
  overdue: 'Not tested for long',
  overdueOne: (name: string, moment: string | null) => (moment === null ? `${name} (never)` : `${name} (${moment})`),
  passed: 'Passed',
  passedText: (documents: number, version: string) =>
    `${f.plural(documents, { one: '1 document', other: `${f.count(documents)} documents` })} restored into MongoDB ${version}, compared and equal.`,
  phase: (phase: RunningRestoreTest['phase'], bytes: number, total: number) =>
    phase === 'starting' ? phases[phase] : `${phases[phase]}: ${f.bytes(bytes)} of about ${f.bytes(total)}`,
  saved: 'The schedule of restore tests is saved',
  schedule: 'Schedule',
  setAside: 'Deployment set aside',
  setAsideHint: 'Where to restore when no mongod of the version is at hand; its own data stays',
  skipped: (reason: RestoreTestSkipReason) => skips[reason][0],
  skippedHint: (reason: RestoreTestSkipReason) => skips[reason][1],
  spent: 'Spent today',
  spentOf: (ms: number, minutes: number) => `${f.duration(ms)} of ${f.duration(minutes * 60_000)}`,
  test: 'Restore test',
  tested: 'Restore-tested',
  testedAt: 'Tested',
  testNote: 'Restored for real, compared, thrown away',
  toastFailed: (name: string) => `The restore test of ${name} failed`,
  toastNotMade: (name: string) => `The restore test of ${name} could not be made`,
  toastPassed: (name: string) => `The backup of ${name} can be restored`,
  toastSkipped: (name: string) => `The restore test of ${name} did not take place`,
  versions: 'Versions at hand',
  waiting: 'It waits for a server that is free.',
  whole: 'Whole test',
};

const causes: Record<RestoreTestCause, string> = {
  'after-backup': 'as its policy wants',
  schedule: 'by the schedule',
  asked: 'on request',
};

const phases: Record<RunningRestoreTest['phase'], string> = {
  starting: 'A MongoDB of its own is started',
  restoring: 'Restored',
  comparing: 'Read back and compared',
};

const skips: Record<RestoreTestSkipReason, [what: string, hint: string]> = {
  'no-server-of-version': [
    'No MongoDB of the right version was at hand.',
    'Put a mongod of that version at hand, or set a deployment aside for tests (Settings).',
  ],
  'no-space': ['There was too little space.', 'Free some, then test again.'],
  'budget-spent': ['The minutes of the day were spent.', 'Give the schedule more of them, or test it now.'],
  'archive-in-use': ['Its archive was being deleted.', 'Nothing was changed.'],
  cancelled: ['It was cancelled.', 'It says nothing about the backup.'],
  interrupted: ['The server that ran it stopped.', 'Nothing of it is left; test it again.'],
};
