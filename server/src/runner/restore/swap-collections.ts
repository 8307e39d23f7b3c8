// The swap: what is live goes to its undo name, the proven shadow to the live name. The names that exist are the journal, so that
// whoever finds a swap half done goes on by looking:
//
// shadow exists, undo does not: not begun · shadow and undo exist: half done · no shadow (any more): done
// nothing takes the live one's place (`shadow` null): done once it is not under its live name
import { setTimeout as delay } from 'node:timers/promises';
import { OperationFailure } from '@holdfast/shared/failures';
import type { SwapMethod } from '@holdfast/shared/restore';
import { type MongoClient, MongoServerError } from 'mongodb';
import { explained, isGone, isNotAuthorized, isUnknownCommand } from '../../engine/driver-failure.ts';
import { isAnyIndexBuilt } from '../../engine/index-builds.ts';

/** Any names within one database. Without `undo` what is live is dropped. */
export interface Swap {
  readonly database: string;
  readonly live: string;
  /** null: nothing takes its place. */
  readonly shadow: string | null;
  readonly undo?: string | undefined;
}

export interface FoundSwap extends Swap {
  readonly step: 'not-begun' | 'half' | 'done';
  /** Something is under the live name. */
  readonly isLive: boolean;
  /** Something is under the undo name. */
  readonly isKept: boolean;
  /** The names show that it was begun. */
  readonly isBegun: boolean;
}

export interface SwapOptions {
  readonly method: SwapMethod;
  /** Right before each command that changes names; stops the swap by throwing. */
  readonly before?: () => void;
  /** After each. */
  readonly after?: () => Promise<void>;
  /** How long the server may refuse to; default: a minute. */
  readonly limitMs?: number;
}

/** `method` is what it came to: a server that refuses `apply-ops` gets renames. `durationMs` is from the first rename to the last. */
export interface SwapOutcome {
  readonly method: SwapMethod;
  readonly durationMs: number;
}

const swapLimitMs = 60_000;

/** How far each swap came, by the names in the deployment. Throws OperationFailure. */
export async function lookAtSwaps(client: MongoClient, swaps: readonly Swap[]): Promise<FoundSwap[]> {
  const names = await namesIn(client, swaps);
  return swaps.map((swap) => {
    const has = (name: string | null | undefined) => names.get(swap.database)?.has(name ?? '') === true;
    const [shadow, undo, isLive] = [has(swap.shadow), has(swap.undo), has(swap.live)];
    const step = shadow
      ? undo
        ? 'half'
        : 'not-begun'
      : swap.shadow === null && isLive && !undo
        ? 'not-begun'
        : 'done';
    return { ...swap, step, isLive, isKept: undo, isBegun: step !== 'not-begun' && (undo || swap.shadow !== null) };
  });
}

/**
 * Carries out what is not done yet; idempotent, whatever it finds half done. With `apply-ops` what is not begun happens in one
 * command under the global lock, so that nobody sees a mix and no write is lost; with `renames` back to back, and what is written
 * to a collection between its two renames is lost. Resolves once the majority has it. Throws OperationFailure: `stalled` when the
 * server does not let it happen in time, `connection-lost`, `not-authorized`; then `lookAtSwaps` says how far it came.
 */
export async function performSwap(
  client: MongoClient,
  swaps: readonly Swap[],
  options: SwapOptions,
): Promise<SwapOutcome> {
  const deadline = performance.now() + (options.limitMs ?? swapLimitMs);
  let { method } = options;
  let durationMs = 0;
  for (let attempt = 1; ; attempt += 1) {
    const left = (await lookAtSwaps(client, swaps)).filter(({ step }) => step !== 'done');
    if (left.length === 0) {
      await reachMajority(client, swaps);
      return { method, durationMs: Math.round(durationMs * 10) / 10 };
    }
    if (performance.now() > deadline) throw notInTime(left);
    if (attempt > 1) await delay(Math.min(1_000, 50 * attempt));
    const since = performance.now();
    try {
      await explained(() => carryOut(client, left, { ...options, method }));
    } catch (error) {
      if (method === 'apply-ops' && isRefused(error)) method = 'renames';
      else if (!isBusy(error)) throw error;
    }
    durationMs += performance.now() - since;
  }
}

/** Drops what is under the undo names; idempotent. Throws OperationFailure. */
export async function dropUndo(client: MongoClient, swaps: readonly Swap[]): Promise<void> {
  const names = await namesIn(client, swaps);
  for (const { database, undo } of swaps) {
    if (undo === undefined || names.get(database)?.has(undo) !== true) continue;
    await explained(() => client.db(database).dropCollection(undo, { writeConcern: { w: 'majority' } }));
  }
}

/** What is under the undo names takes so many bytes of the server's disk, as far as the user may see. Throws OperationFailure. */
export async function undoBytes(client: MongoClient, swaps: readonly Swap[]): Promise<number> {
  let bytes = 0;
  for (const { database, undo } of swaps) {
    if (undo !== undefined) bytes += await explained(() => storedBytes(client, database, undo));
  }
  return bytes;
}

async function namesIn(client: MongoClient, swaps: readonly Swap[]): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for (const database of new Set(swaps.map((swap) => swap.database))) {
    const listed = client.db(database).listCollections({}, { nameOnly: true });
    found.set(database, new Set((await explained(() => listed.toArray())).map(({ name }) => name)));
  }
  return found;
}

async function carryOut(client: MongoClient, left: readonly FoundSwap[], options: SwapOptions): Promise<void> {
  const lives = left.filter(({ isLive }) => isLive).map(({ database, live }) => `${database}.${live}`);
  // Right before, and again each time: none can begin once the command waits for its lock.
  if (left.every(({ isBegun }) => !isBegun) && (await isAnyIndexBuilt(client, lives))) return;
  const fresh = left.filter(({ step, undo }) => step === 'not-begun' && undo !== undefined);
  if (options.method === 'apply-ops' && fresh.length > 0) return await renameAtOnce(client, fresh, options);
  for (const swap of left) await renameOne(client, swap, options);
}

/** While a command waits for its lock, what comes after it waits too. */
function lockWait({ limitMs = swapLimitMs }: SwapOptions): number {
  return Math.min(5_000, limitMs);
}

/**
 * Without `dropTarget`, so that a live collection which could not be moved away is not lost. The command says `ok` for renames that
 * it passed over: the names tell.
 */
async function renameAtOnce(client: MongoClient, fresh: readonly FoundSwap[], options: SwapOptions): Promise<void> {
  const operations = fresh.flatMap(({ database, live, shadow, undo, isLive }) => {
    const rename = (from: string, to: string) => ({
      op: 'c',
      ns: `${database}.$cmd`,
      o: { renameCollection: `${database}.${from}`, to: `${database}.${to}` },
    });
    const away = isLive && undo !== undefined ? [rename(live, undo)] : [];
    return shadow === null ? away : [...away, rename(shadow, live)];
  });
  options.before?.();
  await client.db('admin').command({
    applyOps: operations,
    maxTimeMS: lockWait(options) + 5 * operations.length,
    writeConcern: { w: 'majority' },
  });
  await options.after?.();
}

async function renameOne(client: MongoClient, swap: FoundSwap, options: SwapOptions): Promise<void> {
  const { database, live, shadow, undo, step, isLive } = swap;
  // The second rename waits for the majority, which then has both: the shorter the moment between them, the less is lost.
  if (step === 'not-begun' && isLive && undo !== undefined)
    await rename(client, { database, from: live, to: undo }, options);
  if (shadow !== null) return await rename(client, { database, from: shadow, to: live, over: true }, options);
  if (undo !== undefined) return;
  options.before?.();
  await client.db(database).dropCollection(live, { writeConcern: { w: 'majority' } });
  await options.after?.();
}

async function rename(
  client: MongoClient,
  { database, from, to, over }: { database: string; from: string; to: string; over?: boolean },
  options: SwapOptions,
): Promise<void> {
  options.before?.();
  const command = {
    renameCollection: `${database}.${from}`,
    to: `${database}.${to}`,
    dropTarget: over === true,
    maxTimeMS: lockWait(options),
    writeConcern: { w: over === true ? 'majority' : 1 },
  };
  await client
    .db('admin')
    .command(command)
    .catch((error: unknown) => {
      // It went meanwhile, a live one by somebody's hand: then there is nothing to keep.
      if (!isGone(error)) throw error;
    });
  await options.after?.();
}

/** A name that is not there: a command that changes nothing waits until the majority has all that was before it. */
async function reachMajority(client: MongoClient, swaps: readonly Swap[]): Promise<void> {
  const [first] = swaps;
  if (first === undefined) return;
  const absent = first.shadow ?? `${first.undo}_`;
  const drop = { drop: absent, writeConcern: { w: 'majority' } };
  await explained(() =>
    client
      .db(first.database)
      .command(drop)
      .catch((error: unknown) => {
        if (!isGone(error)) throw error;
      }),
  );
}

async function storedBytes(client: MongoClient, database: string, collection: string): Promise<number> {
  const stats = client
    .db(database)
    .collection(collection)
    .aggregate([{ $collStats: { storageStats: { scale: 1 } } }]);
  try {
    const [found] = await stats.toArray();
    return Number(found?.storageStats?.storageSize ?? 0) + Number(found?.storageStats?.totalIndexSize ?? 0);
  } catch (error) {
    if (isGone(error) || isNotAuthorized(error)) return 0;
    throw error;
  }
}

function isRefused(error: unknown): boolean {
  return (
    isUnknownCommand(error) ||
    (error instanceof OperationFailure && ['not-authorized', 'authentication-failed'].includes(error.reason))
  );
}

/** LockTimeout, LockBusy, MaxTimeMSExpired, NamespaceExists, WriteConflict, Interrupted, BackgroundOperationInProgressForNamespace. */
const busyCodes = [24, 46, 48, 50, 112, 11_601, 12_587];

function isBusy(error: unknown): boolean {
  return error instanceof MongoServerError && busyCodes.includes(Number(error.code));
}

function notInTime(left: readonly FoundSwap[]): OperationFailure {
  const [first] = left;
  const more = left.length > 1 ? ` and ${left.length - 1} more` : '';
  return new OperationFailure(
    'stalled',
    `The server did not let ${first?.database}.${first?.live}${more} be renamed in time: something holds it, such as a long transaction or an index that is being built.`,
  );
}
