import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RestoreOptions } from '@holdfast/shared/restore';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { compareWithRecord, type DatabaseRecord, recordDatabase } from '../../sample/compare-databases.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';

let source: TestMongo;
let ledger: TestMongo;
let uris: Readonly<Record<'apply-ops' | 'renames', string>>;
let db: Db;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet({ auth: true }), startReplicaSet()]);
  db = source.client.db('shop');
  const admin = source.client.db('admin');
  const anything = { resource: { anyResource: true }, actions: ['anyAction'] };
  await admin.command({ createRole: 'anything', privileges: [anything], roles: [] });
  const roles = ['backup', 'restore'];
  const inShop = (uri: string) => uri.replace('/?', '/shop?');
  uris = {
    renames: inShop(await source.addUser('limited', roles)),
    'apply-ops': inShop(await source.addUser('almighty', [...roles, 'anything'])),
  };
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});
beforeEach(async () => {
  // What has expired would go before it is looked at.
  await source.client.db('admin').command({ setParameter: 1, ttlMonitorEnabled: false });
  await ledger.client.db('holdfast').dropDatabase();
  await db.dropDatabase();
  await fill();
});

it.each(['apply-ops', 'renames'] as const)(
  '%s: all kinds come back, where something else is under their names too, and what the backup lacks goes',
  async (method) => {
    await using spool = await mkdtempDisposable(join(tmpdir(), 'holdfast-record-'));
    const record = await recordDatabase(source.client, 'shop', { spoolDirectory: spool.path });
    await using holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: uris[method] });
    const backupId = await backedUp(holdfast);
    await turnOver();
    const restore = await restored(holdfast, backupId, { mode: 'exact' });
    expect(restore).toMatchObject({ status: 'completed', liveData: 'replaced', error: null, swapMethod: method });
    expect(restore.swapMs).toBeGreaterThan(0);
    expect(restore.undo).toMatchObject({ state: 'kept' });
    await expectEqual(record);
    expect(await keptNames()).toHaveLength(5);
    await expectConsistent(holdfast.services, [source.client]);
  },
);

it('keeps nothing for no hours, and leaves TTL indexes ordinary ones when asked to', async () => {
  await using holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: uris['apply-ops'] });
  const backupId = await backedUp(holdfast);
  await db.collection('sessions').deleteMany({});
  await source.client.db('admin').command({ setParameter: 1, ttlMonitorEnabled: true });
  const restore = await restored(holdfast, backupId, { undoHours: 0, ttlIndexes: 'leave-out' });
  expect(restore).toMatchObject({ status: 'completed', undo: null });
  expect(await keptNames()).toStrictEqual([]);
  const indexes = await db.collection('sessions').indexes();
  expect(indexes.map(({ name, expireAfterSeconds }) => [name, expireAfterSeconds])).toStrictEqual([
    ['_id_', undefined],
    ['expire', undefined],
  ]);
  expect(await db.collection('sessions').countDocuments()).toBe(10);
  await expectConsistent(holdfast.services, [source.client]);
});

async function fill(): Promise<void> {
  const documents = (count: number) => Array.from({ length: count }, (_, n) => ({ _id: n as never, n }));
  await db.collection('orders').insertMany(documents(50));
  await db.collection('customers').insertMany(documents(20));
  await db.collection('was a collection').insertMany(documents(5));
  await db.createCollection('was a view', { viewOn: 'orders', pipeline: [{ $match: { n: 1 } }] });
  await db.createCollection('view of it', { viewOn: 'was a view', pipeline: [] });
  for (const name of ['was a time-series', 'loads']) {
    await db.createCollection(name, { timeseries: { timeField: 't', metaField: 'm' }, expireAfterSeconds: 3_600 });
    await db.collection(name).createIndex({ m: 1, t: 1 });
    await db
      .collection(name)
      .insertMany(Array.from({ length: 90 }, (_, n) => ({ t: new Date(n * 1_000), m: n % 3, n })));
  }
  await db
    .collection('sessions')
    .insertMany(Array.from({ length: 10 }, (_, n) => ({ _id: n as never, at: new Date(0) })));
  await db.collection('sessions').createIndex({ at: 1 }, { name: 'expire', expireAfterSeconds: 60 });
  await db.collection('system.js').insertOne({ _id: 'twice' as never, value: 'x => 2 * x' });
}

/** Nothing stays as it is. */
async function turnOver(): Promise<void> {
  await db.collection('orders').deleteMany({ n: { $lt: 25 } });
  for (const name of ['customers', 'was a collection', 'was a view', 'was a time-series', 'view of it'])
    await db.dropCollection(name);
  await db.createCollection('was a collection', { viewOn: 'orders', pipeline: [] });
  await db.collection('was a view').insertOne({ made: 'since' });
  await db.collection('was a time-series').insertOne({ made: 'since' });
  await db.createCollection('view of it', { viewOn: 'sessions', pipeline: [] });
  await db.collection('loads').insertOne({ t: new Date(), m: 9, n: 9 });
  await db.collection('sessions').updateMany({}, { $set: { changed: true } });
  await db.collection('sessions').dropIndex('expire');
  await db.collection('system.js').replaceOne({ _id: 'twice' as never }, { value: 'x => 3 * x' });
  await db.collection('made since').insertOne({ n: 1 });
  await db.createCollection('view since', { viewOn: 'orders', pipeline: [] });
  await db.createCollection('loads since', { timeseries: { timeField: 't' } });
}

async function backedUp(holdfast: TestHoldfast) {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  expect(await holdfast.backupEnd(id)).toMatchObject({ status: 'completed', error: null });
  return id;
}

async function restored(holdfast: TestHoldfast, backupId: string, options: Partial<RestoreOptions>) {
  const target = { kind: 'original' } as const;
  const plan = await holdfast.api.restores.plan({ backupId: backupId as never, target, ...options });
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id, phrase: 'shop' });
  return await holdfast.restoreEnd(id);
}

async function expectEqual(record: DatabaseRecord): Promise<void> {
  const comparison = await compareWithRecord(source.client, 'shop', record);
  expect(comparison.differences).toStrictEqual([]);
}

async function keptNames(): Promise<string[]> {
  const listed = await db.listCollections({}, { nameOnly: true }).toArray();
  return listed.map(({ name }) => name).filter((name) => name.startsWith('hf_'));
}
