// An archive that cannot be read is a refusal for the one who asked: a damaged or missing file, in words.
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';

/**
 * Runs `read`; turns what is said of the archive (damaged, gone) into ARCHIVE_UNREADABLE. A key that is missing or a storage that
 * does not answer says nothing of it, and stays what it is.
 */
export async function refuseUnreadable<T>(key: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isOfArchive =
      error instanceof OperationFailure && (error.reason === 'archive-damaged' || error.reason === 'storage-missing');
    if (!isOfArchive) throw error;
    throw new AppError('ARCHIVE_UNREADABLE', { key, problem: error.message });
  }
}
