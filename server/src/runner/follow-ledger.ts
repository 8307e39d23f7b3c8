// Follows the feed for as long as a server runs, whatever becomes of the feed.
import type { LedgerEvent } from '@holdfast/shared/events';
import { pause } from '../ledger/waiting.ts';
import type { Services } from '../services.ts';

export interface LedgerFollower {
  /** Before the first event and after each interruption: what happened before is found by looking. */
  begun(): void;
  event(event: LedgerEvent): void;
}

const followAgainMs = 1_000;

/** Reacts to the feed from the head on. Never rejects: it is followed again from where it was, until the signal. */
export async function followLedger(services: Services, signal: AbortSignal, follower: LedgerFollower): Promise<void> {
  let after: number | undefined;
  while (!signal.aborted) {
    try {
      after ??= (await services.ledger.head()).position;
      follower.begun();
      for await (const event of services.ledger.feed({ after, signal })) {
        after = event.position;
        follower.event(event);
      }
    } catch (error) {
      services.logger.warn({ err: error }, 'the ledger could not be followed; it is tried again');
    }
    await pause(followAgainMs, signal);
  }
}
