import { OperationFailure } from '@holdfast/shared/failures';
import { MongoServerError, MongoWriteConcernError } from 'mongodb';
import { explained } from '../../engine/driver-failure.ts';
import { answerWords } from '../../engine/server-answer.ts';

/** The server's answer as a reason to give up. It is kept for good: without what the server said of documents. */
export function notTaken(namespace: string, error: MongoServerError): OperationFailure {
  const message = `${namespace} could not be replaced: the server answered ${answerWords(error)}.`;
  return new OperationFailure('restore-incomplete', message);
}

/** What the server refuses for good comes out as `notTaken`, a lost connection and a missing right as `explained` says it. */
export async function takenBy<T>(namespace: string, work: () => Promise<T>): Promise<T> {
  try {
    return await explained(work);
  } catch (error) {
    throw isRefusal(error) ? notTaken(namespace, error) : error;
  }
}

/** Whether the server refused it for good. One that only was not confirmed in time is carried out. */
export function isRefusal(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && !(error instanceof MongoWriteConcernError) && !mayPass(error);
}

/** Whether the server may well take the same a moment later. */
export function mayPass({ code }: { readonly code?: number | string | undefined }): boolean {
  return passingCodes.has(Number(code));
}

/** Names as in the server's `error_codes.yml`. */
const passingCodes: ReadonlySet<number> = new Set([
  24, // LockTimeout
  43, // CursorNotFound
  46, // LockBusy
  50, // MaxTimeMSExpired
  91, // ShutdownInProgress
  112, // WriteConflict
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);
