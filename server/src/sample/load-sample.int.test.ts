import type { Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { loadSample } from './load-sample.ts';

let mongo: TestMongo;
let client: MongoClient;

beforeAll(async () => {
  mongo = await startReplicaSet();
  client = mongo.client;
  await loadSample(client, 'small', { scale: 0.1 });
});

afterAll(async () => {
  await mongo?.stop();
});

describe('the sample shop', () => {
  test('has some 34,000 documents in 19 MB, and reports each collection as it is loaded', async () => {
    const seen: number[] = [];
    const loaded = await loadSample(client, 'full', { onProgress: ({ documents }) => seen.push(documents) });
    expect(loaded).toMatchObject({ collections: 17, documents: 34_471 });
    expect(Math.round(loaded.bytes / 1_000_000)).toBe(19);
    expect(seen).toHaveLength(15);
    expect(seen.at(-1)).toBe(loaded.documents);
    expect(await countAll('full')).toBe(loaded.documents);
  });

  test('is the same on every load but for the ids of the buckets and the name of the database', async () => {
    await loadSample(client, 'twin', { scale: 0.1 });
    const [one, two] = await Promise.all(['small', 'twin'].map((name) => client.db(name).command({ dbHash: 1 })));
    expect(Object.keys(one?.collections)).toHaveLength(16);
    for (const { collections } of [one, two] as Document[]) {
      delete collections['system.buckets.pageLoads'];
      delete collections['system.views'];
    }
    expect(two?.collections).toEqual(one?.collections);
    expect(await measurements('twin')).toEqual(await measurements('small'));
  });

  test('has values of every BSON type, the two that no driver writes any more too', async () => {
    const types = client.db('small').collection('bsonTypes');
    const byType = { $group: { _id: { $type: '$value' } } };
    const retired = [{ $match: { _id: 'retired types' } }, { $project: { value: { $objectToArray: '$value' } } }];
    const found = [
      ...(await types.aggregate([{ $match: { _id: { $ne: 'retired types' } } }, byType]).toArray()),
      ...(await types
        .aggregate([...retired, { $unwind: '$value' }, { $group: { _id: { $type: '$value.v' } } }])
        .toArray()),
    ];
    // biome-ignore format: a list
    expect(found.map(({ _id }) => _id).sort()).toEqual([
      'array', 'binData', 'bool', 'date', 'dbPointer', 'decimal', 'double', 'int', 'javascript', 'javascriptWithScope', 'long',
      'maxKey', 'minKey', 'missing', 'null', 'object', 'objectId', 'regex', 'string', 'symbol', 'timestamp', 'undefined',
    ]);
  });

  test('has nothing that expires soon', async () => {
    const soon = { expiresAt: { $lt: new Date(Date.UTC(2090, 0, 1)) } };
    expect(await client.db('small').collection('sessions').countDocuments(soon)).toBe(0);
    expect(await client.db('small').collection('sessions').countDocuments()).toBe(150);
  });

  test('has nothing that its own validators refuse', async () => {
    for (const name of ['customers', 'orders', 'reviews']) {
      const collection = client.db('small').collection(name);
      const [{ options }] = (await client.db('small').listCollections({ name }).toArray()) as unknown as [Document];
      expect(await collection.countDocuments(options.validator)).toBe(await collection.countDocuments());
      expect(await collection.countDocuments()).toBeGreaterThan(0);
    }
  });

  test('answers through its views', async () => {
    const countries = await client.db('small').collection('countriesWithOpenOrders').find().toArray();
    expect(countries.map(({ _id }) => _id)).toEqual(['DE', 'EG', 'FR', 'IE', 'JP', 'MX', 'PL', 'TR']);
  });

  test('refuses a database that holds something', async () => {
    await expect(loadSample(client, 'small')).rejects.toThrow('The database small is not empty');
  });
});

async function countAll(database: string): Promise<number> {
  const db = client.db(database);
  const listed = await db.listCollections().toArray();
  const names = listed.filter(({ type, name }) => type !== 'view' && !name.startsWith('system.'));
  const counts = await Promise.all(names.map(({ name }) => db.collection(name).countDocuments()));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function measurements(database: string): Promise<Document[]> {
  return await client
    .db(database)
    .collection('pageLoads')
    .find({}, { sort: { _id: 1 } })
    .toArray();
}
