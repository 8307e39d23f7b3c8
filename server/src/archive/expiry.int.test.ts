// What is said to expire must be what a real server's TTL removes.
import { Readable } from 'node:stream';
import type { CollectionInfo, Document } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateDump } from '../testing/generated-dump.ts';
import { memorySource, writeToMemory } from '../testing/memory-archive.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';
import { ArchiveCollections } from './archive-collections.ts';
import { countExpired } from './expiry.ts';
import { openArchive } from './open-archive.ts';

let mongo: TestMongo;

beforeAll(async () => {
  mongo = await startReplicaSet({ parameters: ['ttlMonitorSleepSecs=1'] });
});
afterAll(() => mongo.stop());

const setTtl = (parameters: Document) => mongo.client.db('admin').command({ setParameter: 1, ...parameters });
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const index = (more: Document) => ({ name: 'ttl', key: { at: 1 }, expireAfterSeconds: 100, ...more });

/** The collection in an archive, as it is before the server begins to remove. */
async function archived(name: string, shape: { type?: 'timeseries'; options?: Document; indexes?: Document[] }) {
  const stored = shape.type === 'timeseries' ? `system.buckets.${name}` : name;
  const raw = await mongo.client.db('ttl').collection(stored).find({}, { raw: true }).toArray();
  const documents = raw as unknown as Uint8Array[];
  const dump = await generateDump([{ database: 'ttl', collection: name, documents, ...shape }]);
  const { file } = await writeToMemory(Readable.from([dump]));
  const found = new ArchiveCollections(await openArchive(memorySource(file))).find(`ttl.${name}`);
  if (found === undefined) throw new Error('it is not in the archive');
  return { collection: found, stored: mongo.client.db('ttl').collection(stored), total: documents.length };
}

const anHour = () => performance.now() + 3_600_000;

it.each<[string, Document, Document[], Document[]]>([
  [
    'an index',
    {},
    [index({})],
    [{ at: ago(200) }, { at: ago(50) }, { at: new Date('1900-01-01') }, { at: 5 }, { at: null }, {}],
  ],
  [
    'an index over arrays',
    {},
    [index({})],
    [{ at: [ago(200), ago(0)] }, { at: [ago(1), ago(0)] }, { at: [] }, { at: ['x', ago(200)] }],
  ],
  [
    'a path into documents',
    {},
    [index({ key: { 'a.at': 1 } })],
    [{ a: { at: ago(200) } }, { a: [{ at: ago(200) }, { at: ago(0) }] }, { a: { at: ago(0) } }],
  ],
  [
    'a partial index',
    {},
    [index({ partialFilterExpression: { done: true } })],
    [
      { at: ago(200), done: true },
      { at: ago(200), done: false },
    ],
  ],
  [
    'two indexes',
    {},
    [index({}), index({ name: 'other', key: { by: -1 }, expireAfterSeconds: 10 })],
    [{ at: ago(200), by: ago(50) }, { by: ago(50) }, { at: ago(50), by: ago(5) }],
  ],
  [
    'a clustered collection',
    { clusteredIndex: { key: { _id: 1 }, unique: true }, expireAfterSeconds: 100 },
    [],
    [{ _id: ago(200) }, { _id: ago(50) }, { _id: 7 }],
  ],
])('%s', async (_, options, indexes, documents) => {
  const db = mongo.client.db('ttl');
  await db.dropDatabase();
  await setTtl({ ttlMonitorEnabled: false });
  await db.createCollection('c', options);
  await db.collection('c').insertMany(documents as never);
  for (const { key, ...more } of indexes) await db.collection('c').createIndex(key, more);
  const { collection, stored, total } = await archived('c', { options, indexes });
  const expired = await countExpired(collection, { nowMs: Date.now(), endsAt: anHour() });
  expect(expired).toBeGreaterThan(0);
  await setTtl({ ttlMonitorEnabled: true });
  await until(
    () => stored.countDocuments(),
    (left) => left === total - (expired ?? 0),
    10_000,
  );
  await aPass();
  expect(await stored.countDocuments()).toBe(total - (expired ?? 0));
});

it('a time-series, bucket by bucket', async () => {
  const db = mongo.client.db('ttl');
  await db.dropDatabase();
  await setTtl({ ttlMonitorEnabled: false });
  const timeseries = { timeField: 't', granularity: 'seconds' } as const;
  await db.createCollection('s', { timeseries, expireAfterSeconds: 100 });
  const times = [ago(90_000), ago(10_000), ago(3_000), ago(1)];
  await db.collection('s').insertMany(times.map((t) => ({ t, v: 1 })));
  const [listed] = await db.listCollections({ name: 's' }, { nameOnly: false }).toArray();
  const { collection, stored, total } = await archived('s', {
    type: 'timeseries',
    options: (listed as CollectionInfo).options ?? {},
  });
  const expired = await countExpired(collection, { nowMs: Date.now(), endsAt: anHour() });
  expect(expired).toBe(2);
  await setTtl({ ttlMonitorEnabled: true });
  await until(
    () => stored.countDocuments(),
    (left) => left === total - 2,
    10_000,
  );
  await aPass();
  expect(await stored.countDocuments()).toBe(total - 2);
});

it('does not say what it cannot tell', async () => {
  const db = mongo.client.db('ttl');
  await db.dropDatabase();
  await db.collection('c').insertOne({ at: ago(200), n: 5 });
  const partial = [index({ partialFilterExpression: { n: { $gt: 3 } } })];
  const { collection } = await archived('c', { indexes: partial });
  expect(await countExpired(collection, { nowMs: Date.now(), endsAt: anHour() })).toBeNull();
  const whole = await archived('c', { indexes: [index({})] });
  expect(await countExpired(whole.collection, { nowMs: Date.now(), endsAt: performance.now() - 1 })).toBeNull();
  expect(await countExpired(whole.collection, { nowMs: Date.now(), endsAt: anHour() })).toBe(1);
});

/** Waits until the server has looked for expired documents once more, from the beginning. */
async function aPass(): Promise<void> {
  const passes = async () => Number((await mongo.client.db('admin').command({ serverStatus: 1 })).metrics.ttl.passes);
  const now = await passes();
  await until(passes, (count) => count >= now + 2, 10_000);
}
