// Why a running operation is stopped from outside; the reason of its abort signal.

/** Somebody asked for it: the operation ends as cancelled. */
export class CancelRequested extends Error {
  override readonly name = 'CancelRequested';
  constructor() {
    super('the operation was cancelled');
  }
}

/** This worker no longer holds the operation: it appends nothing and deletes nothing more. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
  constructor() {
    super('the lease on the operation ran out');
  }
}
