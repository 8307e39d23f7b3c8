import { OperationFailure } from '@holdfast/shared/failures';
import type { MongoServerError } from 'mongodb';

/** The server's answer as a reason to give up. */
export function notTaken(namespace: string, error: MongoServerError): OperationFailure {
  const said = error.message.slice(0, 300);
  return new OperationFailure('restore-incomplete', `${namespace} could not be replaced: ${said}.`);
}
