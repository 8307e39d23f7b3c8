// What an error of the file system means for a destination, in words.
import { OperationFailure } from '@holdfast/shared/failures';

/** The failure that an errno stands for. Anything that is no file system error is rethrown as it is. */
export function fileFailure(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new OperationFailure('disk-full', `No space is left at ${path}.`, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new OperationFailure('storage-unwritable', `The service's user may not write at ${path}.`, {
        cause: error,
      });
    case 'EROFS':
      return new OperationFailure('storage-unwritable', `${path} is mounted read-only.`, { cause: error });
    case 'ENOENT':
      return new OperationFailure('storage-missing', `${path} is not there. Is the disk mounted?`, { cause: error });
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EIO':
    case 'ENXIO':
    case 'ESTALE':
    case 'ENOTCONN':
      return new OperationFailure('storage-unwritable', `${path} cannot be used: ${code}.`, { cause: error });
    default:
      return error;
  }
}

/** Runs file system work; its errors become failures of the destination. */
export async function asFailure<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure(error, path);
  }
}
