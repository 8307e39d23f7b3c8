import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Decimal128, Double, EJSON, Int32 } from 'bson';
import type { Db, Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { testTools } from '../testing/tools.ts';
import { type Comparison, compareDatabases, compareWithRecord, recordDatabase } from './compare-databases.ts';
import { damageSample } from './damage-sample.ts';
import { loadSample } from './load-sample.ts';
import { alterOneByte } from './sabotage.ts';

const run = promisify(execFile);

let mongo: TestMongo;
let client: MongoClient;
let db: Db;
let spoolDirectory: string;

beforeAll(async () => {
  mongo = await startReplicaSet();
  client = mongo.client;
  db = client.db('shop');
});

beforeEach(async () => {
  await db.dropDatabase();
  await loadSample(client, 'shop', { scale: 0.1 });
  spoolDirectory = await mkdtemp(join(tmpdir(), 'holdfast-compare-'));
  return async () => await rm(spoolDirectory, { recursive: true, force: true });
});

afterAll(async () => {
  await mongo?.stop();
});

describe('a record', () => {
  test('equals the database that it was made of', async () => {
    const record = await recordDatabase(client, 'shop', { spoolDirectory });
    const { indexes, ...rest } = await compareWithRecord(client, 'shop', record);
    const { documents, bytes } = record;
    expect(rest).toEqual({ equal: true, collections: 17, documents, bytes, differences: [], total: 0 });
    expect(indexes).toBe(await countIndexes());
    expect(bytes).toBeGreaterThan(1_500_000);
  });

  test('is a folder of files that only their owner can read and that mongorestore restores', async () => {
    const record = await recordDatabase(client, 'shop', { spoolDirectory });
    const files = await readdir(spoolDirectory);
    expect(files).toHaveLength(15);
    for (const file of files) expect((await stat(join(spoolDirectory, file))).mode & 0o077).toBe(0);
    const { mongorestore } = await testTools();
    const file = record.collections.get('identifiers')?.spoolFile ?? '';
    await run(mongorestore, [`--uri=${mongo.uri}`, '--db=files', '--collection=identifiers', '--stopOnError', file]);
    const hashes = [db, client.db('files')].map(
      async (of) => (await of.command({ dbHash: 1 })).collections.identifiers,
    );
    expect(await hashes[1]).toBe(await hashes[0]);
  });

  test('is refused when one of its files was cut', async () => {
    const record = await recordDatabase(client, 'shop', { spoolDirectory });
    await truncate(record.collections.get('orders')?.spoolFile ?? '', 100_000);
    await expect(compareWithRecord(client, 'shop', record)).rejects.toThrow('ends within a document');
  });
});

describe('the comparison', () => {
  test('finds every kind of damage of a bad deploy, by namespace and `_id`', async () => {
    const march = { placedAt: { $gte: new Date('2026-03-01'), $lt: new Date('2026-04-01') } };
    const lost = await db
      .collection('orders')
      .find(march, { sort: { _id: 1 } })
      .toArray();
    const { result: sentences, comparison } = await compareAfter(() => damageSample(client, 'shop'));
    expect(sentences).toHaveLength(8);
    expect(sentences[0]).toBe(`A clean-up with a wrong date deleted ${lost.length} orders: all of March 2026.`);
    expect([...new Set(comparison.differences.map(({ kind, namespace }) => `${kind} ${namespace}`))].sort()).toEqual([
      'collection-extra shop.stock_old',
      'collection-missing shop.reviews',
      'document-differs shop.customers',
      'document-differs shop.products',
      'document-extra shop.orders',
      'document-missing shop.orders',
      'index-differs shop.customers',
      'options-differ shop.orders',
    ]);
    expect(idsOf(comparison, 'document-missing')).toEqual(lost.slice(0, 10).map(({ _id }) => EJSON.stringify(_id)));
    expect(idsOf(comparison, 'document-extra')).toEqual(['"test-1"', '"test-2"', '"test-3"']);
    expect(idsOf(comparison, 'document-differs')).toContain('"SKU-00009"');
    const garbled = await db.collection('customers').countDocuments({ 'name.full': /\?/ });
    const [collections, index, validator, testOrders, prices] = [2, 1, 1, 3, 120];
    expect(comparison.total).toBe(lost.length + garbled + collections + index + validator + testOrders + prices);
    expect(comparison.equal).toBe(false);
  });

  test.each(['shop', 'shop.orders', 'shop.events', 'shop.reviews'])('sees one altered byte in %s', async (place) => {
    const namespace = place === 'shop' ? undefined : place;
    const { result: altered, comparison } = await compareAfter(() => alterOneByte(client, 'shop', namespace));
    expect(comparison).toMatchObject({ equal: false, total: 1 });
    const [{ detail, ...difference }] = comparison.differences as [Comparison['differences'][0]];
    expect(difference).toEqual({ kind: 'document-differs', namespace: altered.namespace, id: altered.id });
    expect(detail).toContain(`\`${altered.field}\` differs, from byte ${altered.offset} of`);
    if (namespace) expect(altered.namespace).toBe(namespace);
  });

  test('sees one altered field in a clustered collection and one new measurement in a time-series', async () => {
    const measurement = { at: new Date('2026-05-01T00:00:01Z'), page: { path: '/neu' }, millis: new Double(1) };
    const { comparison } = await compareAfter(async () => {
      await db.collection('stock').updateOne(key('SKU-00007'), { $set: { reserved: new Int32(10) } });
      await db.collection('pageLoads').insertOne(measurement);
    });
    expect(comparison.differences).toMatchObject([
      { kind: 'document-extra', namespace: 'shop.pageLoads' },
      { kind: 'document-differs', namespace: 'shop.stock', id: '"SKU-00007"' },
    ]);
  });

  test('sees a number that changed nothing but its type, in a value and in a key', async () => {
    const { comparison } = await compareAfter(async () => {
      await db.collection('bsonTypes').updateOne(key('int64: small'), { $set: { value: new Int32(1) } });
      await db.collection('identifiers').deleteOne(key(-0.5));
      await db.collection('identifiers').insertOne({ ...key(Decimal128.fromString('-0.5')), inserted: new Int32(4) });
    });
    expect(comparison.differences).toMatchObject([
      { kind: 'document-differs', namespace: 'shop.bsonTypes', id: '"int64: small"' },
      { kind: 'document-differs', namespace: 'shop.identifiers', id: '{"$numberDouble":"-0.5"}' },
    ]);
    expect(comparison.total).toBe(2);
  });

  test('names every key type that can be lost', async () => {
    const keys = await db
      .collection('identifiers')
      .find({}, { sort: { _id: 1 }, promoteValues: false })
      .toArray();
    const { comparison } = await compareAfter(() =>
      db.collection('identifiers').deleteMany({ inserted: { $mod: [4, 0] } }),
    );
    const lost = keys
      .filter(({ inserted }) => inserted % 4 === 0)
      .map(({ _id }) => EJSON.stringify(_id, { relaxed: false }));
    expect(idsOf(comparison, 'document-missing')).toEqual(lost);
    expect(lost).toHaveLength(7);
  });

  test('sees a changed view, and indexes whose keys or values to filter by changed places', async () => {
    const sized = (size: Document) =>
      db.collection('photos').createIndex({ sku: 1 }, { name: 'sized', partialFilterExpression: { size } });
    await sized({ w: 1, h: 2 });
    const { comparison } = await compareAfter(async () => {
      await db.command({ collMod: 'openOrders', viewOn: 'orders', pipeline: [{ $match: { status: 'paid' } }] });
      await db.collection('photos').dropIndex('product');
      await db.collection('photos').createIndex({ position: 1, sku: 1 }, { name: 'product' });
      await db.collection('photos').dropIndex('sized');
      await sized({ h: 2, w: 1 });
    });
    expect(comparison.differences).toMatchObject([
      { kind: 'options-differ', namespace: 'shop.openOrders' },
      {
        kind: 'index-differs',
        namespace: 'shop.photos',
        detail: expect.stringContaining('index "product" was {"key":'),
      },
      { kind: 'index-differs', namespace: 'shop.photos', detail: expect.stringContaining('index "sized" was') },
    ]);
  });

  test('finds a copy by mongodump and mongorestore under another name equal, and one altered byte in it', async () => {
    const record = await recordDatabase(client, 'shop', { spoolDirectory });
    await copyWithTools('shop', 'shop_copy');
    const { documents, bytes } = record;
    const equal = { equal: true, collections: 17, documents, bytes, differences: [], total: 0 };
    expect(await compareWithRecord(client, 'shop_copy', record)).toMatchObject(equal);
    expect(await compareDatabases(client, 'shop', 'shop_copy')).toMatchObject(equal);
    const { id } = await alterOneByte(client, 'shop_copy', 'shop_copy.orders');
    const { differences } = await compareDatabases(client, 'shop', 'shop_copy');
    expect(differences).toMatchObject([{ kind: 'document-differs', namespace: 'shop_copy.orders', id }]);
    await client.db('shop_copy').dropDatabase();
  });
});

async function compareAfter<T>(damage: () => Promise<T>): Promise<{ result: T; comparison: Comparison }> {
  const record = await recordDatabase(client, 'shop', { spoolDirectory });
  const result = await damage();
  return { result, comparison: await compareWithRecord(client, 'shop', record) };
}

function key(id: unknown): Document {
  return { _id: id };
}

function idsOf({ differences }: Comparison, kind: string): string[] {
  return differences.flatMap((difference) => (difference.kind === kind ? [difference.id ?? ''] : []));
}

async function countIndexes(): Promise<number> {
  const listed = await db.listCollections().toArray();
  const names = listed.filter(({ type, name }) => type !== 'view' && !name.startsWith('system.'));
  const indexes = await Promise.all(names.map(({ name }) => db.collection(name).indexes()));
  return indexes.flat().length;
}

async function copyWithTools(from: string, to: string): Promise<void> {
  const { mongodump, mongorestore } = await testTools();
  const archive = join(spoolDirectory, 'shop.archive');
  await run(mongodump, [`--uri=${mongo.uri}`, `--db=${from}`, `--archive=${archive}`]);
  const buckets = [`--nsFrom=${from}.system.buckets.pageLoads`, `--nsTo=${to}.system.buckets.pageLoads`];
  const rename = [...buckets, `--nsFrom=${from}.*`, `--nsTo=${to}.*`, `--nsInclude=${from}.*`];
  await run(mongorestore, [`--uri=${mongo.uri}`, ...rename, '--stopOnError', `--archive=${archive}`]);
}
