import { createFormats } from '../formats.ts';

const f = createFormats('en');

export const verification = {
  damaged: (count: number) =>
    f.plural(count, {
      one: '1 backup did not pass its verification.',
      other: `${f.count(count)} backups did not pass their verification.`,
    }),
  damagedText: 'Do not rely on what stands here: take a new backup, and check the disk.',
  due: 'Waiting for the scrub',
  dueText: (count: number, bytes: number) =>
    count === 0
      ? 'none'
      : `${f.plural(count, { one: '1 archive', other: `${f.count(count)} archives` })}, ${f.bytes(bytes)}`,
  enabled: 'Read every archive again in turn',
  everyDays: 'Each archive once in (days)',
  everyDaysHint: (min: number, max: number) => `${min} to ${max}`,
  everyDaysProblem: (min: number, max: number) => `The days are a whole number from ${min} to ${max}.`,
  failed: 'Damaged',
  lastScrub: 'Last scrub',
  neverRead: (count: number) =>
    f.plural(count, {
      one: '1 archive was never read again',
      other: `${f.count(count)} archives were never read again`,
    }),
  note: 'Archives are read again from where they are kept, every byte and document of them',
  now: 'Reading now',
  oldest: 'Longest not read',
  rate: 'Read at most (MB/s)',
  rateHint: 'Empty for no limit',
  rateProblem: (min: number, max: number) =>
    `The limit is from ${f.count(min)} to ${f.count(max)} megabytes a second, or empty.`,
  save: 'Save',
  saved: 'The scrub is saved',
  scrub: 'Scrub',
  verified: 'Verified',
  verifiedOf: (verified: number, completed: number) =>
    `${f.count(verified)} of ${f.count(completed)} ${f.plural(completed, { one: 'backup', other: 'backups' })}`,
};
