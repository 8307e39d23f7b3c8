import { MongoBulkWriteError, MongoError, MongoNetworkError, MongoServerSelectionError } from 'mongodb';
import { NoAnswer } from './waiting.ts';

/** Whether trying again may help: the ledger was unreachable, changed its primary, or another writer was first. */
export function isTransient(error: unknown): boolean {
  if (error instanceof NoAnswer) return true;
  if (!(error instanceof MongoError)) return false;
  // What broke off a bulk write is inside of its error, and takes its labels along only there.
  if (error instanceof MongoBulkWriteError && isTransient(error.errorResponse)) return true;
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  return labels.some((label) => error.hasErrorLabel(label)) || codes.has(Number(error.code));
}

const labels = ['TransientTransactionError', 'UnknownTransactionCommitResult', 'RetryableWriteError', 'RetryableError'];

/** Names as in the server's `error_codes.yml`. */
const codes: ReadonlySet<number> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  43, // CursorNotFound
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  134, // ReadConcernMajorityNotAvailableYet
  189, // PrimarySteppedDown
  246, // SnapshotUnavailable
  262, // ExceededTimeLimit
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
]);
