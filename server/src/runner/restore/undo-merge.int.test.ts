import { Binary, BSON, BSONRegExp, Double, Int32, Long, type MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFingerprint } from '../../archive/fingerprint.ts';
import { insertRaw } from '../../engine/insert-raw.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { rawDocument } from '../../testing/raw-document.ts';
import { takeBackMerge } from './undo-merge.ts';

let mongo: TestMongo;

beforeAll(async () => {
  mongo = await startReplicaSet();
});
afterAll(() => mongo.stop());

const merge = { database: 'shop', live: 'orders', journal: 'hf_0_u0', undo: 'hf_1_u0' };

/** What an object could not hold, too: a field that is there twice, keys that look like numbers. */
const inserted = [
  rawDocument([
    ['_id', 1],
    ['10', 1],
    ['2', 1],
    ['twice', 1],
    ['twice', 2],
  ]),
  rawDocument([
    ['_id', new Double(2)],
    ['nan', new Double(Number.NaN)],
    ['zero', new Double(-0)],
  ]),
  rawDocument([
    ['_id', { b: 1, a: new Long(5) }],
    ['regex', new BSONRegExp('a', 'i')],
    ['$price.x', new Int32(1)],
  ]),
  rawDocument([
    ['_id', new Binary(Buffer.from('id'))],
    ['text', 'x'.repeat(2_000_000)],
  ]),
];

async function merged(client: MongoClient): Promise<void> {
  const db = client.db('shop');
  await db.dropDatabase();
  await db.collection('orders').insertMany([{ _id: 'own' as never, n: 1 }, { _id: 'later' as never }]);
  await insertRaw(client, { database: 'shop', collection: 'orders', documents: inserted });
  for (const document of inserted) {
    const fingerprint = await createFingerprint();
    fingerprint.add(document);
    const { _id } = BSON.deserialize(document, { promoteValues: false });
    await db.collection(merge.journal).insertOne({ _id, fingerprint: fingerprint.hex() });
  }
}

async function bytesIn(client: MongoClient, collection: string): Promise<string[]> {
  const found = await client.db('shop').collection(collection).find({}, { raw: true }).toArray();
  return found.map((raw) => Buffer.from(raw as unknown as Uint8Array).toString('hex')).sort();
}

const hex = (documents: readonly Uint8Array[]) => documents.map((one) => Buffer.from(one).toString('hex')).sort();

it('removes what is still as it was inserted, keeps it by its bytes, and leaves what others wrote', async () => {
  const { client } = mongo;
  await merged(client);
  const orders = client.db('shop').collection('orders');
  await orders.updateOne({ _id: 1 as never }, { $set: { changed: true } });
  expect(await takeBackMerge(client, merge)).toBe(3);
  expect(await bytesIn(client, merge.undo)).toStrictEqual(hex(inserted.slice(1)));
  expect(await orders.distinct('_id')).toStrictEqual([1, 'later', 'own']);
  expect(await takeBackMerge(client, merge)).toBe(0);
  expect(await bytesIn(client, merge.undo)).toHaveLength(3);
});

it('goes on where it was stopped, and keeps nothing twice nor what has come back since', async () => {
  const { client } = mongo;
  await merged(client);
  const stop = () => {
    throw new Error('the lease is over');
  };
  await expect(takeBackMerge(client, merge, { before: stop })).rejects.toThrow('the lease is over');
  expect(await client.db('shop').collection('orders').countDocuments()).toBe(6);
  await client
    .db('shop')
    .collection('orders')
    .updateOne({ _id: 2 as never }, { $set: { changed: true } });
  expect(await takeBackMerge(client, merge)).toBe(3);
  expect(await bytesIn(client, merge.undo)).toStrictEqual(hex([0, 2, 3].map((at) => inserted[at] as Uint8Array)));
  expect(await client.db('shop').collection('orders').distinct('_id')).toStrictEqual([2, 'later', 'own']);
});

it('keeps nothing when the undo itself is not to be undone', async () => {
  const { client } = mongo;
  await merged(client);
  expect(await takeBackMerge(client, { ...merge, undo: null })).toBe(4);
  expect(await bytesIn(client, 'orders')).toHaveLength(2);
});
