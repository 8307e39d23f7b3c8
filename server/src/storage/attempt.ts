// Trying again what may well succeed a moment later: how often, how long, and with which pauses.
import { OperationFailure } from '@holdfast/shared/failures';
import pRetry from 'p-retry';

/** Does something, again where it fails for a while only; stops when the signal says so. */
export type Attempt = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

export interface AttemptOptions {
  /** Attempts after the first; default: 8. */
  readonly retries?: number;
  /** The first pause; each further one is twice as long, and each is drawn out at random so that clients do not come together. */
  readonly pauseMs?: number;
  readonly longestPauseMs?: number;
  /** No attempt begins after so long; default: a minute. */
  readonly withinMs?: number;
  /** Told of each failure that is followed by another attempt. */
  readonly onRetry?: ((failure: OperationFailure) => void) | undefined;
}

/** Tries again on a failure that says it is retryable, within bounds; throws the last one. */
export function attemptsOf(options: AttemptOptions = {}): Attempt {
  const { retries = 8, pauseMs = 200, longestPauseMs = 15_000, withinMs = 60_000, onRetry } = options;
  return (work, signal) =>
    pRetry(work, {
      retries,
      factor: 2,
      randomize: true,
      minTimeout: pauseMs,
      maxTimeout: longestPauseMs,
      maxRetryTime: withinMs,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error }) => {
        if (!isRetryable(error)) return false;
        onRetry?.(error);
        return true;
      },
    });
}

/** Whether the failure says that the same may well succeed a moment later. */
export function isRetryable(error: unknown): error is OperationFailure {
  return error instanceof OperationFailure && error.isRetryable;
}
