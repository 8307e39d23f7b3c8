// Restore tests: a backup restored for real into a throw-away mongod, compared with its manifest, timed, thrown away.
import { z } from 'zod';
import { failure } from './failures.ts';
import { deploymentId } from './ids.ts';

/** Why a backup was tested: it was the policy's turn, the schedule's, or somebody asked. */
export const restoreTestCause = z.enum(['after-backup', 'schedule', 'asked']);
export type RestoreTestCause = z.infer<typeof restoreTestCause>;

/** Why a test did not take place. */
export const restoreTestSkipReason = z.enum(['no-server-of-version', 'no-space', 'budget-spent', 'archive-in-use']);
export type RestoreTestSkipReason = z.infer<typeof restoreTestSkipReason>;

/** After every n-th completed backup of a policy: 1 to 100; null: never by itself. */
export const restoreTestEvery = z
  .int({ error: 'restoreTestEvery is a whole number from 1 to 100, or null.' })
  .min(1, { error: 'restoreTestEvery must be from 1 to 100.' })
  .max(100, { error: 'restoreTestEvery must be from 1 to 100.' })
  .nullable();

/** The schedule: the newest verified backup of each deployment, once in so many days, as long as the budget of the day lasts. */
export const restoreTestSettings = z.object({
  enabled: z.boolean(),
  everyDays: z.int().min(1).max(365),
  /** How many minutes of a day (UTC) tests of the schedule may take together. */
  minutesPerDay: z.int().min(1).max(1_440),
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
  state: z.enum(['running', 'passed', 'failed', 'skipped']),
  at: z.iso.datetime(),
  cause: restoreTestCause,
  /** From the first byte read to the last document compared; null unless passed. */
  durationMs: z.int().nonnegative().nullable(),
  /** How long bringing the data back took: the expected recovery time; null unless passed. */
  restoreMs: z.int().nonnegative().nullable(),
  documents: z.int().nonnegative().nullable(),
  /** Of the mongod that it was restored into. */
  serverVersion: z.string().nullable(),
  skipped: restoreTestSkipReason.nullable(),
  error: failure.nullable(),
});
export type BackupRestoreTest = z.infer<typeof backupRestoreTest>;
