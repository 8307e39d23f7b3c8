// Why a running operation is stopped from outside; the reason of its abort signal.

import { AppError } from '@holdfast/shared/errors';

/** Somebody asked for it: the operation ends as cancelled. */
export class CancelRequested extends Error {
  override readonly name = 'CancelRequested';
  constructor() {
    super('the operation was cancelled');
  }
}

/** For what nothing else stops any more: throws CancelRequested when that is why it was stopped. */
export function throwIfCancelled({ reason }: AbortSignal): void {
  if (reason instanceof CancelRequested) throw reason;
}

/**
 * Whether the worker has to leave the operation as it is: its lease ran out, or the ledger refused its append. Then somebody
 * else ended it, or an append whose answer was lost is in; either way only the supervisor, which looks, may clean up.
 */
export function isFenced(run: { readonly isFenced: boolean }, error: unknown): boolean {
  return run.isFenced || error instanceof Fenced || (error instanceof AppError && error.code === 'WRONG_WORKER');
}

/** This worker no longer holds the operation: it appends nothing and deletes nothing more. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
  constructor() {
    super('the lease on the operation ran out');
  }
}
