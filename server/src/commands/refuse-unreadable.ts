// An archive that cannot be read is a refusal for the one who asked: a damaged or missing file, in words.
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';

/** Runs `read`; turns a failure of archive or storage into ARCHIVE_UNREADABLE. A key that is missing is no damage, and stays. */
export async function refuseUnreadable<T>(key: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof OperationFailure) || error.reason === 'key-missing') throw error;
    throw new AppError('ARCHIVE_UNREADABLE', { key, problem: error.message });
  }
}
