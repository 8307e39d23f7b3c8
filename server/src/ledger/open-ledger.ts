// Puts the ledger together: appender, feed, verification and rebuild over one database of a replica set.
import { AppError } from '@holdfast/shared/errors';
import type { Filter, MongoClient } from 'mongodb';
import type { Logger } from 'pino';
import { createAppender } from './append.ts';
import type { LedgerRules } from './evolve-event.ts';
import { createFeed } from './feed.ts';
import type { Ledger, Projection, ReadOptions, StreamModel } from './ledger.ts';
import { type LedgerDatabase, ledgerDatabase } from './ledger-database.ts';
import { ledgerPulse } from './ledger-pulse.ts';
import { prepareDatabase, readHead } from './prepare-database.ts';
import { finishRebuild, rebuild } from './rebuild.ts';
import { fromStored, type StoredEvent } from './stored-event.ts';
import { isTransient } from './transient.ts';
import { verifyChain } from './verify-chain.ts';
import { settledWithin, withinTime } from './waiting.ts';

const answerMs = 15_000;

export interface OpenLedgerOptions {
  /** Stays the caller's: `Ledger.close` leaves it open. */
  readonly client: MongoClient;
  readonly databaseName?: string;
  readonly model: StreamModel;
  readonly projections: readonly Projection[];
  readonly logger?: Logger;
  readonly tuning?: LedgerTuning;
}

/** For tests; the defaults are where the parts are. */
export interface LedgerTuning {
  readonly patienceMs?: number;
  readonly feedCapacity?: number;
  readonly feedHeartbeatMs?: number;
  readonly rebuildLeaseMs?: number;
}

/**
 * Opens the ledger; makes its collections, indexes and head when they are missing, and goes on in the background with a
 * rebuild that was interrupted. Any number of servers may have the same ledger open. Throws `LedgerUnsuitable` when the
 * server is no replica set.
 */
export async function openLedger(options: OpenLedgerOptions): Promise<Ledger> {
  const { client, databaseName = 'holdfast', model, projections, logger, tuning } = options;
  const database = ledgerDatabase(client, databaseName);
  const rules: LedgerRules = { model, projections };
  await prepareDatabase(database, rules);
  const { patienceMs, feedCapacity: capacity, feedHeartbeatMs: heartbeatMs, rebuildLeaseMs: leaseMs } = tuning ?? {};
  const rebuilding = { database, rules, logger, leaseMs };
  const feed = createFeed({ database, logger, capacity, heartbeatMs });
  const appender = createAppender({ database, rules, logger, patienceMs, onAppended: feed.appended });
  const pulse = ledgerPulse({ ask: () => readHead(database) });
  const closing = new AbortController();
  const resuming = resume(() => finishRebuild(rebuilding, closing.signal), logger);
  return {
    execute: (command) => appender.execute(command),
    feed: (what) => feed.follow(what),
    verify: (how) => verifyChain(database, how),
    rebuild: () => rebuild(rebuilding, closing.signal),
    ...queries(database),
    get isSilent() {
      return pulse.isSilent;
    },
    untilSilent: pulse.untilSilent,
    async close() {
      pulse.close();
      await appender.close();
      closing.abort(new Error('the ledger was closed'));
      await Promise.all([feed.close(), settledWithin(5_000, resuming)]);
    },
  };
}

function queries(database: LedgerDatabase): Pick<Ledger, 'head' | 'read' | 'readModel' | 'state'> {
  const generation = async () => (await readHead(database)).generation;
  return {
    head: () =>
      answered(async () => {
        const { position, hash, at } = await readHead(database);
        return { position, hash, at };
      }),
    read: (options) => answered(() => readEvents(database, options)),
    // The head is asked each time: another server's rebuild may have flipped it, and one read by `_id` costs little.
    readModel: (name) => answered(async () => database.slot(name, await generation()) as never),
    state: (stream) =>
      answered(async () => (await database.states(await generation()).findOne({ _id: stream }))?.state),
  };
}

/** Asks in bounded time; raises LEDGER_UNAVAILABLE. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await withinTime(answerMs, undefined, ask);
  } catch (error) {
    if (isTransient(error)) throw new AppError('LEDGER_UNAVAILABLE', {});
    throw error;
  }
}

async function readEvents(database: LedgerDatabase, options: ReadOptions) {
  const { after = 0, before, filter, order = 'oldest-first', limit } = options;
  if (limit < 1) return [];
  const range: Filter<StoredEvent> = { _id: { $gt: after, ...(before === undefined ? {} : { $lt: before }) } };
  const found = database.events
    .find(filter === undefined ? range : { $and: [range, filter as unknown as Filter<StoredEvent>] })
    .sort({ _id: order === 'oldest-first' ? 1 : -1 })
    .limit(limit);
  return (await found.toArray()).map(fromStored);
}

/** An interrupted rebuild never keeps a server from starting: the generation in use is whole. */
async function resume(finish: () => Promise<void>, logger: Logger | undefined): Promise<void> {
  try {
    await finish();
  } catch (error) {
    logger?.warn({ err: error }, 'an interrupted rebuild of the read models did not go on');
  }
}
