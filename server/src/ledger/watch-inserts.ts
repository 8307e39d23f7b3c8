import type { ChangeStream, Collection } from 'mongodb';
import type { Logger } from 'pino';
import type { StoredEvent } from './stored-event.ts';
import { backOff, orAborted, settledWithin } from './waiting.ts';

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
    const stream = events.watch<StoredEvent, Insert>(pipeline, { maxAwaitTimeMS: 1_000 });
    const opened = () => {
      lost = 0;
      watch.onOpen();
    };
    const reading = readStream(stream, { ...watch, onOpen: opened }, signal);
    try {
      await orAborted(signal, reading);
    } catch (error) {
      if (!signal.aborted) logger?.warn({ err: error }, 'the change stream of the ledger was lost; it is opened again');
    } finally {
      await settledWithin(1_000, stream.close());
      closeAfter(reading, stream);
    }
    await backOff(lost, { firstMs: 100, mostMs: 5_000 }, signal);
  }
}

const pipeline = [{ $match: { operationType: 'insert' } }, { $project: { documentKey: 1 } }];

interface Insert {
  readonly documentKey?: { readonly _id: number };
}

async function readStream(stream: ChangeStream<StoredEvent, Insert>, watch: InsertWatch, signal: AbortSignal) {
  // The cursor is made by the first read. Each waits for a second at most: so the signal is seen whatever happens.
  let change = await stream.tryNext();
  watch.onOpen();
  while (!signal.aborted) {
    if (change?.documentKey !== undefined) watch.onInsert(change.documentKey._id);
    change = await stream.tryNext();
  }
}

/** A stream that the driver was just resuming opens another cursor although it was closed: that one is closed too. */
function closeAfter(reading: Promise<void>, stream: ChangeStream<StoredEvent, Insert>): void {
  const close = () => void stream.close().catch(() => undefined);
  reading.then(close, close);
}
