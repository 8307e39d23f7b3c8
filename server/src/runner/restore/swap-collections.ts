// The swap: what is live goes to its undo name, the proven shadow to the live name. The names that exist are the journal, so that
// whoever finds a swap half done goes on by looking:
//
// shadow exists, undo does not: not begun · shadow and undo exist: half done · no shadow (any more): done
// nothing takes the live one's place (`shadow` null): done once it is not under its live name
import { setTimeout as delay } from 'node:timers/promises';
import { OperationFailure } from '@holdfast/shared/failures';
import type { SwapMethod } from '@holdfast/shared/restore';
import { type Document, type Filter, type MongoClient, MongoServerError } from 'mongodb';
import { swapsAtOnce } from '../../domain/swap-groups.ts';
import { explained, isGone, isNotAuthorized, isUnknownCommand } from '../../engine/driver-failure.ts';
import { isAnyIndexBuilt } from '../../engine/index-builds.ts';
import { isRefusal, notTaken } from './not-taken.ts';
import { sideBySide } from './side-by-side.ts';

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
  /** As long as nothing was renamed, before each attempt to; stops the swap by throwing. */
  readonly beforeFirst?: (() => void) | undefined;
  /** Right before each command that changes names; stops the swap by throwing. */
  readonly before?: () => void;
  /** After each. */
  readonly after?: () => Promise<void>;
  /** How long the server may refuse to let anything more be renamed; default: a minute. */
  readonly limitMs?: number;
  /** How many swaps `apply-ops` does in one command at most; default: what `swapsAtOnce` says. */
  readonly atOnce?: number;
}

/** `method` is what it came to: a server that refuses `apply-ops` gets renames. `durationMs` is from the first rename to the last. */
export interface SwapOutcome {
  readonly method: SwapMethod;
  readonly durationMs: number;
  /** In so many commands of `apply-ops`, where it was more than one. */
  readonly groups?: number;
}

const swapLimitMs = 60_000;

/** How far each swap came, by the names in the deployment. Throws OperationFailure. */
export async function lookAtSwaps(client: MongoClient, swaps: readonly Swap[]): Promise<FoundSwap[]> {
  return foundSwaps(swaps, await namesIn(client, swaps));
}

type Names = ReadonlyMap<string, ReadonlySet<string>>;

function foundSwaps(swaps: readonly Swap[], names: Names): FoundSwap[] {
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
 * command under the global lock, so that nobody sees a mix, or in several when there are more than `swapsAtOnce`, each collection in
 * one of them, so that no write is lost; with `renames` back to back, and what is written to a collection between its two renames
 * is lost. Resolves once the majority has it. Throws OperationFailure: `stalled` when the
 * server does not let it happen in time, `restore-incomplete` when it refuses to, `connection-lost`, `not-authorized`; then
 * `lookAtSwaps` says how far it came.
 */
export async function performSwap(
  client: MongoClient,
  swaps: readonly Swap[],
  options: SwapOptions,
): Promise<SwapOutcome> {
  const limitMs = options.limitMs ?? swapLimitMs;
  let { method } = options;
  let groups = 0;
  const after = async () => {
    groups += 1;
    await options.after?.();
  };
  let [deadline, leftBefore, refusals, durationMs] = [0, Number.POSITIVE_INFINITY, 0, 0];
  for (;;) {
    const names = await namesIn(client, swaps);
    const found = foundSwaps(swaps, names);
    const left = found.filter(({ step }) => step !== 'done');
    if (left.length === 0) {
      await reachMajority(client, swaps);
      const isGrouped = method === 'apply-ops' && groups > 1;
      return { method, durationMs: Math.round(durationMs * 10) / 10, ...(isGrouped && { groups }) };
    }
    if (found.every(({ isBegun }) => !isBegun)) options.beforeFirst?.();
    if (left.length < leftBefore) [deadline, refusals] = [performance.now() + limitMs, 0];
    else refusals += 1;
    leftBefore = left.length;
    if (performance.now() > deadline) throw notInTime(left);
    if (refusals > 0) await delay(Math.min(1_000, 50 * (refusals + 1)));
    const since = performance.now();
    try {
      await explained(() => carryOut(client, left, { ...options, after, method, collections: countOf(names) }));
    } catch (error) {
      if (method === 'apply-ops' && isRefused(error)) method = 'renames';
      else if (isRefusal(error) && !isBusy(error)) throw notTaken(await nextOf(client, swaps), error);
      else if (!isBusy(error)) throw error;
    }
    durationMs += performance.now() - since;
  }
}

/** The first that is not done, or among those that one command was to do. */
async function nextOf(client: MongoClient, swaps: readonly Swap[]): Promise<string> {
  const next = (await lookAtSwaps(client, swaps)).find(({ step }) => step !== 'done') ?? swaps[0];
  return `${next?.database}.${next?.live}`;
}

/** Drops what is under the undo names; idempotent. Throws OperationFailure. */
export async function dropUndo(client: MongoClient, swaps: readonly Swap[]): Promise<void> {
  const names = await namesIn(client, swaps);
  const kept = swaps.filter(({ database, undo }) => undo !== undefined && names.get(database)?.has(undo) === true);
  await sideBySide(kept, { atOnce, signal: never }, async ({ database, undo = '' }) => {
    await explained(() => client.db(database).dropCollection(undo, { writeConcern: { w: 'majority' } }));
  });
}

/** What is under the undo names takes so many bytes of the server's disk, as far as the user may see. Throws OperationFailure. */
export async function undoBytes(client: MongoClient, swaps: readonly Swap[]): Promise<number> {
  let bytes = 0;
  await sideBySide(swaps, { atOnce, signal: never }, async ({ database, undo }) => {
    if (undo === undefined) return;
    const stored = await explained(() => storedBytes(client, database, undo));
    bytes += stored;
  });
  return bytes;
}

const atOnce = 8;
const never = new AbortController().signal;

/** `filter` is asked for each database. */
async function namesIn(
  client: MongoClient,
  swaps: readonly Swap[],
  filter: (database: string) => Filter<Document> = () => ({}),
): Promise<Names> {
  const found = new Map<string, ReadonlySet<string>>();
  for (const database of new Set(swaps.map((swap) => swap.database))) {
    const listed = client.db(database).listCollections(filter(database), { nameOnly: true });
    found.set(database, new Set((await explained(() => listed.toArray())).map(({ name }) => name)));
  }
  return found;
}

/** Asks for their names alone. */
async function areDone(client: MongoClient, swaps: readonly Swap[]): Promise<boolean> {
  const names = await namesIn(client, swaps, (of) => {
    const among = swaps.filter(({ database }) => database === of);
    return { name: { $in: among.flatMap(({ live, shadow, undo }) => [live, shadow, undo]).filter(Boolean) } };
  });
  return foundSwaps(swaps, names).every(({ step }) => step === 'done');
}

function countOf(names: Names): number {
  return names.values().reduce((total, { size }) => total + size, 0);
}

interface CarryOptions extends SwapOptions {
  /** In the databases concerned. */
  readonly collections: number;
}

async function carryOut(client: MongoClient, left: readonly FoundSwap[], options: CarryOptions): Promise<void> {
  const { method, collections, atOnce = swapsAtOnce(collections) } = options;
  const fresh = left.filter(({ step, undo }) => step === 'not-begun' && undo !== undefined);
  if (method === 'apply-ops' && fresh.length > 0) {
    for (let from = 0; from < fresh.length; from += atOnce) {
      const group = fresh.slice(from, from + atOnce);
      if (await isAnyBuilt(client, group)) return;
      await renameAtOnce(client, group, options);
      // It says `ok` for renames that it passed over, too.
      if (!(await areDone(client, group))) return;
    }
    return;
  }
  if (left.every(({ isBegun }) => !isBegun) && (await isAnyBuilt(client, left))) return;
  for (const swap of left) await renameOne(client, swap, options);
}

/** Asked right before, and again each time: none can begin once the command waits for its lock. */
async function isAnyBuilt(client: MongoClient, swaps: readonly FoundSwap[]): Promise<boolean> {
  const lives = swaps.filter(({ isLive }) => isLive).map(({ database, live }) => `${database}.${live}`);
  return await isAnyIndexBuilt(client, lives);
}

/** While a command waits for its lock, what comes after it waits too. */
function lockWait({ limitMs = swapLimitMs }: SwapOptions): number {
  return Math.min(5_000, limitMs);
}

/** The longest that a rename takes once it has its lock: the more collections, the more the server copies for each. */
function renameMs({ collections }: CarryOptions): number {
  return 5 + Math.ceil(collections / 100);
}

/**
 * Without `dropTarget`, so that a live collection which could not be moved away is not lost. The command says `ok` for renames that
 * it passed over: the names tell.
 */
async function renameAtOnce(client: MongoClient, fresh: readonly FoundSwap[], options: CarryOptions): Promise<void> {
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
    maxTimeMS: lockWait(options) + renameMs(options) * operations.length,
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
