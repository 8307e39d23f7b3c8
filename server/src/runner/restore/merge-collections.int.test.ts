import { BSONRegExp, Double, Int32, Long, type MongoClient, Timestamp } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertRaw } from '../../engine/insert-raw.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { rawDocument } from '../../testing/raw-document.ts';
import { dropMerged, mergeOutcomeOf, performMerges } from './merge-collections.ts';
import { takeBackMerge } from './undo-merge.ts';

let mongo: TestMongo;
let client: MongoClient;

beforeAll(async () => {
  mongo = await startReplicaSet();
  client = mongo.client;
});
afterAll(() => mongo.stop());
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
    expect(await client.db('shop').collection(merge.undo).countDocuments()).toBe(0);
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
    expect(await takeBackMerge(client, { ...merge, journal: merge.undo, undo: null })).toBe(2_399);
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

  it('passes the validator of the live collection, as the backup did', async () => {
    await client.db('shop').createCollection(merge.live, { validator: { n: { $type: 'string' } } });
    await inserts(merge.shadow, odd);
    expect(await performMerges(client, [merge])).toMatchObject([{ inserted: odd.length, colliding: 0 }]);
  });
});
