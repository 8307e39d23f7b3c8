// Read models and states from zero, into the slot that is not in use; appends go on meanwhile.
//
//   (no document) --rebuild--> claimable --claim--> claimed, emptied --> filled, batch by batch --> flipped (no document)
//                                  ^                                            |
//                                  +--------- the lease ran out (a server died) +
//
// Each step is one transaction that also moves the document `rebuild`, so an interrupted rebuild goes on where it stopped,
// and whoever lost the claim can write nothing more. The last step takes the head: no append falls between.
import type { LedgerEvent } from '@holdfast/shared/events';
import { type ClientSession, MongoServerError } from 'mongodb';
import type { Logger } from 'pino';
import { v7 as uuid } from 'uuid';
import { slotName, slottedCollections } from './collections.ts';
import { affectedStreams, evolveEvent, freshState, type LedgerRules, noEffects } from './evolve-event.ts';
import { type LedgerDatabase, type RebuildDocument, transactionOptions } from './ledger-database.ts';
import { prepareSlot, readHead } from './prepare-database.ts';
import { readStates, unread } from './read-states.ts';
import { fromStored } from './stored-event.ts';
import { takeHead } from './take-head.ts';
import { isTransient } from './transient.ts';
import { pause, settledWithin, withinTime } from './waiting.ts';
import { writeEffects } from './write-effects.ts';

export interface RebuildContext {
  readonly database: LedgerDatabase;
  readonly rules: LedgerRules;
  readonly logger?: Logger | undefined;
  /** How long a claim holds without a step. */
  readonly leaseMs?: number | undefined;
}

const batchSize = 500;
const defaultLeaseMs = 30_000;
const retryClaimMs = 500;
/** How long one step may take. One that comes through later finds its claim lost. */
const answerMs = 60_000;

/**
 * Rebuilds, or joins a rebuild that is under way; resolves once the head has flipped. Ends with the signal, by its reason:
 * what is filled by then stays for whoever goes on.
 */
export async function rebuild(context: RebuildContext, signal: AbortSignal): Promise<void> {
  await announce(context);
  await finishRebuild(context, signal);
}

/** Goes on with a rebuild that was announced, once nobody else does; resolves at once when there is none. */
export async function finishRebuild(context: RebuildContext, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const next = await continueRebuild(context, signal);
    if (next === 'done') return;
    if (next === 'wait') await pause(retryClaimMs, signal);
  }
}

async function continueRebuild(context: RebuildContext, signal: AbortSignal): Promise<'done' | 'wait' | 'again'> {
  try {
    const claimed = await within(() => claim(context));
    if (claimed === 'none') return 'done';
    if (claimed === 'held') return 'wait';
    await runClaimed(context, claimed, signal);
    return 'again';
  } catch (error) {
    if (!isTransient(error)) throw error;
    return 'wait';
  }
}

async function announce({ database }: RebuildContext): Promise<void> {
  try {
    await database.rebuild.insertOne({ _id: 'rebuild', token: null, leaseUntil: new Date(0), position: null });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === 11000)) throw error;
  }
}

interface Claim {
  readonly token: string;
  readonly position: number | null;
  /** Stays as it is for as long as the claim holds: only whoever holds it flips the head. */
  readonly generation: number;
}

async function claim({ database, leaseMs = defaultLeaseMs }: RebuildContext): Promise<Claim | 'held' | 'none'> {
  const token = uuid();
  const taken = await database.rebuild.findOneAndUpdate(
    { _id: 'rebuild', $expr: { $lt: ['$leaseUntil', '$$NOW'] } },
    [{ $set: { token, leaseUntil: { $add: ['$$NOW', leaseMs] } } }],
    { returnDocument: 'after' },
  );
  if (taken === null) return (await database.rebuild.findOne({ _id: 'rebuild' })) === null ? 'none' : 'held';
  return { token, position: taken.position, generation: (await readHead(database)).generation + 1 };
}

/** Fills and flips; returns early when the claim is lost to another server. */
async function runClaimed(context: RebuildContext, claimed: Claim, signal: AbortSignal): Promise<void> {
  const { token, generation } = claimed;
  try {
    let position = claimed.position ?? (await within(() => emptySlot(context, claimed)));
    context.logger?.info({ generation, position }, 'read models are rebuilt');
    for (;;) {
      signal.throwIfAborted();
      const from = position;
      position += await within(() => fillBatch(context, { token, generation, position: from }));
      if (position - from < batchSize && (await within(() => flip(context, { token, generation, position })))) break;
    }
    context.logger?.info({ generation }, 'read models were rebuilt');
  } catch (error) {
    if (!(error instanceof ClaimLost)) throw error;
  } finally {
    // Stopped half-way, it is for whoever comes next, at once.
    const released = { _id: 'rebuild', token } as const;
    await settledWithin(1_000, context.database.rebuild.updateOne(released, { $set: { leaseUntil: new Date(0) } }));
  }
}

/** A step is never left half-way by a signal: what it writes would come after the claim was let go. */
function within<T>(step: () => Promise<T>): Promise<T> {
  return withinTime(answerMs, undefined, step);
}

class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

async function emptySlot({ database, rules, leaseMs = defaultLeaseMs }: RebuildContext, { token, generation }: Claim) {
  for (const name of slottedCollections) await database.db.dropCollection(slotName(name, generation));
  await prepareSlot(database, rules, generation);
  await step(database, { token, position: null }, 0, leaseMs);
  return 0;
}

interface Progress {
  readonly token: string;
  readonly generation: number;
  /** The last event that the slot holds. */
  readonly position: number;
}

/** Returns how many events were added. */
async function fillBatch(context: RebuildContext, { token, generation, position }: Progress): Promise<number> {
  const { database, leaseMs = defaultLeaseMs } = context;
  const events = await readEvents(database, position, {});
  if (events.length === 0) return 0;
  await inTransaction(database, async (session) => {
    await step(database, { token, position }, position + events.length, leaseMs, session);
    await writeEvents(context, generation, events, session);
  });
  return events.length;
}

/** Adds the last events with the head taken, and flips to the new generation; false when there are too many of them. */
async function flip(context: RebuildContext, { token, generation, position }: Progress): Promise<boolean> {
  const { database, leaseMs = defaultLeaseMs } = context;
  return await inTransaction(database, async (session) => {
    const { head } = await takeHead(database, session);
    if (head.position - position > batchSize) return false;
    const events = await readEvents(database, position, { session });
    await step(database, { token, position }, head.position, leaseMs, session);
    await writeEvents(context, generation, events, session);
    await database.head.updateOne({ _id: 'head' }, { $set: { generation } }, { session });
    await database.rebuild.deleteOne({ _id: 'rebuild', token }, { session });
    return true;
  });
}

/** Moves the rebuild's document; throws `ClaimLost` when it is another's by now. */
async function step(
  database: LedgerDatabase,
  from: Pick<RebuildDocument, 'token' | 'position'>,
  position: number,
  leaseMs: number,
  session?: ClientSession,
): Promise<void> {
  const moved = await database.rebuild.updateOne(
    { _id: 'rebuild', ...from },
    [{ $set: { position, leaseUntil: { $add: ['$$NOW', leaseMs] } } }],
    session === undefined ? {} : { session },
  );
  if (moved.matchedCount === 0) throw new ClaimLost('another server goes on with the rebuild');
}

async function writeEvents(
  { database, rules }: RebuildContext,
  generation: number,
  events: readonly LedgerEvent[],
  session: ClientSession,
): Promise<void> {
  const streams = events.flatMap((event) => [...affectedStreams(rules, event)]);
  const known = new Map(streams.map((stream) => [stream, unread]));
  await readStates(database, generation, known, session);
  const effects = noEffects();
  for (const event of events) {
    evolveEvent(rules, event, (stream) => effects.states.get(stream) ?? known.get(stream) ?? freshState, effects);
  }
  await writeEffects(database, generation, effects, session);
}

async function readEvents(database: LedgerDatabase, after: number, options: { session?: ClientSession }) {
  const found = database.events
    .find({ _id: { $gt: after } }, options)
    .sort({ _id: 1 })
    .limit(batchSize);
  return (await found.toArray()).map(fromStored);
}

async function inTransaction<T>(database: LedgerDatabase, work: (session: ClientSession) => Promise<T>): Promise<T> {
  return await database.client.withSession((session) =>
    session.withTransaction(async () => await work(session), transactionOptions),
  );
}
