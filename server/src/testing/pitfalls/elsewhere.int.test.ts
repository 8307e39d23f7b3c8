// What mongorestore does to those who restore into another place with it: first the plain command, then Holdfast.
import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Backup } from '@holdfast/shared/backup';
import type { RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHoldfast, type TestHoldfast } from '../holdfast.ts';
import { startReplicaSet, type TestMongo } from '../mongo.ts';
import { testTools } from '../tools.ts';

const run = promisify(execFile);

let mongo: TestMongo;
let shop: Db;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let holdfast: TestHoldfast;
let backup: Backup;
let naively: (...options: string[]) => Promise<{ stderr: string }>;

beforeAll(async () => {
  mongo = await startReplicaSet();
  shop = mongo.client.db('shop');
  folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-pitfalls-'));
  await fill();
  const tools = await testTools();
  const archive = `--archive=${join(folder.path, 'shop.archive')}`;
  await run(tools.mongodump, [`--uri=${mongo.uri}`, '--db=shop', archive]);
  naively = (...options) => run(tools.mongorestore, [`--uri=${mongo.uri}`, archive, ...options]);
  holdfast = await startHoldfast({ mongodbUri: mongo.uri.replace('/?', '/shop?') });
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  backup = await holdfast.backupEnd(id);
});
afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await folder?.remove();
  await mongo?.stop();
});
/** As it was, with something written since in every place. */
beforeEach(async () => {
  for (const name of ['shop', 'shop_copy']) await mongo.client.db(name).dropDatabase();
  await fill();
  for (const name of ['orders', 'stores']) await shop.collection(name).insertOne({ since: true });
  await shop.collection('readings').insertOne({ at: new Date(), since: true });
});

async function fill(): Promise<void> {
  await shop.collection('orders').insertMany([{ open: true }, { open: false }]);
  await shop.collection('stores').insertOne({ name: 'one' });
  await shop.createCollection('readings', { timeseries: { timeField: 'at' } });
  await shop.collection('readings').insertMany([{ at: new Date(0), degrees: 20 }]);
  await shop.createCollection('openOrders', { viewOn: 'orders', pipeline: [{ $match: { open: true } }] });
  // Everything in it is the name of something in its own database.
  const pipeline = [
    { $lookup: { from: 'stores', localField: 'none', foreignField: 'none', as: 'joined' } },
    {
      $graphLookup: { from: 'stores', startWith: 'one', connectFromField: 'up', connectToField: 'name', as: 'walked' },
    },
    { $unionWith: 'stores' },
  ];
  await shop.createCollection('everything', { viewOn: 'openOrders', pipeline });
  await shop.collection('system.js').insertOne({ _id: 'twice' as never, value: 'x => 2 * x' });
}

async function restored(target: RestoreTarget, options: Partial<RestoreOptions> = {}): Promise<void> {
  const plan = await holdfast.api.restores.plan({ backupId: backup.id, target, ...options });
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id, ...(plan.phrase && { phrase: plan.phrase }) });
  expect((await holdfast.restoreEnd(id)).error).toBeNull();
}

const since = (collection: string) => shop.collection(collection).countDocuments({ since: true });

describe('one collection, under another name', () => {
  it('takes the others along with mongorestore, and drops them in place, with exit 0', async () => {
    await naively('--drop', '--nsFrom=shop.orders', '--nsTo=shop.orders_copy');
    expect([await since('orders'), await since('stores')]).toStrictEqual([1, 0]);
  });

  it('comes alone', async () => {
    await restored({ kind: 'copy', suffix: '_copy' }, { namespaces: ['shop.orders'] });
    expect([await since('orders'), await since('stores'), await since('readings')]).toStrictEqual([1, 1, 1]);
    const copied = await mongo.client.db('shop_copy').listCollections({}, { nameOnly: true }).toArray();
    expect(copied.map(({ name }) => name)).toStrictEqual(['orders']);
  });
});

describe('a time-series, under another name', () => {
  it('overwrites the live one with mongorestore, with exit 0', async () => {
    const only = ['--nsInclude=shop.readings', '--nsInclude=shop.system.buckets.readings'];
    await naively('--drop', ...only, '--nsFrom=shop.readings', '--nsTo=shop.readings_copy');
    expect(await since('readings')).toBe(0);
  });

  it('leaves the live one alone', async () => {
    await restored({ kind: 'copy', suffix: '_copy' }, { namespaces: ['shop.readings'] });
    expect(await since('readings')).toBe(1);
    const copied = await mongo.client.db('shop_copy').collection('readings').find({}).toArray();
    expect(copied).toMatchObject([{ degrees: 20 }]);
    const [listed] = await mongo.client.db('shop_copy').listCollections({ name: 'readings' }).toArray();
    expect(listed?.type).toBe('timeseries');
  });
});

describe('a view and what it reads, under other names', () => {
  it('still reads the live collection with mongorestore', async () => {
    const only = ['--nsInclude=shop.orders', '--nsInclude=shop.openOrders'];
    await naively(...only, '--nsFrom=shop.*', '--nsTo=shop.*_copy');
    await shop.collection('orders').deleteMany({});
    const [view] = await shop.listCollections({ name: 'openOrders_copy' }).toArray();
    expect(view).toMatchObject({ type: 'view', options: { viewOn: 'orders' } });
    expect(await shop.collection('openOrders_copy').countDocuments()).toBe(0);
  });

  it('reads what was restored with it', async () => {
    const before = await shop
      .collection('everything')
      .find({ since: { $exists: false } })
      .toArray();
    await restored({ kind: 'copy', suffix: '_copy' });
    for (const name of ['orders', 'stores']) await shop.collection(name).deleteMany({});
    const copied = await mongo.client.db('shop_copy').collection('everything').find({}).toArray();
    expect(copied).toMatchObject([
      { open: true, joined: [{ name: 'one' }], walked: [{ name: 'one' }] },
      { name: 'one' },
    ]);
    expect(before).toHaveLength(copied.length);
  });
});

describe('what the backup does not have', () => {
  beforeEach(async () => {
    await shop.collection('extra').insertOne({ since: true });
    await shop.collection('system.js').insertOne({ _id: 'later' as never, value: 'x => x', since: true });
  });

  it('stays with mongorestore --drop, with exit 0', async () => {
    await naively('--drop');
    expect([await since('orders'), await since('extra'), await since('system.js')]).toStrictEqual([0, 1, 1]);
  });

  it('goes when the backup is to be there exactly, and the plan lists it', async () => {
    const plan = await holdfast.api.restores.plan({
      ...{ backupId: backup.id, target: { kind: 'original' }, mode: 'exact' },
    });
    const dropped = plan.namespaces.filter(({ action }) => action === 'dropped');
    expect(dropped.map(({ target }) => target)).toStrictEqual(['shop.extra']);
    await restored({ kind: 'original' }, { mode: 'exact', undoHours: 0 });
    const left = await shop.listCollections({}, { nameOnly: true }).toArray();
    expect(
      left
        .map(({ name }) => name)
        .filter((name) => !name.startsWith('system.'))
        .sort(),
    ).toStrictEqual(['everything', 'openOrders', 'orders', 'readings', 'stores']);
    expect(await shop.collection('system.js').distinct('_id')).toStrictEqual(['twice']);
  });
});
