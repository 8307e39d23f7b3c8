// A backup as the API returns it.
import type { Backup } from '@holdfast/shared/backup';
import { AppError } from '@holdfast/shared/errors';
import type { BackupId } from '@holdfast/shared/ids';
import type { StoredBackup } from '../projections/backups.ts';
import type { Services } from '../services.ts';
import { withId } from './paging.ts';

/** Raises BACKUP_NOT_FOUND. */
export async function findBackup(services: Services, id: string): Promise<Backup> {
  const collection = await services.ledger.readModel<StoredBackup>('backups');
  const found = await collection.findOne({ _id: id });
  if (found === null) throw new AppError('BACKUP_NOT_FOUND', { id });
  return publicBackup(found);
}

/** What was stored before there was encryption is not encrypted; of when it was read again before that was noted, nothing is said. */
export function publicBackup(stored: StoredBackup): Backup {
  return withId({ ...stored, encryption: stored.encryption ?? null, ...checkOf(stored) }) as Backup & { id: BackupId };
}

function checkOf({ checkedAt = null, checkCause = null }: Partial<StoredBackup>) {
  return { checkedAt, checkCause };
}
