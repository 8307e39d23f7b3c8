// What runs now: one document per claimed operation, lease and progress in one. Every server sees every operation here.
//
// claim (before the claim's event) -> renew, renew, ... -> end
//                                  -> takeOver by a supervisor, once the lease ran out: the worker's next renewal fails
import type { Failure } from '@holdfast/shared/failures';
import type { OperationProgress } from '@holdfast/shared/operation';
import { type Collection, MongoServerError } from 'mongodb';
import type { RecordedProcess } from '../engine/orphan-process.ts';
import { runningFeed } from './running-feed.ts';

/** A claimed operation. Its worker renews `leaseUntil`; the supervisor ends what nobody renews. */
export interface RunningOperation {
  readonly _id: string;
  readonly worker: string;
  /** By the database's clock. */
  readonly leaseUntil: Date;
  readonly progress: OperationProgress;
  /** The unfinished upload, and what a restore made: for whoever cleans up after a worker that is gone. */
  readonly uploadToken: string | null;
  /** Where that upload is; left out or null: at the main destination. */
  readonly uploadDestinationId?: string | null;
  /** The key under which it becomes visible; only of what the ledger does not know before that, a safety backup. */
  readonly uploadKey?: string | null;
  readonly createdDatabases: readonly string[];
  readonly child: RecordedProcess | null;
  /** Why it failed, when its worker could not clean up after it; null while it runs. */
  readonly failure: Failure | null;
  /** How often ending it was refused in a way that trying again does not mend; left out: never. */
  readonly refusals?: number;
}

export type RunningFacts = Partial<
  Pick<
    RunningOperation,
    | 'progress'
    | 'uploadToken'
    | 'uploadDestinationId'
    | 'uploadKey'
    | 'createdDatabases'
    | 'child'
    | 'failure'
    | 'refusals'
  >
>;

export interface RunningOperations {
  /** How long a claim holds without being renewed, in milliseconds. */
  readonly leaseMs: number;
  /** Takes an operation that nobody holds, or that this worker or one whose lease ran out held. False when it is held. */
  claim(operation: Omit<RunningOperation, 'leaseUntil'>): Promise<boolean>;
  /** Writes facts and renews the lease, by the database's clock. False when the operation is not this worker's any more. */
  renew(id: string, worker: string, facts: RunningFacts): Promise<boolean>;
  /**
   * Takes the operation from `held.worker` if that one has not renewed its lease since it ran out (`held.isGone`: whatever its
   * lease says). From then on the other's renewals fail. Returns what it left, or null when it is alive or another took it.
   */
  takeOver(
    id: string,
    by: string,
    held: { readonly worker: string; readonly isGone: boolean },
  ): Promise<RunningOperation | null>;
  /** Idempotent; does nothing when the operation is another's. */
  end(id: string, worker: string): Promise<void>;
  find(id: string): Promise<RunningOperation | null>;
  all(): Promise<RunningOperation[]>;
  list(): Promise<OperationProgress[]>;
  /** The whole list at once, then on every change, at most twice a second. All watchers share one change stream. */
  watch(signal: AbortSignal): AsyncGenerator<OperationProgress[], void>;
}

/** A lease that ran out is honoured a little longer: the worker's tools end when it runs out, and that takes a moment. */
function graceMs(leaseMs: number): number {
  return Math.max(500, leaseMs / 20);
}

/** Over the collection `running`. */
export function runningOperations(
  collection: Collection<RunningOperation>,
  { leaseMs }: { readonly leaseMs: number },
): RunningOperations {
  const renewed = { $add: ['$$NOW', leaseMs] };
  const ranOut = { $expr: { $lt: ['$leaseUntil', { $subtract: ['$$NOW', graceMs(leaseMs)] }] } };
  const list = async () => (await collection.find({}).sort({ _id: 1 }).toArray()).map(({ progress }) => progress);
  const feed = runningFeed({ collection, list });
  return {
    leaseMs,
    async claim(operation) {
      const { _id, worker } = operation;
      const taken = [{ $replaceWith: { $literal: operation } }, { $set: { leaseUntil: renewed } }];
      try {
        await collection.updateOne({ _id, worker }, taken, { upsert: true });
        return true;
      } catch (error) {
        // Another one's: the upsert found nothing to replace and could not insert.
        if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
        return (await collection.updateOne({ _id, ...ranOut }, taken)).matchedCount === 1;
      }
    },
    async renew(id, worker, facts) {
      const literal = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, { $literal: value }]));
      const { matchedCount } = await collection.updateOne({ _id: id, worker }, [
        { $set: { ...literal, leaseUntil: renewed } },
      ]);
      return matchedCount === 1;
    },
    takeOver: (id, by, { worker, isGone }) =>
      collection.findOneAndUpdate(
        { _id: id, worker, ...(isGone ? {} : ranOut) },
        [{ $set: { worker: { $literal: by }, leaseUntil: renewed } }],
        { returnDocument: 'before' },
      ),
    async end(id, worker) {
      await collection.deleteOne({ _id: id, worker });
    },
    find: (id) => collection.findOne({ _id: id }),
    all: () => collection.find({}).toArray(),
    list,
    watch: (signal) => feed.follow(signal),
  };
}

const duplicateKey = 11_000;
