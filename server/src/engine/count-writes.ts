// How many writes a swapped collection has taken since the swap, out of the oplog. The renames of the swap are in there, too: where
// they are not any more, the window is over and nothing can be told.
import { type Document, type MongoClient, MongoServerError, Timestamp, type UUID } from 'mongodb';
import { explained, isGone, isNotAuthorized } from './driver-failure.ts';

/** `live` was moved to `undo` (if it was there), then `shadow` to `live`; without a shadow nothing took its place. */
export interface CountedSwap {
  readonly database: string;
  readonly live: string;
  readonly shadow: string | null;
  readonly undo: string;
}

export interface CountOptions {
  /** About when it was swapped, by any clock: the search begins shortly before, and at the oplog's beginning if it was wrong. */
  readonly around: string;
  /** For each look into the oplog, in milliseconds. */
  readonly limitMs: number;
}

/**
 * Inserted, changed and deleted documents by namespace since each was swapped, transactions and what expired included. null where
 * that cannot be told: no oplog, no right to read it, not all of the renames in it any more, or no answer within the limit. Throws
 * OperationFailure('connection-lost').
 */
export async function countWrites(
  client: MongoClient,
  swaps: readonly CountedSwap[],
  options: CountOptions,
): Promise<ReadonlyMap<string, number> | null> {
  if (swaps.length === 0) return new Map();
  return await explained(async () => {
    try {
      const renames = await findRenames(client, swaps, options);
      return renames === null ? null : sumOf(swaps, renames, await countFrom(client, swaps, renames, options));
    } catch (error) {
      if (isNotAuthorized(error) || isGone(error) || isTimeOver(error)) return null;
      throw error;
    }
  });
}

interface Renames {
  readonly from: Timestamp;
  /** Of what was moved away, by the name that it had. */
  readonly movedAway: ReadonlyMap<string, string>;
}

const marginSeconds = 600;

async function findRenames(
  client: MongoClient,
  swaps: readonly CountedSwap[],
  { around, limitMs }: CountOptions,
): Promise<Renames | null> {
  const seconds = Math.max(1, Math.floor(Date.parse(around) / 1_000) - marginSeconds);
  for (const from of [new Timestamp({ t: seconds, i: 0 }), new Timestamp({ t: 0, i: 1 })]) {
    const found = renamesOf(swaps, await readRenames(client, swaps, { from, limitMs }));
    if (found !== null) return found;
  }
  return null;
}

async function readRenames(
  client: MongoClient,
  swaps: readonly CountedSwap[],
  { from, limitMs }: { readonly from: Timestamp; readonly limitMs: number },
): Promise<Document[]> {
  const targets = swaps.flatMap(({ database, live, undo }) => [`${database}.${live}`, `${database}.${undo}`]);
  const commands = [...new Set(swaps.map(({ database }) => `${database}.$cmd`))];
  const filter = { ts: { $gte: from }, op: 'c', ns: { $in: commands }, 'o.to': { $in: targets } };
  return await oplogOf(client).find(filter, { maxTimeMS: limitMs }).toArray();
}

/** null unless the rename that made each of them what it is now is among them. */
function renamesOf(swaps: readonly CountedSwap[], entries: readonly Document[]): Renames | null {
  const byNames = new Map(entries.map((entry) => [namesOf(entry.o.renameCollection, entry.o.to), entry]));
  const movedAway = new Map<string, string>();
  const times: Timestamp[] = [];
  for (const { database, live, shadow, undo } of swaps) {
    const name = `${database}.${live}`;
    const away = byNames.get(namesOf(name, `${database}.${undo}`));
    const swapped = shadow === null ? away : byNames.get(namesOf(`${database}.${shadow}`, name));
    if (swapped === undefined) return null;
    if (away !== undefined) movedAway.set(name, idOf(away.ui));
    times.push(swapped.ts);
  }
  const [first, ...others] = times;
  if (first === undefined) return null;
  return { from: others.reduce((least, time) => (time.lessThan(least) ? time : least), first), movedAway };
}

interface Count {
  readonly _id: { readonly ns: string; readonly ui: UUID };
  readonly writes: number;
}

async function countFrom(
  client: MongoClient,
  swaps: readonly CountedSwap[],
  { from }: Renames,
  { limitMs }: CountOptions,
): Promise<Count[]> {
  const names = swaps.map(({ database, live }) => `${database}.${live}`);
  const single = { ns: '$ns', ui: '$ui', op: '$op' };
  const several = { $map: { input: '$o.applyOps', in: { ns: '$$this.ns', ui: '$$this.ui', op: '$$this.op' } } };
  const pipeline = [
    { $match: { ts: { $gt: from }, $or: [{ ns: { $in: names } }, { op: 'c', 'o.applyOps.ns': { $in: names } }] } },
    { $project: { write: { $cond: [{ $isArray: '$o.applyOps' }, several, [single]] } } },
    { $unwind: '$write' },
    { $match: { 'write.op': { $in: ['i', 'u', 'd'] }, 'write.ns': { $in: names } } },
    { $group: { _id: { ns: '$write.ns', ui: '$write.ui' }, writes: { $sum: 1 } } },
  ];
  return await oplogOf(client).aggregate<Count>(pipeline, { maxTimeMS: limitMs }).toArray();
}

/** Without what the collection took that was moved away: while the first were swapped, others had not been yet. */
function sumOf(swaps: readonly CountedSwap[], { movedAway }: Renames, counts: readonly Count[]): Map<string, number> {
  const sums = new Map(swaps.map(({ database, live }) => [`${database}.${live}`, 0]));
  for (const { _id, writes } of counts) {
    if (movedAway.get(_id.ns) !== idOf(_id.ui)) sums.set(_id.ns, (sums.get(_id.ns) ?? 0) + Number(writes));
  }
  return sums;
}

function oplogOf(client: MongoClient) {
  return client.db('local').collection('oplog.rs');
}

function namesOf(from: string, to: string): string {
  return `${from}\0${to}`;
}

function idOf(ui: UUID): string {
  return String(ui);
}

function isTimeOver(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === maxTimeExpired;
}

const maxTimeExpired = 50;
