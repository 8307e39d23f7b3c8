// Verification: archives that are read again, after each backup and over the days by the scrub.
import { z } from 'zod';
import { backupId, deploymentId } from './ids.ts';

/** Why an archive was read again: a backup had just been completed, it was its turn, or somebody asked. */
export const verificationCause = z.enum(['after-backup', 'scrub', 'asked']);
export type VerificationCause = z.infer<typeof verificationCause>;

/** How many days may pass until an archive is read again: 1 to 365. */
export const scrubEveryDays = z
  .int({ error: 'everyDays is a whole number from 1 to 365.' })
  .min(1, { error: 'everyDays must be from 1 to 365.' })
  .max(365, { error: 'everyDays must be from 1 to 365.' });

/** How many stored bytes a second the scrub may read: 1 MB to 100 GB. */
export const scrubBytesPerSecond = z
  .int({ error: 'bytesPerSecond is a whole number of bytes or null.' })
  .min(1_000_000, { error: 'bytesPerSecond must be from 1000000 to 100000000000.' })
  .max(100_000_000_000, { error: 'bytesPerSecond must be from 1000000 to 100000000000.' });

/** The scrub reads every completed backup again in turn, one at a time among all servers. */
export const scrubSettings = z.object({
  enabled: z.boolean(),
  everyDays: scrubEveryDays,
  /** null: no limit. */
  bytesPerSecond: scrubBytesPerSecond.nullable(),
});
export type ScrubSettings = z.infer<typeof scrubSettings>;

/** On; each archive once in 30 days, at most 32 MB a second. */
export const defaultScrubSettings: ScrubSettings = { enabled: true, everyDays: 30, bytesPerSecond: 32_000_000 };

/** An archive that is being read again right now. Bytes are raw ones. */
export const runningVerification = z.object({
  backupId,
  deploymentId,
  deploymentName: z.string(),
  cause: verificationCause,
  startedAt: z.iso.datetime(),
  bytes: z.int().nonnegative(),
  totalBytes: z.int().nonnegative(),
});
export type RunningVerification = z.infer<typeof runningVerification>;

/** How far the completed backups are verified, as `verification.state` returns it. */
export const verificationState = z.object({
  scrub: scrubSettings,
  completed: z.int().nonnegative(),
  verified: z.int().nonnegative(),
  /** Completed ones whose latest reading did not find them whole, newest first, the first 50. */
  failed: z.array(
    z.object({
      backupId,
      deploymentId,
      deploymentName: z.string(),
      createdAt: z.iso.datetime(),
      checkedAt: z.iso.datetime(),
    }),
  ),
  failedTotal: z.int().nonnegative(),
  /** How many it is the turn of, and their stored bytes. */
  due: z.int().nonnegative(),
  dueBytes: z.int().nonnegative(),
  /** The longest that any completed backup has not been read; null when one never was, or there is none. */
  oldestCheckAt: z.iso.datetime().nullable(),
  neverChecked: z.int().nonnegative(),
  /** When the scrub last read an archive to its end. */
  lastScrubAt: z.iso.datetime().nullable(),
  running: z.array(runningVerification),
});
export type VerificationState = z.infer<typeof verificationState>;
