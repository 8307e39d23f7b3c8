// Events to whoever follows the ledger: after a position, in order, each once. Followers pull, so that a slow one costs no
// memory: near the head it reads what `feed-hub.ts` keeps, further back it reads the database.
import type { LedgerEvent } from '@holdfast/shared/events';
import { FeedHub, type FeedOptions } from './feed-hub.ts';

export interface Feed {
  /** See `Ledger.feed`. Nothing is opened before the first `next`. */
  follow(options: { readonly after: number; readonly signal: AbortSignal }): AsyncIterableIterator<LedgerEvent>;
  /** Hands on what this server appended, without waiting for the change stream. Never throws. */
  appended(events: readonly LedgerEvent[]): void;
  /** Ends every follower, and those to come. */
  close(): Promise<void>;
}

export function createFeed(options: FeedOptions): Feed {
  const hub = new FeedHub(options);
  const followers = new Set<AbortController>();
  let closed = false;

  async function* follow(after: number, outer: AbortSignal, own: AbortController): AsyncGenerator<LedgerEvent, void> {
    if (closed || outer.aborted || own.signal.aborted) return;
    const stop = () => own.abort();
    outer.addEventListener('abort', stop, { once: true });
    followers.add(own);
    const leave = hub.join();
    try {
      yield* eventsAfter(hub, after, own.signal);
    } finally {
      leave();
      followers.delete(own);
      outer.removeEventListener('abort', stop);
    }
  }

  return {
    follow({ after, signal }) {
      const own = new AbortController();
      return endable(follow(after, signal, own), own);
    },
    appended: (events) => hub.appended(events),
    async close() {
      closed = true;
      for (const follower of followers) follower.abort();
      await hub.stopped();
    },
  };
}

async function* eventsAfter(hub: FeedHub, after: number, signal: AbortSignal): AsyncGenerator<LedgerEvent, void> {
  for (let position = after; !signal.aborted; ) {
    for (const event of await hub.next(position, signal)) {
      if (signal.aborted) return;
      yield event;
      position = event.position;
    }
  }
}

/** A generator's own `return` waits until its next event has come; this one ends the wait. */
function endable(events: AsyncGenerator<LedgerEvent, void>, own: AbortController): AsyncIterableIterator<LedgerEvent> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => events.next(),
    return() {
      own.abort();
      return events.return();
    },
  };
}
