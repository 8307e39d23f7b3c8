// Where the archive of a backup is read from.
import type { ArchiveSource } from '../archive/open-archive.ts';
import type { BackupState } from '../domain/backup.ts';
import { archiveSource } from '../storage/archive-source.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { type Destinations, requireDestination } from './destinations.ts';

export interface ReadableCopy {
  readonly storage: ArchiveStorage;
  readonly key: string;
  readonly source: ArchiveSource;
}

/**
 * The archive of a sealed backup, at a destination that has it. Throws OperationFailure (`destination-unavailable`,
 * `storage-missing`) when none has.
 */
export async function readableCopy(
  { destinations }: { readonly destinations: Destinations },
  { backupId, sealed }: Pick<BackupState, 'backupId' | 'sealed'>,
): Promise<ReadableCopy> {
  if (sealed === null) throw new Error(`backup ${backupId} was never sealed`);
  const { destinationId, key } = sealed;
  const storage = await requireDestination(destinations, destinationId);
  return { storage, key, source: await archiveSource(storage, key) };
}
