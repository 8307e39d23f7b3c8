// What runs now: one document per claimed operation, lease and progress in one. Every server sees every operation here.
import type { OperationProgress } from '@holdfast/shared/operation';
import type { Collection } from 'mongodb';

/** A claimed operation. Its worker renews `leaseUntil`; the supervisor ends what nobody renews. */
export interface RunningOperation {
  readonly _id: string;
  readonly worker: string;
  /** By the database's clock. */
  readonly leaseUntil: Date;
  readonly progress: OperationProgress;
  /** The unfinished upload, and what a restore made: for whoever cleans up after a worker that is gone. */
  readonly uploadToken: string | null;
  readonly createdDatabases: readonly string[];
  readonly child: { readonly pid: number; readonly startTime: string } | null;
}

/** How long a claim holds without being renewed, and how often it is renewed. */
export const leaseMs = 60_000;
export const renewMs = 10_000;

export interface RunningOperations {
  begin(operation: Omit<RunningOperation, 'leaseUntil'>): Promise<void>;
  /** Writes progress and facts, and renews the lease by the database's clock. */
  update(id: string, fields: Partial<Omit<RunningOperation, '_id' | 'leaseUntil'>>): Promise<void>;
  end(id: string): Promise<void>;
  find(id: string): Promise<RunningOperation | null>;
  all(): Promise<RunningOperation[]>;
  list(): Promise<OperationProgress[]>;
  /** The whole list at once, then on every change, at most twice a second. */
  watch(signal: AbortSignal): AsyncGenerator<OperationProgress[]>;
}

/** Over the collection `running`. */
export function runningOperations(collection: Collection<RunningOperation>): RunningOperations {
  const renewed = { $add: ['$$NOW', leaseMs] };
  const list = async () => (await collection.find({}).sort({ _id: 1 }).toArray()).map(({ progress }) => progress);
  return {
    async begin(operation) {
      await collection.updateOne(
        { _id: operation._id },
        [{ $replaceWith: { $literal: operation } }, { $set: { leaseUntil: renewed } }],
        { upsert: true },
      );
    },
    async update(id, fields) {
      const literal = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { $literal: value }]));
      await collection.updateOne({ _id: id }, [{ $set: { ...literal, leaseUntil: renewed } }]);
    },
    async end(id) {
      await collection.deleteOne({ _id: id });
    },
    find: (id) => collection.findOne({ _id: id }),
    all: () => collection.find({}).toArray(),
    list,
    watch: (signal) => watchList(collection, list, signal),
  };
}

const atMostEveryMs = 500;

async function* watchList(
  collection: Collection<RunningOperation>,
  list: () => Promise<OperationProgress[]>,
  signal: AbortSignal,
): AsyncGenerator<OperationProgress[]> {
  while (!signal.aborted) {
    await using stream = collection.watch([], { maxAwaitTimeMS: 1_000 });
    const stop = () => void stream.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      // `tryNext` opens the cursor, so that no change falls between the list and the stream.
      await stream.tryNext();
      yield await list();
      while (!signal.aborted) {
        if ((await stream.tryNext()) === null) continue;
        await pause(atMostEveryMs, signal);
        while (stream.bufferedCount() > 0) await stream.tryNext();
        yield await list();
      }
    } catch (error) {
      if (!signal.aborted) await pause(atMostEveryMs, signal);
      if (!signal.aborted && !isTransient(error)) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

/** A lost stream is reopened; the next list makes up for what was missed. */
function isTransient(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('Mongo');
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
