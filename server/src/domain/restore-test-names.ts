// Names of the databases that a restore test makes on a deployment that is set aside for it. Pure.
import type { BackupId } from '@holdfast/shared/ids';

/** Fits whatever the real database's name is: 50 bytes at most. */
export function testDatabase(backupId: BackupId, index: number): string {
  return `hf_test_${backupId.replaceAll('-', '')}_${index}`;
}

/** Such a database holds nothing of anybody's: no backup contains it, no restore touches it. */
export function isTestDatabase(name: string): boolean {
  return /^hf_test_[0-9a-f]{32}_\d+$/.test(name);
}
