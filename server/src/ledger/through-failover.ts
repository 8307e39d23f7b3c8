import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import { MongoServerSelectionError } from 'mongodb';
import { isTransient } from './transient.ts';
import { backOff } from './waiting.ts';

const patienceMs = 15_000;

/**
 * For what the driver does not repeat by itself, such as making an index or updating by a pipeline: starts `action` over when the
 * primary changes meanwhile. `action` is idempotent. Throws what it throws in the end, and at once when no server can be reached.
 */
export async function throughFailover<T>(action: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (!mayPass(error) || performance.now() > deadline) throw error;
      await backOff(attempt, { firstMs: 50, mostMs: 1_000 }, new AbortController().signal);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'LEDGER_UNAVAILABLE';
  if (error instanceof OperationFailure) return error.reason === 'connection-lost';
  return !(error instanceof MongoServerSelectionError) && isTransient(error);
}
