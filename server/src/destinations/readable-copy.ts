// Where the archive of a backup is read from: the first of its copies that is within reach.
import { OperationFailure } from '@holdfast/shared/failures';
import type { ArchiveSource } from '../archive/open-archive.ts';
import type { BackupState } from '../domain/backup.ts';
import { storedCopies } from '../domain/copies.ts';
import { archiveSource } from '../storage/archive-source.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { type Destinations, requireDestination } from './destinations.ts';

export interface ReadableCopy {
  readonly storage: ArchiveStorage;
  readonly key: string;
  readonly source: ArchiveSource;
}

type Where = { readonly destinations: Destinations };
type Archive = Pick<BackupState, 'backupId' | 'sealed' | 'copies'>;

/**
 * The archive of a sealed backup, at the first destination that has it. Throws OperationFailure (`destination-unavailable`,
 * `storage-missing`), what the first one said, when none has.
 */
export async function readableCopy(where: Where, backup: Archive): Promise<ReadableCopy> {
  for await (const copy of readableCopies(where, backup)) return copy;
  throw new Error(`backup ${backup.backupId} was never sealed`);
}

/** Every copy that is within reach, one after the other; throws as `readableCopy` does when none is. */
export async function* readableCopies({ destinations }: Where, backup: Archive): AsyncGenerator<ReadableCopy> {
  let first: OperationFailure | undefined;
  let found = 0;
  for (const { destinationId, key } of storedCopies(backup)) {
    try {
      const storage = await requireDestination(destinations, destinationId);
      const source = await archiveSource(storage, key);
      found += 1;
      yield { storage, key, source };
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      first ??= error;
    }
  }
  if (found > 0) return;
  throw first ?? new OperationFailure('storage-missing', 'No copy of the archive is left.');
}
