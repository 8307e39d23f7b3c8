import type { OperationKind } from '@holdfast/shared/deployment';
import { OperationFailure } from '@holdfast/shared/failures';
import { durationWords } from '../engine/duration-words.ts';

/** Stops an operation that is not done in time, as `timed-out`, unless the limit was lifted before. */
export function startTimeLimit(
  controller: AbortController,
  operation: { readonly kind: OperationKind; readonly timeLimitMs: number },
): { lift(): void } {
  const { kind, timeLimitMs } = operation;
  const stop = () => {
    const message = `The ${kind} was stopped: it was not done after ${durationWords(timeLimitMs)}, its time limit.`;
    controller.abort(new OperationFailure('timed-out', message));
  };
  const timer = setTimeout(stop, Math.min(timeLimitMs, longestTimerMs));
  return { lift: () => clearTimeout(timer) };
}

/** Node's timers fire at once beyond this: 24 days. */
const longestTimerMs = 2 ** 31 - 1;
