import { OperationFailure } from '@holdfast/shared/failures';
import type { MongoServerError } from 'mongodb';
import { answerWords } from '../../engine/server-answer.ts';

/** The server's answer as a reason to give up. It is kept for good: without what the server said of documents. */
export function notTaken(namespace: string, error: MongoServerError): OperationFailure {
  const message = `${namespace} could not be replaced: the server answered ${answerWords(error)}.`;
  return new OperationFailure('restore-incomplete', message);
}
