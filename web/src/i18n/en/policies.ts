import { createFormats } from '../formats.ts';

const f = createFormats('en');

export const policies = {
  afterCorrection: 'They show once every field is right.',
  change: 'Change policy…',
  changeOf: (name: string) => `Change policy… ${name}`,
  changes: (count: number) =>
    f.plural(count, { one: '1 change is not saved', other: `${f.count(count)} changes are not saved` }),
  countOn: (on: number, all: number) => `${f.count(on)} of ${f.count(all)} policies are on.`,
  dailyAt: 'Daily at',
  discard: 'Discard changes',
  enabled: 'Back up every day',
  form: 'Schedule',
  hour: 'Hour',
  hourHint: (min: number, max: number) => `A whole number from ${min} to ${max}`,
  hourProblem: (min: number, max: number) => `The hour is a whole number from ${min} to ${max}.`,
  inWords: (clock: string, zone: string, retention: number) =>
    `daily at ${clock}, ${zone}, the newest ${f.count(retention)} kept`,
  invalid: (count: number) =>
    f.plural(count, { one: '1 field to correct', other: `${f.count(count)} fields to correct` }),
  isOff: 'off: no backup is made on a schedule',
  keeps: 'Keeps',
  lastBackup: 'Last backup',
  limits: 'Limits',
  limitsInWords: (timeLimit: number, stallLimit: number) =>
    `${f.duration(timeLimit * 60_000)} at most, ${f.duration(stallLimit * 60_000)} without a byte`,
  limitsNote: 'A backup or restore that passes one is stopped, and nothing of it is left',
  movedRun: (wanted: string, real: string) =>
    `${wanted} does not exist that night: the clocks change. It runs at ${real}.`,
  nextRuns: 'Next runs',
  noChanges: 'Nothing to save.',
  noRuns: 'None: the policy is off.',
  nowThere: (clock: string, zone: string) => `Now ${clock} there (${zone})`,
  off: 'off',
  on: 'on',
  oneEach: 'Each deployment has one: a daily backup at an hour of a time zone, and how many are kept.',
  openDeployment: (name: string) => `Open ${name}`,
  policy: 'Policy',
  policyOf: (name: string) => `Policy of ${name}`,
  retention: 'Backups to keep',
  retentionHint: (min: number, max: number) => `The newest ${min} to ${max}`,
  retentionProblem: (min: number, max: number) => `Backups to keep is a whole number from ${min} to ${max}.`,
  save: 'Save policy',
  saved: 'The policy is saved',
  saving: 'Saving…',
  schedule: 'Schedule and retention',
  showTimezones: 'Show time zones',
  stallLimit: 'Stall limit (minutes)',
  stallLimitHint: (min: number, max: number) => `Without a byte moved, ${f.count(min)} to ${f.count(max)} (1 day)`,
  stallLimitProblem: (min: number, max: number) =>
    `The stall limit is a whole number of minutes from ${f.count(min)} to ${f.count(max)} (1 day).`,
  timeLimit: 'Time limit (minutes)',
  timeLimitHint: (min: number, max: number) => `From start to end, ${f.count(min)} to ${f.count(max)} (7 days)`,
  timeLimitProblem: (min: number, max: number) =>
    `The time limit is a whole number of minutes from ${f.count(min)} to ${f.count(max)} (7 days).`,
  timezone: 'Time zone',
  was: (value: string) => `was ${value}`,
  willGo: (count: number) => f.plural(count, { one: '1 backup will go', other: `${f.count(count)} backups will go` }),
};
