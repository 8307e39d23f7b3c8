// Restore tests: a backup restored for real into a throw-away mongod, compared with its manifest, timed, thrown away.
import { z } from 'zod';
import { type FailureReason, failure } from './failures.ts';
import { backupId, deploymentId } from './ids.ts';

/** Why a backup was tested: it was the policy's turn, the schedule's, or somebody asked. */
export const restoreTestCause = z.enum(['after-backup', 'schedule', 'asked']);
export type RestoreTestCause = z.infer<typeof restoreTestCause>;

/** Why a test did not take place, or not to its end, though nothing is known to be wrong with the backup. */
export const restoreTestSkipReason = z.enum([
  'no-server-of-version',
  'no-space',
  'budget-spent',
  'archive-in-use',
  'cancelled',
  'interrupted',
]);
export type RestoreTestSkipReason = z.infer<typeof restoreTestSkipReason>;

/** After every n-th completed backup of a policy: 1 to 100; null: never by itself. */
export const restoreTestEvery = z
  .int({ error: 'restoreTestEvery is a whole number from 1 to 100, or null.' })
  .min(1, { error: 'restoreTestEvery must be from 1 to 100.' })
  .max(100, { error: 'restoreTestEvery must be from 1 to 100.' })
  .nullable();

/** How many days may pass until a backup of each deployment is tested: 1 to 365. */
export const restoreTestEveryDays = z
  .int({ error: 'everyDays is a whole number from 1 to 365.' })
  .min(1, { error: 'everyDays must be from 1 to 365.' })
  .max(365, { error: 'everyDays must be from 1 to 365.' });

/** How many minutes of a day tests of the schedule may take: 1 to 1440. */
export const restoreTestMinutesPerDay = z
  .int({ error: 'minutesPerDay is a whole number from 1 to 1440.' })
  .min(1, { error: 'minutesPerDay must be from 1 to 1440.' })
  .max(1_440, { error: 'minutesPerDay must be from 1 to 1440.' });

/** The schedule: the newest verified backup of each deployment, once in so many days, as long as the budget of the day lasts. */
export const restoreTestSettings = z.object({
  enabled: z.boolean(),
  everyDays: restoreTestEveryDays,
  /** How many minutes of a day (UTC) tests of the schedule may take together. */
  minutesPerDay: restoreTestMinutesPerDay,
  /** A deployment set aside for tests, used where no mongod of the right version is at hand; its own data stays. */
  setAsideId: deploymentId.nullable(),
});
export type RestoreTestSettings = z.infer<typeof restoreTestSettings>;

export const defaultRestoreTestSettings: RestoreTestSettings = {
  enabled: false,
  everyDays: 7,
  minutesPerDay: 60,
  setAsideId: null,
};

/** The newest test of a backup, as a backup carries it. */
export const backupRestoreTest = z.object({
  state: z.enum(['requested', 'running', 'passed', 'failed', 'skipped']),
  /** Since when it is so. */
  at: z.iso.datetime(),
  cause: restoreTestCause,
  /** All of it, until it was thrown away; null unless passed. */
  durationMs: z.int().nonnegative().nullable(),
  /** How long bringing the data back took: the expected recovery time; null unless passed. */
  restoreMs: z.int().nonnegative().nullable(),
  documents: z.int().nonnegative().nullable(),
  /** Of the mongod that it was restored into. */
  serverVersion: z.string().nullable(),
  skipped: restoreTestSkipReason.nullable(),
  /** Why it was skipped, in a sentence that names what there is; null unless skipped. */
  message: z.string().nullable(),
  error: failure.nullable(),
});
export type BackupRestoreTest = z.infer<typeof backupRestoreTest>;

/** The newest passed test of any backup of a deployment: how long its recovery is expected to take, measured. */
export const lastRestoreTest = z.object({
  backupId,
  at: z.iso.datetime(),
  restoreMs: z.int().nonnegative(),
  durationMs: z.int().nonnegative(),
});
export type LastRestoreTest = z.infer<typeof lastRestoreTest>;

/** A test that runs right now. Bytes are raw ones, of the phase. */
export const runningRestoreTest = z.object({
  backupId,
  deploymentId,
  deploymentName: z.string(),
  cause: restoreTestCause,
  phase: z.enum(['starting', 'restoring', 'comparing']),
  startedAt: z.iso.datetime(),
  bytes: z.int().nonnegative(),
  totalBytes: z.int().nonnegative(),
});
export type RunningRestoreTest = z.infer<typeof runningRestoreTest>;

/** A backup that failed a test, or could not be tested, and what that said. */
export const failedRestoreTest = z.object({
  backupId,
  deploymentId,
  deploymentName: z.string(),
  createdAt: z.iso.datetime(),
  failedAt: z.iso.datetime(),
  message: z.string(),
});
export type FailedRestoreTest = z.infer<typeof failedRestoreTest>;

/** How tests are set and how they stand, as `restoreTests.state` returns it. */
export const restoreTestsState = z.object({
  settings: restoreTestSettings,
  completed: z.int().nonnegative(),
  /** Completed backups that passed, and no later test or reading of them failed. */
  tested: z.int().nonnegative(),
  /** Completed ones that did not come back whole, and have not since, newest first, the first 50. */
  failed: z.array(failedRestoreTest),
  failedTotal: z.int().nonnegative(),
  /** Others, whose latest test could not be made, which says nothing about them, newest first, the first 50. */
  notMade: z.array(failedRestoreTest),
  notMadeTotal: z.int().nonnegative(),
  /** How long tests of the schedule took today (UTC). */
  spentMs: z.int().nonnegative(),
  /** The mongod versions at hand on the server that answers; null on one that runs no tests. */
  versions: z.array(z.string()).nullable(),
  /** Deployments without a passed test in twice the days of the schedule, while that is on. */
  overdue: z.array(z.object({ deploymentId, deploymentName: z.string(), testedAt: z.iso.datetime().nullable() })),
  running: z.array(runningRestoreTest),
});
export type RestoreTestsState = z.infer<typeof restoreTestsState>;

/** Whether a failure says something about the backup, so that it loses its mark; else the test could not be made. */
export function isOfTheBackup(reason: FailureReason): boolean {
  return reason === 'archive-damaged' || reason === 'restore-incomplete' || reason === 'storage-missing';
}
