// Work beside the operations, such as verifications and restore tests: looked for every few seconds, and at once when an event says
// that there may be some; one piece at a time.
import type { EventType } from '@holdfast/shared/events';
import { OperationFailure } from '@holdfast/shared/failures';
import { pause } from '../ledger/waiting.ts';
import type { Services } from '../services.ts';
import { followLedger } from './follow-ledger.ts';

export interface WorkBeside {
  /** Stops what is under way; resolves once it is gone. */
  close(): Promise<void>;
}

export interface WorkToDo {
  /** For the log: `what to verify`. */
  readonly what: string;
  /** After these it is looked for at once. */
  readonly wakes: ReadonlySet<EventType>;
  /** Does one piece of work; false when there is none. Aborted when this is closed. What it throws is logged, and it is tried again. */
  readonly next: (closing: AbortSignal) => Promise<boolean>;
}

const lookEveryMs = 15_000;

/** Works until it is closed. */
export function startWorkBeside(services: Services, { what, wakes, next }: WorkToDo): WorkBeside {
  const closing = new AbortController();
  let looking = new AbortController();
  const work = async () => {
    while (!closing.signal.aborted) {
      looking = new AbortController();
      const signal = AbortSignal.any([closing.signal, looking.signal]);
      const wasDone = await next(closing.signal).catch((err: unknown) => {
        services.logger.warn({ err }, `${what} is looked for again soon`);
        return false;
      });
      if (!wasDone) await pause(lookEveryMs, signal);
    }
  };
  const working = work();
  const following = followLedger(services, closing.signal, {
    begun: () => looking.abort(),
    event: ({ type }) => {
      if (wakes.has(type)) looking.abort();
    },
  });
  return {
    async close() {
      closing.abort(new OperationFailure('interrupted', 'The service was stopped while this ran.'));
      await Promise.all([working, following]);
    },
  };
}
