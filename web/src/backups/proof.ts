// How far a backup is proven. Pure.
import type { Backup } from '@holdfast/shared/backup';
import type { BackupRestoreTest } from '@holdfast/shared/restore-test';

/**
 * `damaged`: it was completed, and read again since without being found whole. `unrestorable`: what came back in a restore test was not
 * whole, and has not been since.
 */
export type Proof = 'none' | 'verified' | 'tested' | 'damaged' | 'unrestorable';

/** What is known of how far a backup is proven. */
export type Proven = Pick<Backup, 'status' | 'verifiedAt' | 'testedAt' | 'failedTest' | 'error'>;

export function proofOf({ status, verifiedAt, testedAt, failedTest, error }: Proven): Proof {
  if (status !== 'completed') return 'none';
  if (error !== null) return 'damaged';
  if (failedTest !== null) return 'unrestorable';
  if (testedAt !== null) return 'tested';
  return verifiedAt === null ? 'none' : 'verified';
}

/** The reasons of `isOfTheBackup` in `shared/restore-test`; a test holds the two together. */
export const reasonsOfBackup: readonly string[] = ['archive-damaged', 'restore-incomplete', 'storage-missing'];

/** What came back in this test was not whole; else it passed, or says nothing about the backup. */
export function isUnrestorable(test: BackupRestoreTest | null): boolean {
  return test?.state === 'failed' && reasonsOfBackup.includes(test.error?.reason ?? '');
}
