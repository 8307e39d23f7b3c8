// An archive at its destination, as the archive reader wants it.
import { OperationFailure } from '@holdfast/shared/failures';
import type { ArchiveSource } from '../archive/open-archive.ts';
import type { ArchiveStorage } from './archive-storage.ts';

/** Throws `OperationFailure('storage-missing')` when the archive is not there. */
export async function archiveSource(storage: ArchiveStorage, key: string): Promise<ArchiveSource> {
  const found = await storage.stat(key);
  if (found === undefined) throw new OperationFailure('storage-missing', `${key} is not at ${storage.url}.`);
  return { sizeBytes: found.sizeBytes, read: (range) => storage.read(key, range) };
}
