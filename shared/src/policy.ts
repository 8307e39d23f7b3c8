// The simple form of a policy: daily at an hour, keep the newest N, on or off; how long an operation may take, and what it
// may take from the database and the network.
import { z } from 'zod';
import { policyEncryption } from './encryption.ts';
import { backupId, deploymentId, destinationId, policyId } from './ids.ts';
import { restoreTestEvery } from './restore-test.ts';

/** A time zone name of the IANA database that this runtime knows. */
export const timezone = z.string().refine(isTimezone, {
  error: (issue) => `"${String(issue.input)}" is not a time zone; use an IANA name such as "Europe/Paris" or "UTC".`,
});

/** Hour of the day, 0 to 23, at which the daily backup starts, in the policy's time zone. */
export const scheduledHour = z
  .int({ error: 'scheduledHour is a whole number from 0 to 23.' })
  .min(0, { error: 'scheduledHour must be from 0 to 23.' })
  .max(23, { error: 'scheduledHour must be from 0 to 23.' });

/** How many completed backups of the policy are kept: 1 to 30, the newest. */
export const retentionCount = z
  .int({ error: 'retentionCount is a whole number from 1 to 30.' })
  .min(1, { error: 'retentionCount must be from 1 to 30.' })
  .max(30, { error: 'retentionCount must be from 1 to 30.' });

/** The longest that a whole backup or restore may take: 1 minute to 7 days. */
export const timeLimitMinutes = z
  .int({ error: 'timeLimitMinutes is a whole number from 1 to 10080.' })
  .min(1, { error: 'timeLimitMinutes must be from 1 to 10080.' })
  .max(10_080, { error: 'timeLimitMinutes must be from 1 to 10080.' });

/** The longest that a dump or a restore may go without moving a byte: 1 minute to a day. */
export const stallLimitMinutes = z
  .int({ error: 'stallLimitMinutes is a whole number from 1 to 1440.' })
  .min(1, { error: 'stallLimitMinutes must be from 1 to 1440.' })
  .max(1_440, { error: 'stallLimitMinutes must be from 1 to 1440.' });

/** Which members of a set mongodump reads from. null: as the connection string says, else the primary. */
export const readPreference = z.enum(['primary', 'primaryPreferred', 'secondary', 'secondaryPreferred', 'nearest'], {
  error: 'readPreference must be primary, primaryPreferred, secondary, secondaryPreferred, nearest or null.',
});
export type ReadPreference = z.infer<typeof readPreference>;

/** How many collections mongodump reads at once: 1 to 16. */
export const parallelCollections = z
  .int({ error: 'parallelCollections is a whole number from 1 to 16.' })
  .min(1, { error: 'parallelCollections must be from 1 to 16.' })
  .max(16, { error: 'parallelCollections must be from 1 to 16.' });

/** How many bytes a second a backup may send to its destination: 1 MB to 100 GB. */
export const bandwidthLimitBytesPerSecond = z
  .int({ error: 'bandwidthLimitBytesPerSecond is a whole number of bytes or null.' })
  .min(1_000_000, { error: 'bandwidthLimitBytesPerSecond must be from 1000000 to 100000000000.' })
  .max(100_000_000_000, { error: 'bandwidthLimitBytesPerSecond must be from 1000000 to 100000000000.' });

const firstSettings = z.object({ enabled: z.boolean(), scheduledHour, retentionCount, timezone });

/**
 * Where backups are kept: each is written to the first, which may be the main one, and copied to the others. Empty: the main one only.
 */
export const destinationIds = z
  .array(destinationId)
  .max(8, { error: 'A policy has at most 8 destinations.' })
  .refine((ids) => new Set(ids).size === ids.length, { error: 'Each destination is named once.' });

/** What policies could not have from the first. A new setting is a line here and one in `defaultPolicySettings`. */
const laterSettings = z.object({
  timeLimitMinutes,
  stallLimitMinutes,
  /** Whether each completed backup is read again from its destination at once; else it waits for the scrub. */
  verifyAfterBackup: z.boolean(),
  readPreference: readPreference.nullable(),
  parallelCollections,
  /** null: none. */
  bandwidthLimitBytesPerSecond: bandwidthLimitBytesPerSecond.nullable(),
  destinationIds,
  encryption: policyEncryption,
  /** Whether backups hold the users and roles too, password hashes included. */
  usersAndRoles: z.boolean(),
  /** After every n-th completed backup its restore is tested; null: not because of this policy. */
  restoreTestEvery,
});

/** What a user sets of a policy. */
export const policySettings = firstSettings.extend(laterSettings.shape);
export type PolicySettings = z.infer<typeof policySettings>;

/**
 * Settings as callers, files and old events give them: a later one that is left out stays as it is, so that whoever knows
 * nothing of it does not reset it.
 */
export const givenPolicySettings = firstSettings.extend(laterSettings.partial().shape);
export type GivenPolicySettings = z.infer<typeof givenPolicySettings>;

/** The names of all settings of a policy. */
export const policySettingNames = Object.keys(policySettings.shape) as (keyof PolicySettings)[];

/** A new deployment's policy: daily at 02:00 UTC, the newest 7, on; a day at most, 10 minutes without a byte; verified, unlimited; without users. */
export const defaultPolicySettings: PolicySettings = {
  enabled: true,
  scheduledHour: 2,
  retentionCount: 7,
  timezone: 'UTC',
  timeLimitMinutes: 1_440,
  stallLimitMinutes: 10,
  verifyAfterBackup: true,
  readPreference: null,
  parallelCollections: 4,
  bandwidthLimitBytesPerSecond: null,
  destinationIds: [],
  encryption: 'inherit',
  usersAndRoles: false,
  restoreTestEvery: null,
};

/** A policy as `policies.list` and `policies.byId` return it. Times are ISO 8601 in UTC. */
export const policy = policySettings.extend({
  id: policyId,
  deploymentId,
  name: z.string(),
  /** When the newest completed backup of this policy was completed; derived, never configured. */
  lastBackupAt: z.iso.datetime().nullable(),
  lastBackupId: backupId.nullable(),
  /** The next due time; null while the policy is off. */
  nextRunAt: z.iso.datetime().nullable(),
});
export type Policy = z.infer<typeof policy>;

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
