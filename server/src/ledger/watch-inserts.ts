import type { ChangeStream, Collection } from 'mongodb';
import type { Logger } from 'pino';
import type { StoredEvent } from './stored-event.ts';
import { backOff, settledWithin, withinTime } from './waiting.ts';

export interface InsertWatch {
  /** The stream is open: whatever commits from now on is told. Called again after each time that it was lost. */
  readonly onOpen: () => void;
  /** An event is durable, with its position. */
  readonly onInsert: (position: number) => void;
}

/**
 * Tells of events as they become durable, until the signal aborts. A lost change stream is opened anew, without resuming:
 * who listens knows from where to read, and `onOpen` says when. Never rejects.
 */
export async function watchInserts(
  events: Collection<StoredEvent>,
  watch: InsertWatch,
  signal: AbortSignal,
  logger?: Logger,
): Promise<void> {
  for (let lost = 0; !signal.aborted; lost += 1) {
    const stream = events.watch<StoredEvent, Insert>(pipeline, { maxAwaitTimeMS: 500 });
    const opened = () => {
      lost = 0;
      watch.onOpen();
    };
    try {
      await readStream(stream, { ...watch, onOpen: opened }, signal);
    } catch (error) {
      if (!signal.aborted) logger?.warn({ err: error }, 'the change stream of the ledger was lost; it is opened again');
    }
    await backOff(lost, { firstMs: 100, mostMs: 5_000 }, signal);
  }
}

/** A read without a change is answered after half a second. */
const answerMs = 10_000;

const pipeline = [{ $match: { operationType: 'insert' } }, { $project: { documentKey: 1 } }];

interface Insert {
  readonly documentKey?: { readonly _id: number };
}

async function readStream(stream: ChangeStream<StoredEvent, Insert>, watch: InsertWatch, signal: AbortSignal) {
  let reading: Promise<Insert | null> = Promise.resolve(null);
  const next = () => {
    reading = stream.tryNext();
    return withinTime(answerMs, signal, () => reading);
  };
  try {
    // The cursor is made by the first read.
    let change = await next();
    watch.onOpen();
    // Once the collection is dropped or renamed there is nothing more to read, and each read says so at once.
    while (!signal.aborted && !stream.closed) {
      if (change?.documentKey !== undefined) watch.onInsert(change.documentKey._id);
      change = await next();
    }
  } finally {
    // Closed while it opens its cursor, the driver would leave that cursor open at the server.
    await settledWithin(2_000, reading);
    await settledWithin(1_000, stream.close());
  }
}
