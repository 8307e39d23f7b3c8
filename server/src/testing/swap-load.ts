// Writers and readers that go on while collections are swapped under them: what of the acknowledged writes is there afterwards, and
// whether a reader ever saw some collections before and some after a swap.
import { setTimeout as delay } from 'node:timers/promises';
import type { SwapMethod } from '@holdfast/shared/restore';
import { type Db, MongoClient } from 'mongodb';
import { performSwap, type Swap } from '../runner/restore/swap-collections.ts';

export interface SwapLoadOptions {
  /** Of a replica set without access control, or of a user who may do everything. */
  readonly uri: string;
  readonly database: string;
  readonly method: SwapMethod;
  readonly swaps: number;
  readonly writers?: number;
  readonly readers?: number;
  readonly collections?: number;
}

export interface SwapLoadReport {
  /** Of each swap, in milliseconds. */
  readonly swapMs: readonly number[];
  /** Inserts that the majority had, and those of them that are neither live nor kept. */
  readonly acknowledged: number;
  readonly lost: number;
  /** Inserts that the server refused. */
  readonly refused: number;
  /** Reads of all collections in one aggregation, and those that saw a mix or less than all. */
  readonly reads: number;
  readonly mixed: number;
  /** Collections, live or kept, whose validator or index is not there. */
  readonly misshapen: readonly string[];
}

/** Writers insert into the first collection, with majority; readers read one document of each. The database is dropped before. */
export async function swapUnderLoad(options: SwapLoadOptions): Promise<SwapLoadReport> {
  const { uri, database, method, writers = 8, readers = 2 } = options;
  await using client = await new MongoClient(uri).connect();
  const db = client.db(database);
  await db.dropDatabase();
  const names = Array.from({ length: options.collections ?? 10 }, (_, n) => `c${n}`);
  await Promise.all(names.map((name) => make(db, name, 0)));
  const load = new Load(uri, database, names);
  const running = [
    ...Array.from({ length: writers }, (_, n) => load.write(n)),
    ...Array.from({ length: readers }, () => load.read()),
  ];
  const swapMs: number[] = [];
  try {
    await until(() => load.acknowledged.size > 50 && load.reads > 2);
    for (let n = 1; n <= options.swaps; n += 1) {
      const swaps = names.map((live): Swap => ({ database, live, shadow: `s${n}_${live}`, undo: `u${n}_${live}` }));
      await Promise.all(names.map((live) => make(db, `s${n}_${live}`, n)));
      swapMs.push((await performSwap(client, swaps, { method })).durationMs);
    }
  } finally {
    load.stop();
    await Promise.all(running);
  }
  const { acknowledged, refused, reads, mixed } = load;
  const lost = await lostOf(db, acknowledged);
  return { swapMs, acknowledged: acknowledged.size, lost, refused, reads, mixed, misshapen: await misshapenIn(db) };
}

/** Lets a busy machine be slow: a primary that is not heard of for a second would be voted out. */
export async function electRarely({ uri }: { readonly uri: string }): Promise<void> {
  await using client = await new MongoClient(uri).connect();
  const { config } = await client.db('admin').command({ replSetGetConfig: 1 });
  const settings = { ...config.settings, electionTimeoutMillis: 30_000 };
  await client.db('admin').command({ replSetReconfig: { ...config, version: config.version + 1, settings } });
}

class Load {
  readonly acknowledged = new Set<string>();
  refused = 0;
  reads = 0;
  mixed = 0;
  readonly #uri: string;
  readonly #database: string;
  readonly #names: readonly string[];
  #stopped = false;

  constructor(uri: string, database: string, names: readonly string[]) {
    [this.#uri, this.#database, this.#names] = [uri, database, names];
  }

  stop(): void {
    this.#stopped = true;
  }

  async write(writer: number): Promise<void> {
    await using client = await new MongoClient(this.#uri, { writeConcern: { w: 'majority' } }).connect();
    const collection = client.db(this.#database).collection<{ _id: string; x: number }>(String(this.#names[0]));
    for (let n = 0; !this.#stopped; n += 1) {
      const _id = `${writer}-${n}`;
      try {
        await collection.insertOne({ _id, x: n });
        this.acknowledged.add(_id);
      } catch {
        this.refused += 1;
      }
    }
  }

  async read(): Promise<void> {
    await using client = await new MongoClient(this.#uri).connect();
    const only = { $match: { _id: 'generation' } };
    const [first = '', ...others] = this.#names;
    const unions = others.map((coll) => ({ $unionWith: { coll, pipeline: [only] } }));
    while (!this.#stopped) {
      const found = await client
        .db(this.#database)
        .collection(first)
        .aggregate<{ x: number }>([only, ...unions])
        .toArray()
        .catch(() => null);
      // A cursor that the swap ended is no answer.
      if (found === null) continue;
      this.reads += 1;
      if (found.length !== this.#names.length || new Set(found.map(({ x }) => x)).size > 1) this.mixed += 1;
    }
  }
}

const validator = { $jsonSchema: { bsonType: 'object', required: ['x'] } };

async function make(db: Db, name: string, generation: number): Promise<void> {
  await db.createCollection(name, { validator });
  await db.collection(name).createIndex({ x: 1 });
  await db.collection(name).insertOne({ _id: 'generation' as never, x: generation });
}

async function lostOf(db: Db, acknowledged: ReadonlySet<string>): Promise<number> {
  const left = new Set(acknowledged);
  const listed = await db.listCollections({ name: /^(?:u\d+_)?c0$/ }, { nameOnly: true }).toArray();
  for (const { name } of listed) {
    const found = db.collection(name).find({}, { projection: { _id: 1 }, readConcern: { level: 'majority' } });
    for await (const { _id } of found) left.delete(String(_id));
  }
  return left.size;
}

async function misshapenIn(db: Db): Promise<string[]> {
  const listed = await db.listCollections().toArray();
  const whole = await Promise.all(
    listed.map(async (one) => {
      const hasValidator = 'options' in one && one.options?.validator !== undefined;
      return hasValidator && (await db.collection(one.name).indexExists('x_1'));
    }),
  );
  return listed.filter((_, index) => !whole[index]).map(({ name }) => name);
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!isSo() && performance.now() < deadline) await delay(20);
}
