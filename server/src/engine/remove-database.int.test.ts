import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { databaseExists } from './inspect-deployment.ts';
import { removeDatabase } from './remove-database.ts';

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await startReplicaSet({ auth: true });
});
afterAll(() => mongo.stop());

afterEach(() => mongo.client.db('shop_copy').dropDatabase());

async function everyKind(): Promise<void> {
  const db = mongo.client.db('shop_copy');
  await db.collection('orders').insertOne({});
  await db.createCollection('recent', { viewOn: 'orders', pipeline: [] });
  await db.createCollection('latest', { viewOn: 'recent', pipeline: [] });
  await db.createCollection('measured', { timeseries: { timeField: 'at' } });
  await db.collection('measured').insertOne({ at: new Date() });
}

it.each([
  ['root', ['root']],
  ['backup and restore', ['backup', 'restore']],
])('a database is gone for a user who is %s', async (_, roles) => {
  await everyKind();
  await using client = await new MongoClient(await mongo.addUser(`with-${roles[0]}`, roles)).connect();
  await removeDatabase(client, 'shop_copy');
  await removeDatabase(client, 'shop_copy');
  expect(await databaseExists(mongo.client, 'shop_copy')).toBe(false);
});

it('only stored functions stay where the user may not drop the database', async () => {
  await everyKind();
  await mongo.client.db('shop_copy').collection<{ _id: string }>('system.js').insertOne({ _id: 'one' });
  await using client = await new MongoClient(await mongo.addUser('limited', ['backup', 'restore'])).connect();
  await removeDatabase(client, 'shop_copy');
  const left = await mongo.client.db('shop_copy').listCollections({}, { nameOnly: true }).toArray();
  expect(left.map(({ name }) => name).sort()).toStrictEqual(['system.js', 'system.views']);
});
