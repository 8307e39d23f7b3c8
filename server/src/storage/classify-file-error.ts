import { OperationFailure } from '@holdfast/shared/failures';

const unwritable: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'it is mounted read-only',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'a folder is in the way',
  EEXIST: 'something is in the way',
  EIO: 'the disk reports an error',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'it is busy',
  ESTALE: 'the network file system lost it',
};

/**
 * The OperationFailure that an error of the file system means: `disk-full`, `storage-missing`, `storage-unwritable`; any other
 * error is given back as it is. `what` begins a sentence and names the place.
 */
export function classifyFileError(error: unknown, what: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof OperationFailure || typeof code !== 'string') return error;
  if (code === 'ENOSPC') return new OperationFailure('disk-full', `${what}: no space is left.`, { cause: error });
  if (code === 'EDQUOT') return new OperationFailure('disk-full', `${what}: the quota is used up.`, { cause: error });
  if (code === 'ENOENT') return new OperationFailure('storage-missing', `${what}: it is not there.`, { cause: error });
  const why = unwritable[code];
  return why === undefined ? error : new OperationFailure('storage-unwritable', `${what}: ${why}.`, { cause: error });
}
