import { mkdtempDisposable, open, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareDatabases, compareWithRecord, recordDatabase } from '../sample/compare-databases.ts';
import { loadSample } from '../sample/load-sample.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';

let source: TestMongo;
let ledger: TestMongo;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

const withDatabase = (uri: string, database: string) => uri.replace(/\/\?/, `/${database}?`);

async function holdfastWith(database: string): Promise<TestHoldfast> {
  await ledger.client.db('holdfast').dropDatabase();
  return startHoldfast({ ledgerUri: ledger.uri, mongodbUri: withDatabase(source.uri, database) });
}

async function backedUp(holdfast: TestHoldfast) {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const backup = await holdfast.backupEnd(id);
  expect(backup.error).toBeNull();
  expect(backup.status).toBe('completed');
  return backup;
}

const archivePath = (holdfast: TestHoldfast, key: string | null) => join(holdfast.config.dataDir, 'backups', key ?? '');

describe('a backup of the sample and its way back', () => {
  it('restores into a copy that equals the source by raw bytes, indexes and options', async () => {
    await source.client.db('shop').dropDatabase();
    await loadSample(source.client, 'shop');
    await using holdfast = await holdfastWith('shop');
    const backup = await backedUp(holdfast);
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target: { kind: 'copy', suffix: '_copy' } });
    expect(plan.phrase).toBeNull();
    const { id } = await holdfast.api.restores.confirm({ planId: plan.id });
    const restore = await holdfast.restoreEnd(id);
    expect(restore).toMatchObject({
      status: 'completed',
      databases: ['shop_copy'],
      liveData: 'untouched',
      error: null,
    });
    const comparison = await compareDatabases(source.client, 'shop', 'shop_copy');
    expect(comparison.differences).toStrictEqual([]);
    expect(comparison.documents).toBeGreaterThan(10_000);
    await expectConsistent(holdfast.services, [source.client]);
    await source.client.db('shop_copy').dropDatabase();
  });

  it('restores in place what was damaged, and leaves a collection made since as it is', async () => {
    await source.client.db('shop').dropDatabase();
    await loadSample(source.client, 'shop');
    await using spool = await mkdtempDisposable(join(tmpdir(), 'holdfast-record-'));
    const record = await recordDatabase(source.client, 'shop', { spoolDirectory: spool.path });
    await using holdfast = await holdfastWith('shop');
    const backup = await backedUp(holdfast);
    const shop = source.client.db('shop');
    await shop.collection('orders').deleteMany({});
    await shop.collection('customers').updateMany({}, { $set: { broken: true } });
    await shop.collection('products').drop();
    await shop.collection('made_since').insertOne({ kept: true });
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target: { kind: 'original' } });
    expect(plan.phrase).toBe('shop');
    expect(plan.namespaces.filter(({ action }) => action === 'untouched').map(({ target }) => target)).toStrictEqual([
      'shop.made_since',
    ]);
    expect(plan.namespaces.find(({ target }) => target === 'shop.orders')).toMatchObject({
      action: 'replaced',
      documentsNow: 0,
    });
    expect(plan.namespaces.find(({ target }) => target === 'shop.products')).toMatchObject({
      action: 'added',
      documentsNow: null,
    });
    const { id } = await holdfast.api.restores.confirm({ planId: plan.id, phrase: 'shop' });
    const restore = await holdfast.restoreEnd(id);
    expect(restore).toMatchObject({ status: 'completed', databases: ['shop'], liveData: 'replaced', error: null });
    expect(await shop.collection('made_since').countDocuments()).toBe(1);
    await shop.collection('made_since').drop();
    const comparison = await compareWithRecord(source.client, 'shop', record);
    expect(comparison.differences).toStrictEqual([]);
    await expectConsistent(holdfast.services, [source.client]);
  });
});

it("restores in place stored functions, which no rename can replace, through one seed without the set's name", async () => {
  const db = source.client.db('functions');
  await db.dropDatabase();
  await db.collection('a').insertOne({ n: 1 });
  await db.collection('system.js').insertOne({ _id: 'twice' as never, value: 'x => 2 * x' });
  await ledger.client.db('holdfast').dropDatabase();
  const seed = `mongodb://127.0.0.1:${source.port}/functions`;
  await using holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: seed });
  const backup = await backedUp(holdfast);
  await db.collection('system.js').deleteMany({});
  const plan = await holdfast.api.restores.plan({ backupId: backup.id, target: { kind: 'original' } });
  expect(plan.warnings.find(({ code }) => code === 'NOT_ATOMIC')?.namespaces).toStrictEqual(['functions.system.js']);
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id, phrase: 'functions' });
  expect(await holdfast.restoreEnd(id)).toMatchObject({ status: 'completed', liveData: 'replaced', error: null });
  expect(await db.collection('system.js').countDocuments()).toBe(1);
  await expectConsistent(holdfast.services, [source.client]);
});

describe('what is refused, with nothing changed', () => {
  it('a restore in place with the wrong words', async () => {
    await source.client.db('small').collection('a').insertOne({ n: 1 });
    await using holdfast = await holdfastWith('small');
    const backup = await backedUp(holdfast);
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target: { kind: 'original' } });
    for (const phrase of [undefined, 'Small', 'default']) {
      await expect(
        holdfast.api.restores.confirm({ planId: plan.id, ...(phrase ? { phrase } : {}) }),
      ).rejects.toMatchObject({
        cause: { code: 'CONFIRMATION_MISMATCH', details: { expected: 'small' } },
      });
    }
    expect((await holdfast.api.restores.list({})).items).toStrictEqual([]);
    await expectConsistent(holdfast.services, [source.client]);
  });

  it.each([
    ['bit-flipped', 0.5],
    ['truncated', 0.9],
  ])('a restore from a %s archive', async (kind, where) => {
    const db = source.client.db('precious');
    await db.dropDatabase();
    await db
      .collection('a')
      .insertMany(Array.from({ length: 2_000 }, (_, n) => ({ _id: n as never, text: `document ${n} ${Math.sin(n)}` })));
    await using holdfast = await holdfastWith('precious');
    const backup = await backedUp(holdfast);
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target: { kind: 'original' } });
    const path = archivePath(holdfast, backup.filePath);
    const at = Math.floor((backup.sizeBytes ?? 0) * where);
    if (kind === 'truncated') await truncate(path, at);
    else await flipBit(path, at);
    await db.collection('a').insertOne({ _id: -1 as never, text: 'written since' });
    const { id } = await holdfast.api.restores.confirm({ planId: plan.id, phrase: 'precious' });
    const restore = await holdfast.restoreEnd(id);
    expect(restore).toMatchObject({ status: 'failed', liveData: 'untouched', error: { reason: 'archive-damaged' } });
    expect(await db.collection('a').countDocuments()).toBe(2_001);
    await holdfast.api.backups.delete({ id: backup.id });
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('the second of two requests at once, naming who holds the lock and since when', async () => {
    await source.client.db('small').collection('a').insertOne({ n: 1 });
    await using holdfast = await holdfastWith('small');
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => holdfast.api.backups.request({ deploymentId: 'default' })),
    );
    const won = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const refused = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as { cause: unknown }] : [],
    );
    expect(won).toHaveLength(1);
    for (const { cause } of refused) {
      expect(cause).toMatchObject({
        code: 'OPERATION_IN_PROGRESS',
        details: { holder: { kind: 'backup', operationId: won[0]?.id, since: won[0]?.createdAt } },
      });
    }
    await holdfast.backupEnd(won[0]?.id ?? '');
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('a deployment that holds the ledger too', () => {
  it('keeps the ledger out of the archive and out of every restore', async () => {
    await ledger.client.db('holdfast').dropDatabase();
    await ledger.client.db('beside').collection('a').insertOne({ n: 1 });
    await using holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: ledger.uri });
    const backup = await backedUp(holdfast);
    const { items: collections } = await holdfast.api.backups.collections({ id: backup.id });
    expect(collections.map(({ database }) => database)).toStrictEqual(['beside']);
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target: { kind: 'original' } });
    const before = await holdfast.api.audit.head();
    await holdfast.restoreEnd((await holdfast.api.restores.confirm({ planId: plan.id, phrase: plan.phrase ?? '' })).id);
    expect((await holdfast.api.audit.head()).position).toBeGreaterThan(before.position);
    await expectConsistent(holdfast.services, [ledger.client]);
    await ledger.client.db('beside').dropDatabase();
  });
});

it('a database that does not exist is a failure, although mongodump exits 0', async () => {
  await using holdfast = await holdfastWith('nothing-here');
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  expect(await holdfast.backupEnd(id)).toMatchObject({ status: 'failed', error: { reason: 'database-missing' } });
  await expectConsistent(holdfast.services, [source.client]);
});

it('keeps the newest N, whatever failed in between', async () => {
  await source.client.db('small').collection('a').insertOne({ n: 1 });
  await using holdfast = await holdfastWith('small');
  const [policy] = await holdfast.api.policies.list();
  if (policy === undefined) throw new Error('no policy');
  await holdfast.api.policies.set({
    id: policy.id,
    enabled: true,
    scheduledHour: 2,
    timezone: 'UTC',
    retentionCount: 2,
  });
  const made: string[] = [];
  for (let n = 0; n < 4; n += 1) made.push((await backedUp(holdfast)).id);
  // Retention follows the completion; what it lets go of is gone a moment later.
  await until(
    () => holdfast.api.backups.list({}),
    ({ items }) => items.filter(({ status }) => status === 'deleted').length === 2,
  );
  await expectConsistent(holdfast.services, [source.client]);
  const { items } = await holdfast.api.backups.list({});
  expect(items.map(({ id, status }) => [made.indexOf(id), status])).toStrictEqual([
    [3, 'completed'],
    [2, 'completed'],
    [1, 'deleted'],
    [0, 'deleted'],
  ]);
});

async function flipBit(path: string, at: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 0x10;
  await file.write(byte, 0, 1, at);
}
