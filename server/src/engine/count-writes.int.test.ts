import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startReplicaSet, startStandalone, type TestMongo } from '../testing/mongo.ts';
import { type CountedSwap, countWrites } from './count-writes.ts';

let mongo: TestMongo;

beforeAll(async () => {
  mongo = await startReplicaSet({ auth: true });
  const admin = mongo.client.db('admin');
  const privileges = [{ resource: { anyResource: true }, actions: ['anyAction'] }];
  await admin.command({ createRole: 'swapper', privileges, roles: [] });
  await admin.command({ grantRolesToUser: 'root', roles: ['swapper'] });
});
afterAll(() => mongo.stop());

const id = (n: number) => ({ _id: n as never });
const limitMs = 10_000;
const now = () => new Date().toISOString();

const swaps = [
  { database: 'shop', live: 'orders', shadow: 'hf_0_0', undo: 'hf_0_u0' },
  { database: 'shop', live: 'stock', shadow: 'hf_0_1', undo: 'hf_0_u1' },
  { database: 'shop', live: 'gone', shadow: null, undo: 'hf_0_u2' },
  { database: 'shop', live: 'added', shadow: 'hf_0_3', undo: 'hf_0_u3' },
] satisfies CountedSwap[];

/** Two at once; then, back to back, two more, with writes in between. */
async function swapped(client: MongoClient): Promise<void> {
  const db = client.db('shop');
  await db.dropDatabase();
  for (const name of ['orders', 'stock', 'gone', 'hf_0_0', 'hf_0_1', 'hf_0_3'])
    await db.collection(name).insertMany([id(1), id(2)]);
  const rename = (from: string, to: string) => ({
    op: 'c',
    ns: 'shop.$cmd',
    o: { renameCollection: `shop.${from}`, to: `shop.${to}`, stayTemp: false },
  });
  const ops = [rename('orders', 'hf_0_u0'), rename('hf_0_0', 'orders'), rename('gone', 'hf_0_u2')];
  await client.db('admin').command({ applyOps: ops });
  await db.collection('stock').insertMany([id(3), id(4), id(5)]);
  await db.renameCollection('stock', 'hf_0_u1');
  await db.renameCollection('hf_0_1', 'stock');
  await db.renameCollection('hf_0_3', 'added');
}

it('counts every write since the swap, of transactions too, and none from before', async () => {
  const { client } = mongo;
  await swapped(client);
  const db = client.db('shop');
  expect(await countWrites(client, swaps, { around: now(), limitMs })).toStrictEqual(
    new Map(swaps.map(({ live }) => [`shop.${live}`, 0])),
  );
  await db.collection('orders').insertMany([id(11), id(12)]);
  await db.collection('orders').updateMany({}, { $set: { n: 1 } });
  await db.collection('stock').deleteOne({ _id: 1 as never });
  await client.withSession((session) =>
    session.withTransaction(async () => {
      await db.collection('orders').insertOne(id(13), { session });
      await db.collection('stock').updateOne({ _id: 2 as never }, { $set: { n: 1 } }, { session });
      await db.collection('elsewhere').insertOne(id(1), { session });
    }),
  );
  await db.collection('gone').insertOne(id(1));
  await db.collection('added').drop();
  await db.collection('added').insertOne(id(9));
  const expected = new Map([
    ['shop.orders', 2 + 4 + 1],
    ['shop.stock', 2],
    ['shop.gone', 1],
    ['shop.added', 1],
  ]);
  expect(await countWrites(client, swaps, { around: now(), limitMs })).toStrictEqual(expected);
  const byWrongClock = { around: new Date(Date.now() + 86_400_000).toISOString(), limitMs };
  expect(await countWrites(client, swaps, byWrongClock)).toStrictEqual(expected);
});

it('says nothing where a rename is not in the oplog, the oplog may not be read, or there is none', async () => {
  await swapped(mongo.client);
  const unknown = [...swaps, { database: 'shop', live: 'other', shadow: 'hf_0_9', undo: 'hf_0_u9' }];
  expect(await countWrites(mongo.client, unknown, { around: now(), limitMs })).toBeNull();
  await using narrow = new MongoClient(await mongo.addUser('narrow', [{ role: 'readWrite', db: 'shop' }]));
  expect(await countWrites(narrow, swaps, { around: now(), limitMs })).toBeNull();
  await using single = await startStandalone();
  expect(await countWrites(single.client, swaps, { around: now(), limitMs })).toBeNull();
});
