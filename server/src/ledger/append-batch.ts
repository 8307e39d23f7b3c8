// One batch of commands -> one transaction. Taking the head comes first: it puts the batches of all servers in order, so
// that everything read after it stays true until the commit.
import { type ClientSession, MongoError } from 'mongodb';
import type { Logger } from 'pino';
import { appendRetries } from './append-retries.ts';
import type { LedgerRules, VersionedState } from './evolve-event.ts';
import type { LedgerCommand } from './ledger.ts';
import { type LedgerDatabase, transactionOptions } from './ledger-database.ts';
import { type BatchPlan, likelyStreams, planBatch } from './plan-batch.ts';
import { readStates, unread } from './read-states.ts';
import type { StateCache } from './state-cache.ts';
import { toStored } from './stored-event.ts';
import { type TakenHead, takeHead } from './take-head.ts';
import { isTransient } from './transient.ts';
import { backOff, settledWithin, withinTime } from './waiting.ts';
import { writeEffects } from './write-effects.ts';

export interface BatchContext {
  readonly database: LedgerDatabase;
  readonly rules: LedgerRules;
  readonly cache: StateCache;
  readonly logger?: Logger | undefined;
}

export interface AppendedBatch {
  readonly plan: BatchPlan;
  /** Another server appends too: it needs a moment in which it finds the head free. */
  readonly crowded: boolean;
}

/**
 * Appends a batch, exactly once however often it has to try; resolves when its events are majority-durable. Tries again
 * while errors are transient, until the signal aborts: then it throws the signal's reason, and it is unknown whether a
 * commit that was under way took place. Throws what is not transient; nothing was written then.
 */
export async function appendBatch(
  context: BatchContext,
  commands: readonly LedgerCommand[],
  signal: AbortSignal,
): Promise<AppendedBatch> {
  const unsure: BatchPlan[] = [];
  const retries = appendRetries(context.database.client, context.logger);
  for (;;) {
    try {
      return await withinTime(retries.attemptMs, signal, (own) => attemptBatch(context, commands, unsure, own));
    } catch (error) {
      signal.throwIfAborted();
      if (!isTransient(error) && unsure.length === 0) throw error;
      await retries.after(error, signal);
    }
  }
}

/** `unsure` holds the plan whose commit was asked for without a clear answer, so that the next attempt can look for it. */
async function attemptBatch(
  context: BatchContext,
  commands: readonly LedgerCommand[],
  unsure: BatchPlan[],
  signal: AbortSignal,
): Promise<AppendedBatch> {
  const { database, cache } = context;
  const session = database.client.startSession();
  try {
    session.startTransaction(transactionOptions);
    const taken = await takeHead(database, session);
    const committed = await findCommitted(database, unsure, session);
    if (committed !== undefined) return { plan: committed, crowded: false };
    signal.throwIfAborted();
    unsure.length = 0;
    const crowded = !cache.follows(taken.head);
    const { plan, known } = await planOnStates(context, taken, commands, session);
    signal.throwIfAborted();
    await writePlan(database, taken.head.generation, plan, session);
    signal.throwIfAborted();
    unsure.push(plan);
    await commit(session, signal);
    const { generation } = taken.head;
    cache.keep({ position: plan.tip.position, generation }, [...known, ...plan.effects.states]);
    return { plan, crowded };
  } finally {
    await release(session);
  }
}

/** Whoever holds the head sees every commit that took place: one that is not there now will never be. */
async function findCommitted(
  database: LedgerDatabase,
  unsure: readonly BatchPlan[],
  session: ClientSession,
): Promise<BatchPlan | undefined> {
  const firstIds = unsure.flatMap(({ events }) => events.slice(0, 1).map(({ eventId }) => eventId));
  if (firstIds.length === 0) return undefined;
  const found = await database.events.findOne({ eventId: { $in: firstIds } }, { session });
  return found === null ? undefined : unsure.find(({ events }) => events[0]?.eventId === found.eventId);
}

/**
 * Plans on the states that are known from before and those that it reads: none when this server is alone and the streams
 * are not new, rarely more than two round trips.
 */
async function planOnStates(
  { database, rules, cache }: BatchContext,
  { head, at }: TakenHead,
  commands: readonly LedgerCommand[],
  session: ClientSession,
): Promise<{ plan: BatchPlan; known: ReadonlyMap<string, VersionedState> }> {
  const cached = cache.at(head);
  const known = new Map<string, VersionedState>();
  const know = async (streams: Iterable<string>) => {
    for (const stream of streams) known.set(stream, known.get(stream) ?? cached.get(stream) ?? unread);
    await readStates(database, head.generation, known, session);
  };
  await know(commands.flatMap(({ reads }) => reads));
  await know(commands.flatMap((command) => likelyStreams(rules, known, command)));
  for (;;) {
    const plan = planBatch(rules, known, { position: head.position, hash: head.hash, at }, commands);
    if (plan.missing.size === 0) return { plan, known };
    await know(plan.missing);
  }
}

/** A plan without events is committed too: a refusal must not rest on something that could still be rolled back. */
async function writePlan(database: LedgerDatabase, generation: number, plan: BatchPlan, session: ClientSession) {
  if (plan.events.length === 0) return;
  await database.events.insertMany(plan.events.map(toStored), { session, ordered: true });
  await writeEffects(database, generation, plan.effects, session);
  await database.head.updateOne({ _id: 'head' }, { $set: plan.tip }, { session });
}

async function commit(session: ClientSession, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!isUnknownCommit(error)) throw error;
      signal.throwIfAborted();
      await backOff(attempt, { firstMs: 20, mostMs: 500 }, signal);
    }
  }
}

function isUnknownCommit(error: unknown): boolean {
  return error instanceof MongoError && error.hasErrorLabel('UnknownTransactionCommitResult');
}

/** Aborts what was not committed. A ledger that does not answer is not waited for: the server aborts it by itself. */
async function release(session: ClientSession): Promise<void> {
  await settledWithin(1_000, session.endSession());
}
