import { BSONRegExp, Double, Int32, Long, MongoClient, Timestamp } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertRaw } from '../../engine/insert-raw.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { rawDocument } from '../../testing/raw-document.ts';
import { dropMerged, mergeOutcomeOf, performMerges } from './merge-collections.ts';
import { takeBackMerge } from './undo-merge.ts';

let mongo: TestMongo;
let client: MongoClient;
/** May neither update nor remove documents. */
let limited: MongoClient;

beforeAll(async () => {
  mongo = await startReplicaSet({ auth: true });
  client = mongo.client;
  limited = new MongoClient(await mongo.addUser('limited', ['backup', 'restore']));
});
afterAll(async () => {
  await limited.close();
  await mongo.stop();
});
beforeEach(() => client.db('shop').dropDatabase());

const merge = { database: 'shop', live: 'orders', shadow: 'hf_0_0', undo: 'hf_0_u0' };
const inserts = (collection: string, documents: Uint8Array[]) =>
  insertRaw(client, { database: 'shop', collection, documents });
const document = (...fields: [string, unknown][]) => rawDocument(fields);

async function bytesIn(collection: string): Promise<string[]> {
  const found = await client.db('shop').collection(collection).find({}, { raw: true }).toArray();
  return found.map((raw) => Buffer.from(raw as unknown as Uint8Array).toString('hex')).sort();
}
const hex = (documents: readonly Uint8Array[]) => documents.map((one) => Buffer.from(one).toString('hex')).sort();

const takenBack = () => takeBackMerge(client, { ...merge, journal: merge.undo, undo: null });

/** Ids and contents that an object could not hold, or that look alike. */
const odd = [
  document(['_id', 1], ['10', 1], ['2', 1], ['twice', 1], ['twice', 2]),
  document(['_id', new Map(Object.entries({ b: 1, a: new Long(5) }))]),
  document(['_id', new Map([...['10', '2'].map((name) => [name, 1] as const)])]),
  document(['_id', new Map([...['2', '10'].map((name) => [name, 1] as const)])]),
  document(['_id', null], ['empty', Timestamp.fromBits(0, 0)]),
  document(['_id', 'a'], ['regex', new BSONRegExp('a', 'i')], ['$price.x', new Int32(1)]),
  document(['_id', 'A'], ['zero', new Double(-0)]),
];

describe('a merge', () => {
  it('inserts what is missing byte for byte, and finds what is the same whatever its _id', async () => {
    await inserts(merge.shadow, odd);
    await inserts(merge.live, odd.slice(0, 3));
    const [merged] = await performMerges(client, [merge]);
    expect(merged).toStrictEqual({
      ...{ namespace: 'shop.orders', inserted: 4, identical: 3, colliding: 0 },
      examples: [],
    });
    expect(await bytesIn(merge.live)).toStrictEqual(hex(odd));
    expect(mergeOutcomeOf([...(await performMerges(client, [merge])), ...(merged ? [merged] : [])])).toStrictEqual({
      ...{ inserted: 8, identical: 6, colliding: 0 },
    });
  });

  it('leaves what collides, by _id or by another unique index, and names the first', async () => {
    const live = client.db('shop').collection(merge.live);
    await live.createIndex({ number: 1 }, { unique: true });
    const own = [document(['_id', 1], ['number', 1]), document(['_id', new Double(2)], ['number', 2])];
    await inserts(merge.live, own);
    await inserts(merge.shadow, [
      document(['_id', 1], ['number', 1], ['changed', true]),
      document(['_id', 2], ['number', 2]),
      document(['_id', 3], ['number', 1]),
      document(['_id', 4], ['number', 4]),
    ]);
    const [merged] = await performMerges(client, [merge]);
    expect(merged).toMatchObject({ inserted: 1, identical: 0, colliding: 3, examples: ['1', '2', '3'] });
    expect(await bytesIn(merge.live)).toStrictEqual(hex([...own, document(['_id', 4], ['number', 4])]));
  });

  it('counts what only a collation or an index of the live collection keeps out as colliding', async () => {
    const collation = { locale: 'en', strength: 1 };
    const live = await client.db('shop').createCollection(merge.live, { collation });
    await live.createIndex({ place: '2dsphere' });
    await live.insertOne({ _id: 'a' as never });
    await inserts(merge.shadow, [...odd.slice(6), document(['_id', 'b'], ['place', 'nowhere'])]);
    expect(await performMerges(client, [merge])).toMatchObject([{ inserted: 0, colliding: 2 }]);
    expect(await takenBack()).toBe(0);
  });

  it('begins again after it was stopped, counts alike, and can be taken back', async () => {
    const many = Array.from({ length: 2_500 }, (_, n) => document(['_id', n], ['n', n]));
    await inserts(merge.shadow, many);
    await inserts(merge.live, [...many.slice(100, 200), document(['_id', 2_400], ['mine', true])]);
    const before = await bytesIn(merge.live);
    let batches = 0;
    const stopping = performMerges(client, [merge], {
      after: async () => {
        batches += 1;
        if (batches === 2) throw new Error('killed');
      },
    });
    await expect(stopping).rejects.toThrow('killed');
    const merged = await performMerges(client, [merge]);
    expect(merged).toMatchObject([{ inserted: 2_399, identical: 100, colliding: 1, examples: ['2400'] }]);
    await dropMerged(client, [merge]);
    await dropMerged(client, [merge]);
    expect(await takenBack()).toBe(2_399);
    expect(await bytesIn(merge.live)).toStrictEqual(before);
  });

  it('writes nothing once it may not', async () => {
    await inserts(merge.shadow, odd);
    const before = () => {
      throw new Error('the lease is over');
    };
    await expect(performMerges(client, [merge], { before })).rejects.toThrow('the lease is over');
    expect(await bytesIn(merge.live)).toStrictEqual([]);
  });

  it('is taken back no further than to what the server takes nothing out of, and names it: a view by now', async () => {
    await inserts(merge.shadow, odd);
    await performMerges(client, [merge]);
    await client.db('shop').renameCollection(merge.live, 'moved');
    await client.db('shop').createCollection(merge.live, { viewOn: 'moved', pipeline: [] });
    await expect(takenBack()).rejects.toMatchObject({
      reason: 'restore-incomplete',
      message: expect.stringMatching(/^shop\.orders could not be replaced: .*166/),
    });
  });

  it('passes the validator of the live collection, as the backup did', async () => {
    await client.db('shop').createCollection(merge.live, { validator: { n: { $type: 'string' } } });
    await inserts(merge.shadow, odd);
    expect(await performMerges(client, [merge])).toMatchObject([{ inserted: odd.length, colliding: 0 }]);
  });
});

describe('a merge by a user who may remove nothing', () => {
  const numbered = (id: unknown, number: number) => document(['_id', id], ['number', number]);
  const live = () => client.db('shop').collection(merge.live);
  const stopIn = (batch: number) => {
    let left = batch;
    return () => {
      left -= 1;
      if (left === 0) throw new Error('killed');
    };
  };
  const merged = (options: Parameters<typeof performMerges>[2] = {}) => performMerges(limited, [merge], options);

  beforeEach(async () => {
    await live().createIndex({ number: 1 }, { unique: true });
  });

  it('is done whatever collides, and taken back leaves what was there or has come since', async () => {
    const own = [numbered(1, 1), document(['_id', 2], ['number', 2], ['own', true])];
    await inserts(merge.live, own);
    const refused = numbered(new Map(Object.entries({ b: 1, a: new Long(5) })), 1);
    await inserts(merge.shadow, [numbered(1, 1), numbered(2, 2), refused, numbered(4, 4)]);
    expect(await merged()).toMatchObject([{ inserted: 1, identical: 1, colliding: 2 }]);
    await dropMerged(limited, [merge]);
    await live().deleteOne({ _id: 1 as never });
    await inserts(merge.live, [refused]);
    expect(await takenBack()).toBe(1);
    expect(await bytesIn(merge.live)).toStrictEqual(hex([...own.slice(1), refused]));
  });

  it('that was killed before it wrote down whom the server refused does so when it goes on', async () => {
    await inserts(merge.live, [numbered('own', 1), numbered('other', 5)]);
    await inserts(merge.shadow, [numbered(1, 1), numbered(4, 4), numbered('x'.repeat(500), 5)]);
    const after = stopIn(1);
    await expect(merged({ after: async () => after() })).rejects.toThrow('killed');
    expect(await merged()).toMatchObject([{ inserted: 1, identical: 0, colliding: 2 }]);
    await live().deleteOne({ _id: 'own' as never });
    await inserts(merge.live, [numbered(1, 1)]);
    expect(await takenBack()).toBe(1);
    expect(await live().distinct('_id')).toStrictEqual([1, 'other']);
  });

  it('finds what was changed between two attempts to be no work of its own', async () => {
    await inserts(merge.shadow, [numbered(1, 1), numbered(2, 2)]);
    const after = stopIn(1);
    await expect(merged({ after: async () => after() })).rejects.toThrow('killed');
    await live().updateOne({ _id: 2 as never }, { $set: { number: 22 } });
    expect(await merged()).toMatchObject([{ inserted: 1, identical: 0, colliding: 1 }]);
    await live().updateOne({ _id: 2 as never }, { $set: { number: new Int32(2) } });
    expect(await takenBack()).toBe(1);
    expect(await bytesIn(merge.live)).toStrictEqual(hex([numbered(2, 2)]));
  });

  it('stands by what was refused once, also when nothing is in the way any more', async () => {
    await inserts(merge.live, [numbered('own', 1), numbered('other', 2)]);
    await inserts(
      merge.shadow,
      Array.from({ length: 1_001 }, (_, n) => numbered(n, n)),
    );
    await expect(merged({ before: stopIn(2) })).rejects.toThrow('killed');
    await live().deleteMany({});
    await inserts(merge.live, [numbered(2, 2)]);
    expect(await merged()).toMatchObject([{ inserted: 999, identical: 1, colliding: 1, examples: ['1'] }]);
    expect(await takenBack()).toBe(999);
    expect(await bytesIn(merge.live)).toStrictEqual(hex([numbered(2, 2)]));
  });
});
