// What is being imported now, on every server: one document each, under a lease by the database's clock. It names the upload
// before there is one, and from `seal` on what has to be recorded, so that whoever comes after a crash clears up or finishes.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId } from '@holdfast/shared/ids';
import type { Collection } from 'mongodb';
import type { Logger } from 'pino';
import type { ImportedFacts } from '../domain/backup.ts';
import { throughFailover } from '../ledger/through-failover.ts';

/** An import as it is stored. */
export interface StoredImport {
  readonly _id: BackupId;
  readonly worker: string;
  /** By the database's clock. */
  readonly leaseUntil: Date;
  readonly actor: Actor;
  readonly destinationId: string;
  readonly key: string;
  readonly uploadToken: string;
  /** What is to be recorded once the archive has its key; null before its bytes are durable. */
  readonly sealed: ImportedFacts | null;
}

/** An import of this server. */
export interface ImportRun {
  /** Aborts with the failure when its lease is lost. */
  readonly signal: AbortSignal;
  /** Right before the archive gets its key. Throws when the import is not this server's any more. */
  seal(facts: ImportedFacts): Promise<void>;
  /** Nothing of it is left behind, or all of it is recorded. */
  end(): Promise<void>;
  /** Leaves what is there to `takeAbandoned`. */
  leave(): void;
}

export interface RunningImports {
  /** Raises TOO_MANY_IMPORTS. `signal` ends it. */
  begin(facts: Omit<StoredImport, 'worker' | 'leaseUntil' | 'sealed'>, signal: AbortSignal): Promise<ImportRun>;
  /** Of every server. */
  all(): Promise<StoredImport[]>;
  /** One that nobody works on any more, now held by the caller until `forget`; null when there is none. */
  takeAbandoned(): Promise<StoredImport | null>;
  forget(id: BackupId): Promise<void>;
  /** Resolves once those of this server have ended, a few seconds later at the latest. */
  close(): Promise<void>;
}

export interface RunningImportsOptions {
  readonly collection: Collection<StoredImport>;
  readonly worker: string;
  readonly instanceId: string;
  readonly leaseMs: number;
  readonly logger: Logger;
}

/** So many at once on one server: each takes memory and a core. */
export const importsAtOnce = 2;
const closeMs = 5_000;

/** Over the collection `imports`. */
export function runningImports(options: RunningImportsOptions): RunningImports {
  const { collection, worker, instanceId, leaseMs } = options;
  const here = new Map<BackupId, Promise<void>>();
  const supervisor = `${worker}/supervisor`;
  const renewed = { $add: ['$$NOW', leaseMs] };
  return {
    async begin(facts, signal) {
      if (here.size >= importsAtOnce) throw new AppError('TOO_MANY_IMPORTS', { most: importsAtOnce });
      const { promise, resolve } = Promise.withResolvers<void>();
      here.set(facts._id, promise);
      const ended = () => {
        here.delete(facts._id);
        resolve();
      };
      try {
        const { _id, ...fields } = facts;
        const document = { ...literal({ ...fields, worker, sealed: null }), leaseUntil: renewed };
        await throughFailover(() => collection.updateOne({ _id }, [{ $set: document }], { upsert: true }));
        return startRun({ ...options, id: facts._id, signal, ended });
      } catch (error) {
        ended();
        throw error;
      }
    },
    all: () => collection.find({}).toArray(),
    async takeAbandoned() {
      const ranOut = { $expr: { $lt: ['$leaseUntil', { $subtract: ['$$NOW', leaseMs / 20] }] } };
      // The data folder has one owner at a time: what an earlier process left, or this one and does not work on, is nobody's.
      const ofThisServer = {
        worker: { $gt: `${instanceId}/`, $lt: `${instanceId}0` },
        _id: { $nin: [...here.keys()] },
      };
      return await collection.findOneAndUpdate(
        { $or: [ranOut, { ...ofThisServer, worker: { ...ofThisServer.worker, $ne: supervisor } }] },
        [{ $set: { worker: { $literal: supervisor }, leaseUntil: renewed } }],
        { returnDocument: 'after' },
      );
    },
    async forget(id) {
      await collection.deleteOne({ _id: id, worker: supervisor });
    },
    async close() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref());
      await Promise.race([Promise.all(here.values()), late]);
    },
  };
}

type RunOptions = RunningImportsOptions & {
  readonly id: BackupId;
  readonly signal: AbortSignal;
  readonly ended: () => void;
};

function startRun({ collection, worker, leaseMs, logger, id, signal, ended }: RunOptions): ImportRun {
  const lost = new AbortController();
  let renewedAt = performance.now();
  const renew = async (fields: object): Promise<void> => {
    const sentAt = performance.now();
    const set = { ...literal(fields), leaseUntil: { $add: ['$$NOW', leaseMs] } };
    const { matchedCount } = await collection.updateOne({ _id: id, worker }, [{ $set: set }]);
    if (matchedCount === 0) lost.abort(leaseLost());
    lost.signal.throwIfAborted();
    renewedAt = sentAt;
  };
  const timer = setInterval(() => {
    if (performance.now() - renewedAt > leaseMs * 0.8) lost.abort(leaseLost());
    renew({}).catch((err: unknown) => logger.warn({ backupId: id, err }, 'the lease of an import was not renewed'));
  }, leaseMs / 6);
  const stop = () => clearInterval(timer);
  return {
    signal: AbortSignal.any([signal, lost.signal]),
    seal: (facts) => throughFailover(() => renew({ sealed: facts })),
    async end() {
      stop();
      await throughFailover(() => collection.deleteOne({ _id: id, worker })).finally(ended);
    },
    leave() {
      stop();
      ended();
    },
  };
}

function leaseLost(): OperationFailure {
  return new OperationFailure('ledger-unavailable', 'The ledger did not answer in time: the import was given up.');
}

function literal(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { $literal: value }]));
}
