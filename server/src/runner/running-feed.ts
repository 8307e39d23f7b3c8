// What runs now, for everybody who watches it at one server: one change stream, open while anybody does, and the newest list.
// The stream only says that something has changed; the list is read anew.
import type { OperationProgress } from '@holdfast/shared/operation';
import { type ChangeStream, type Collection, type Document, MongoError } from 'mongodb';
import { backOff, NoAnswer, pause, settledWithin, withinTime } from '../ledger/waiting.ts';
import { wakeUps } from '../ledger/wake-ups.ts';

export interface RunningFeed {
  /** The whole list at once, then on every change, at most twice a second; a slow watcher gets only the newest. */
  follow(signal: AbortSignal): AsyncGenerator<OperationProgress[], void>;
}

export interface RunningFeedOptions<T extends Document> {
  readonly collection: Collection<T>;
  readonly list: () => Promise<OperationProgress[]>;
}

const atMostEveryMs = 500;
/** A read without a change is answered after half a second. */
const answerMs = 10_000;
const reopen = { firstMs: 100, mostMs: 5_000 };

export function runningFeed<T extends Document>({ collection, list }: RunningFeedOptions<T>): RunningFeed {
  const news = wakeUps();
  let watchers = 0;
  let stop = new AbortController();
  /** null while no stream is open: what was read before may be out of date. Another object for each reading. */
  let newest: OperationProgress[] | null = null;

  function join(): () => void {
    watchers += 1;
    if (watchers === 1) {
      stop = new AbortController();
      void watch(stop.signal);
    }
    return () => {
      watchers -= 1;
      if (watchers > 0) return;
      stop.abort();
      newest = null;
    };
  }

  async function* follow(signal: AbortSignal): AsyncGenerator<OperationProgress[], void> {
    if (signal.aborted) return;
    const leave = join();
    try {
      for (let seen: OperationProgress[] | null = null; !signal.aborted; ) {
        if (newest === null || newest === seen) {
          await news.next(signal);
          continue;
        }
        seen = newest;
        yield seen;
        await pause(atMostEveryMs, signal);
      }
    } finally {
      leave();
    }
  }

  async function watch(signal: AbortSignal): Promise<void> {
    for (let lost = 0; !signal.aborted; lost += 1) {
      const publish = async () => {
        const read = await withinTime(answerMs, signal, list);
        if (signal.aborted) return;
        [newest, lost] = [read, 0];
        news.wake();
      };
      try {
        await readStream(collection.watch([], { maxAwaitTimeMS: 500 }), publish, signal);
      } catch (error) {
        if (!signal.aborted && !(error instanceof MongoError || error instanceof NoAnswer)) news.fail(error);
      }
      if (!signal.aborted) newest = null;
      await backOff(lost, reopen, signal);
    }
  }

  return { follow };
}

/** Publishes once the stream is open, so that no change falls between list and stream, and then after each change. */
async function readStream<T extends Document>(
  stream: ChangeStream<T>,
  publish: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let reading: Promise<unknown> = Promise.resolve();
  const next = () => {
    const change = stream.tryNext();
    reading = change;
    return withinTime(answerMs, signal, () => change);
  };
  try {
    // The cursor is made by the first read.
    await next();
    await publish();
    // Once the collection is dropped or renamed there is nothing more to read, and each read says so at once.
    while (!signal.aborted && !stream.closed) {
      if ((await next()) === null) continue;
      await pause(atMostEveryMs, signal);
      while (stream.bufferedCount() > 0) await next();
      if (!signal.aborted) await publish();
    }
  } finally {
    // Closed while it opens its cursor, the driver would leave that cursor open at the server.
    await settledWithin(2_000, reading);
    await settledWithin(1_000, stream.close());
  }
}
