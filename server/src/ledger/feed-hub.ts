// What all followers of one server share: one change stream, open while anybody follows, and the newest events.
// The stream only says that there is something new; what it is is read after the position that is known already.
import type { LedgerEvent } from '@holdfast/shared/events';
import type { Logger } from 'pino';
import type { LedgerDatabase } from './ledger-database.ts';
import { readHead } from './prepare-database.ts';
import { type RecentEvents, recentEvents } from './recent-events.ts';
import { fromStored } from './stored-event.ts';
import { isTransient } from './transient.ts';
import { backOff, pause, withinTime } from './waiting.ts';
import { wakeUps } from './wake-ups.ts';
import { watchInserts } from './watch-inserts.ts';

export interface FeedOptions {
  readonly database: LedgerDatabase;
  readonly logger?: Logger | undefined;
  /** How many of the newest events are kept for followers near the head. */
  readonly capacity?: number | undefined;
  /** How often the database is asked although the change stream says nothing, should it have gone silent. */
  readonly heartbeatMs?: number | undefined;
}

const pageSize = 500;
const answerMs = 5_000;
const retry = { firstMs: 100, mostMs: 5_000 };

export class FeedHub {
  readonly #options: FeedOptions;
  readonly #recent: RecentEvents;
  readonly #news = wakeUps();
  #members = 0;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** The tip is known: everything after it is told by the stream. */
  #ready = false;
  #refreshing = false;
  #refreshAgain = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#recent = recentEvents(options.capacity ?? 2_000);
  }

  /** Keeps the change stream open until the returned function is called, once. */
  join(): () => void {
    this.#members += 1;
    if (this.#members === 1) this.#start();
    return () => {
      this.#members -= 1;
      if (this.#members === 0) this.#stop.abort();
    };
  }

  /** The events after a position, at least one, waiting for it if need be; none once the signal has aborted. */
  async next(position: number, signal: AbortSignal): Promise<readonly LedgerEvent[]> {
    while (!signal.aborted) {
      const near = this.#ready ? this.#recent.after(position, pageSize) : [];
      if (near === undefined) return await this.#readBack(position, signal);
      if (near.length > 0) return near;
      await this.#news.next(signal);
    }
    return [];
  }

  /** Hands on what this server appended, without waiting for the change stream. Never throws. */
  appended(events: readonly LedgerEvent[]): void {
    if (!this.#ready || this.#members === 0) return;
    if (this.#recent.push(events)) this.#news.wake();
    else this.#refresh();
  }

  /** Resolves once the change stream is closed, after the last one has left. */
  async stopped(): Promise<void> {
    await this.#running;
  }

  #start(): void {
    this.#stop = new AbortController();
    this.#ready = false;
    const { signal } = this.#stop;
    const watch = {
      onOpen: () => this.#refresh(),
      onInsert: (position: number) => {
        if (position > this.#recent.tip) this.#refresh();
      },
    };
    const watching = watchInserts(this.#options.database.events, watch, signal, this.#options.logger);
    this.#running = Promise.all([this.#running, watching, this.#heartbeat(signal)]).then(() => undefined);
  }

  async #heartbeat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#options.heartbeatMs ?? 15_000, signal);
      if (!signal.aborted) this.#refresh();
    }
  }

  /** Reads what follows the tip; asked for while that runs, it runs once more. */
  #refresh(): void {
    this.#refreshAgain = true;
    if (this.#refreshing) return;
    this.#refreshing = true;
    void this.#refreshUntilDone();
  }

  async #refreshUntilDone(): Promise<void> {
    for (let attempt = 0; this.#refreshAgain && this.#members > 0; ) {
      this.#refreshAgain = false;
      try {
        await (this.#ready ? this.#readNews() : this.#begin());
        attempt = 0;
      } catch (error) {
        if (isTransient(error)) this.#refreshAgain = true;
        else this.#news.fail(error);
        await backOff(attempt++, retry, this.#stop.signal);
      }
    }
    this.#refreshing = false;
  }

  /** The stream is open already, so that what commits after this read is told by it. */
  async #begin(): Promise<void> {
    const { position } = await withinTime(answerMs, undefined, () => readHead(this.#options.database));
    this.#recent.jump(position);
    this.#ready = true;
    this.#news.wake();
  }

  async #readNews(): Promise<void> {
    const page = await readAfter(this.#options.database, this.#recent.tip);
    if (!this.#recent.push(page) || page.length === pageSize) this.#refreshAgain = true;
    if (page.length > 0) this.#news.wake();
  }

  /** For a follower that is further back than what is kept. */
  async #readBack(position: number, signal: AbortSignal): Promise<LedgerEvent[]> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        return await readAfter(this.#options.database, position);
      } catch (error) {
        if (!isTransient(error)) throw error;
        await backOff(attempt, retry, signal);
      }
    }
    return [];
  }
}

async function readAfter(database: LedgerDatabase, position: number): Promise<LedgerEvent[]> {
  const found = database.events
    .find({ _id: { $gt: position } })
    .sort({ _id: 1 })
    .limit(pageSize);
  return (await found.toArray()).map(fromStored);
}
