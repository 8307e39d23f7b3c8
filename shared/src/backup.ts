// A backup as queries return it, failed ones included.
import { z } from 'zod';
import { actor } from './actor.ts';
import { backupEncryption } from './encryption.ts';
import { failure } from './failures.ts';
import { backupId, deploymentId, destinationId, policyId, restoreId } from './ids.ts';
import { dumpOrigin, heldUsers, optimes, safetyFacts } from './manifest.ts';
import { backupRestoreTest } from './restore-test.ts';
import { verificationCause } from './verification.ts';

/**
 * requested -> running -> sealed -> completed -> expired -> deleted
 *                 |          |          |   ^
 *                 |          |          v   |
 *                 |          |         missing -> deleted
 *                 +----------+--> failed | cancelled
 */
export const backupStatus = z.enum([
  'requested',
  'running',
  'sealed',
  'completed',
  'failed',
  'cancelled',
  'missing',
  'expired',
  'deleted',
]);
export type BackupStatus = z.infer<typeof backupStatus>;

export const backupTrigger = z.enum(['manual', 'schedule', 'api']);
export type BackupTrigger = z.infer<typeof backupTrigger>;

/** The archive at one destination. `copying`: it is on its way there, or waits for its turn. */
export const backupCopy = z.object({
  destinationId,
  /** Null for a destination that is not known any more. */
  name: z.string().nullable(),
  state: z.enum(['stored', 'copying', 'missing', 'failed']),
  key: z.string().nullable(),
  sizeBytes: z.int().nonnegative().nullable(),
  /** Since when it is so; null while it is on its way. */
  at: z.iso.datetime().nullable(),
  /** Why it could not be copied, or why it is out of reach now. */
  error: failure.nullable(),
});
export type BackupCopy = z.infer<typeof backupCopy>;

/** A backup as `backups.list` and `backups.byId` return it. Times are ISO 8601 in UTC, sizes bytes, durations milliseconds. */
export const backup = z.object({
  id: backupId,
  deploymentId,
  deploymentName: z.string(),
  policyId: policyId.nullable(),
  /**
   * `adopted`: the ledger knows it from its archive only. `imported`: the dump was made elsewhere. `safety`: a restore took it of what
   * it was about to replace.
   */
  trigger: z.enum([...backupTrigger.options, 'adopted', 'recovered', 'imported', 'safety']),
  actor,
  /** When it was requested; of an adopted or imported one, when its dump was taken. */
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  completedAt: z.iso.datetime().nullable(),
  durationMs: z.int().nonnegative().nullable(),
  status: backupStatus,
  /** The archive's key at its destination; null until it is sealed. */
  filePath: z.string().nullable(),
  sizeBytes: z.int().nonnegative().nullable(),
  /** Size of the raw dump before compression. */
  rawBytes: z.int().nonnegative().nullable(),
  documents: z.int().nonnegative().nullable(),
  collections: z.int().nonnegative().nullable(),
  /** SHA-256 of the whole archive file, hex. */
  sha256: z.string().nullable(),
  database: z.string().nullable(),
  /** Which keys can open it; null when it is not encrypted, or not written yet. */
  encryption: backupEncryption.nullable(),
  /** Where the replica set was when the dump began and when it ended; null when that was not noted. */
  optimes: optimes.nullable(),
  /** When the archive was last re-read and found whole; null also once a later reading found it damaged. */
  verifiedAt: z.iso.datetime().nullable(),
  /** When the archive was last re-read, whatever came of it, and why. */
  checkedAt: z.iso.datetime().nullable(),
  checkCause: verificationCause.nullable(),
  error: failure.nullable(),
  /** When it last passed a restore test; null also once a later test or reading found that it is not whole. */
  testedAt: z.iso.datetime().nullable(),
  /** How long bringing it back took in that test. */
  testedRestoreMs: z.int().nonnegative().nullable(),
  /** The newest restore test, whatever came of it; null when there was none. */
  restoreTest: backupRestoreTest.nullable(),
  /** The newest test in which it did not come back whole; null once a later one passed. Others say nothing about it. */
  failedTest: z.object({ at: z.iso.datetime(), error: failure }).nullable(),
  /** Only of an imported one. */
  origin: dumpOrigin.optional(),
  /** Only of one that holds users and roles. */
  usersAndRoles: heldUsers.optional(),
  /** Only of a safety backup. One of what was needed goes when that restore cannot be taken back any more. */
  safety: z.object({ restoreId, kind: safetyFacts.shape.kind }).optional(),
  /** Where its archive is, and where it should be; the one that it was written to first is the first. */
  copies: z.array(backupCopy),
});
export type Backup = z.infer<typeof backup>;

/** What an archive is in use for. A deletion has it for itself; the others share it. */
export const archiveUse = z.enum(['verify', 'restore', 'restore-test', 'copy', 'download', 'delete']);
export type ArchiveUse = z.infer<typeof archiveUse>;

/** One collection of a backup, read from the archive's manifest. */
export const backupCollection = z.object({
  database: z.string(),
  collection: z.string(),
  type: z.enum(['collection', 'view', 'timeseries']),
  documents: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  indexes: z.int().nonnegative(),
});
export type BackupCollection = z.infer<typeof backupCollection>;
