import { access, mkdtempDisposable, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Restore } from '@holdfast/shared/restore';
import { BSONRegExp, type Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isShadowName } from '../../domain/restore-names.ts';
import { compareWithRecord, recordDatabase } from '../../sample/compare-databases.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { until, untilTrue } from '../../testing/until.ts';
import { endUndosOnce } from './drop-undo.ts';

let source: TestMongo;
let ledger: TestMongo;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

const shop = () => source.client.db('shop');
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({ _id: (from + n) as never, n: from + n }));

/** A database of few collections, each with something of its own; a service over it; and a backup of it. */
async function backedUp({
  special = false,
  ...options
}: {
  now?: () => number;
  special?: boolean;
  config?: { failpointsDir: string };
} = {}): Promise<{ holdfast: TestHoldfast; backupId: string }> {
  await ledger.client.db('holdfast').dropDatabase();
  await shop().dropDatabase();
  await shop().createCollection('orders', { validator: { n: { $type: 'int' } } });
  await shop().collection('orders').createIndex({ n: 1 }, { unique: true, name: 'by_n' });
  await shop().collection('orders').insertMany(numbered(0, 100));
  await shop().createCollection('log', { capped: true, size: 100_000 });
  await shop().collection('log').insertMany(numbered(0, 10));
  await shop().collection('removed').insertMany(numbered(0, 3));
  if (special) await addSpecial();
  const mongodbUri = source.uri.replace(/\/\?/, '/shop?');
  const holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri, ...options });
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  expect(await holdfast.backupEnd(id)).toMatchObject({ status: 'completed' });
  return { holdfast, backupId: id };
}

/** What the server renames not, and what will be something else. */
async function addSpecial(): Promise<void> {
  await shop().createCollection('weather', { timeseries: { timeField: 'at' } });
  await shop()
    .collection('weather')
    .insertMany([1, 2, 3].map((n) => ({ at: new Date(n * 1_000), n })));
  await shop()
    .collection('system.js')
    .insertOne({ _id: 'twice' as never, value: 'x => 2 * x' });
  // A pattern that JavaScript does not take.
  const pattern = new BSONRegExp('(?i)a++', 'x');
  await shop().createCollection('open', { viewOn: 'orders', pipeline: [{ $match: { n: { $lt: 9, $not: pattern } } }] });
  await shop().createCollection('turned', { viewOn: 'orders', pipeline: [] });
  await shop().collection('plain').insertMany(numbered(0, 6));
}

/** Documents, indexes, options and identities of all that is there, views and time-series too. */
async function everything(): Promise<Document> {
  const found: Document = {};
  for (const { name, type, options, info } of await listed()) {
    if (isShadowName(name) || name === 'system.views' || name.startsWith('system.buckets.')) continue;
    const indexes = type === 'view' ? [] : await shop().collection(name).indexes();
    const documents = await shop()
      .collection(name)
      .find({}, { sort: { _id: 1 } })
      .toArray();
    found[name] = { type, options, indexes, documents, ...(type === 'collection' && { uuid: info.uuid }) };
  }
  return found;
}

async function listed(): Promise<(Document & { name: string })[]> {
  return await shop().listCollections<Document & { name: string }>({}, { bsonRegExp: true }).toArray();
}

/** What happens between the backup and its restore: changed, dropped, made. */
async function moveOn(): Promise<void> {
  await shop()
    .collection('orders')
    .updateMany({ _id: { $lt: 50 as never } }, { $inc: { n: 1_000 } });
  await shop().collection('orders').createIndex({ n: -1 }, { name: 'newer' });
  await shop().collection('log').insertMany(numbered(10, 20));
  await shop().collection('removed').drop();
  await shop().collection('made_since').insertMany(numbered(0, 5));
}

async function restored({ api, restoreEnd }: TestHoldfast, backupId: string, options: object = {}): Promise<Restore> {
  const plan = await api.restores.plan({ backupId: backupId as never, target: { kind: 'original' }, ...options });
  const { id } = await api.restores.confirm({ planId: plan.id, phrase: plan.phrase ?? '' });
  const restore = await restoreEnd(id);
  expect(restore).toMatchObject({ status: 'completed', liveData: 'replaced', error: null });
  return restore;
}

async function undone({ api, restoreEnd }: TestHoldfast, { id }: Pick<Restore, 'id'>): Promise<Restore> {
  const plan = await api.restores.planUndo({ id });
  const undo = await api.restores.undo({ id, planId: plan.id, phrase: 'shop' });
  expect(undo).toMatchObject({ undoOf: id });
  const ended = await restoreEnd(undo.id);
  expect(ended).toMatchObject({ status: 'completed', liveData: 'replaced', error: null });
  return ended;
}

const contents = async () => {
  const hash = await shop().command({ dbHash: 1 });
  const kept = Object.entries(hash.collections as Document).filter(([name]) => !name.startsWith('hf_'));
  return Object.fromEntries(kept);
};

describe('taking a restore back', () => {
  it.each(['replace', 'exact'] as const)(
    'brings back what was there, after %s, and says what that loses',
    async (mode) => {
      const { holdfast, backupId } = await backedUp();
      await using _ = holdfast;
      await moveOn();
      await using spool = await mkdtempDisposable(join(tmpdir(), 'holdfast-undo-'));
      const before = await recordDatabase(source.client, 'shop', { spoolDirectory: spool.path });
      const hashes = await contents();
      const restore = await restored(holdfast, backupId, { mode });
      expect(restore.undo).toMatchObject({ state: 'kept', by: null });
      await shop().collection('orders').insertMany(numbered(200, 207));
      await shop()
        .collection('orders')
        .deleteOne({ _id: 200 as never });
      await shop()
        .collection('removed')
        .updateMany({}, { $set: { changed: true } });
      const withWrites = await contents();

      const plan = await holdfast.api.restores.planUndo({ id: restore.id });
      expect(plan).toMatchObject({ countedBy: 'oplog', writesSince: 11, phrase: 'shop' });
      expect(plan.namespaces.find(({ target }) => target === 'shop.orders')).toMatchObject({
        ...{ action: 'replaced', documentsNow: 106, documentsThen: 100, writesSince: 8 },
      });
      expect(plan.namespaces.find(({ target }) => target === 'shop.removed')).toMatchObject({ action: 'removed' });
      expect(plan.namespaces.find(({ target }) => target === 'shop.made_since')?.action).toBe(
        mode === 'exact' ? 'brought-back' : undefined,
      );
      const undo = await undone(holdfast, restore);
      const { differences } = await compareWithRecord(source.client, 'shop', before);
      expect(differences.filter(({ namespace }) => !namespace.startsWith('shop.hf_'))).toStrictEqual([]);
      expect(await contents()).toStrictEqual(hashes);
      expect((await holdfast.api.restores.byId({ id: restore.id })).undo).toMatchObject({
        state: 'undone',
        by: undo.id,
      });

      await undone(holdfast, undo);
      expect(await contents()).toStrictEqual(withWrites);
      const items = (await holdfast.api.restores.list({})).items.map(({ undoOf, undo: own }) => [undoOf, own?.state]);
      expect(items).toStrictEqual([
        [undo.id, 'kept'],
        [restore.id, 'undone'],
        [null, 'undone'],
      ]);
    },
  );

  it('takes what a merge inserted out again, and puts it back when that is undone', async () => {
    const { holdfast, backupId } = await backedUp();
    await using _ = holdfast;
    await shop()
      .collection('orders')
      .deleteMany({ _id: { $lt: 10 as never } });
    await shop().collection('removed').drop();
    const before = await contents();
    const restore = await restored(holdfast, backupId, { mode: 'merge' });
    expect(restore.merged).toMatchObject({ inserted: 10 });
    await shop()
      .collection('orders')
      .updateOne({ _id: 3 as never }, { $set: { n: 5_003 } });
    const withWrite = await contents();

    const undo = await undone(holdfast, restore);
    expect(
      await shop()
        .collection('orders')
        .findOne({ _id: { $lt: 10 as never } }),
    ).toMatchObject({ _id: 3 });
    await shop()
      .collection('orders')
      .deleteOne({ _id: 3 as never });
    expect(await contents()).toStrictEqual(before);

    await undone(holdfast, undo);
    await shop()
      .collection('orders')
      .insertOne({ _id: 3 as never, n: 5_003 });
    expect(await contents()).toStrictEqual(withWrite);
    await freed(holdfast);
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('writes again what no rename brings back, out of the safety backup, also where another kind is now', async () => {
    const { holdfast, backupId } = await backedUp({ special: true });
    await using _ = holdfast;
    await shop()
      .collection('system.js')
      .updateOne({ _id: 'twice' as never }, { $set: { value: 'x => 3 * x' } });
    await shop().collection('weather').deleteMany({});
    await shop()
      .collection('weather')
      .insertOne({ at: new Date(5_000), n: 7 });
    await shop().command({ collMod: 'open', viewOn: 'orders', pipeline: [{ $match: { n: 1 } }] });
    await shop().collection('turned').drop();
    await shop().collection('turned').insertMany(numbered(0, 4));
    await shop().collection('plain').drop();
    await shop().createCollection('plain', { viewOn: 'orders', pipeline: [] });
    const before = await everything();
    // Which holds collections too; their very selves come back by renames.
    const restore = await restored(holdfast, backupId, { mode: 'exact', safetyBackup: 'everything' });
    // Of another kind since the restore: held before it is taken back.
    await shop().collection('log').drop();
    await shop().createCollection('log', { timeseries: { timeField: 'at' } });
    await shop()
      .collection('log')
      .insertOne({ at: new Date(9_000), since: true });
    const restoredData = await everything();
    expect(restoredData).not.toStrictEqual(before);
    expect(restore.safetyBackupId).not.toBeNull();

    const undo = await undone(holdfast, restore);
    expect(await everything()).toStrictEqual(before);
    await undone(holdfast, undo);
    expect(await everything()).toStrictEqual(restoredData);
    await freed(holdfast);
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('is refused the second time, with other words, out of turn, and once something concerned has changed', async () => {
    const { holdfast, backupId } = await backedUp();
    await using _ = holdfast;
    const { api } = holdfast;
    await moveOn();
    const first = await restored(holdfast, backupId);
    const early = await api.restores.planUndo({ id: first.id });
    const second = await restored(holdfast, backupId, { namespaces: ['shop.orders'] });
    const outOfTurn = { code: 'UNDO_UNAVAILABLE', details: { why: 'newer-restore', by: second.id } };
    await expect(api.restores.planUndo({ id: first.id })).rejects.toMatchObject({ cause: outOfTurn });
    const asked = api.restores.undo({ id: first.id, planId: early.id, phrase: 'shop' });
    await expect(asked).rejects.toMatchObject({ cause: outOfTurn });
    await undone(holdfast, second);

    const plan = await api.restores.planUndo({ id: first.id });
    const confirm = { id: first.id, planId: plan.id };
    await expect(api.restores.undo({ ...confirm, phrase: 'Shop' })).rejects.toMatchObject({
      cause: { code: 'CONFIRMATION_MISMATCH' },
    });
    await expect(api.restores.undo({ ...confirm, id: second.id, phrase: 'shop' })).rejects.toMatchObject({
      cause: { code: 'PLAN_NOT_FOUND' },
    });
    await shop().command({ collMod: 'orders', validationLevel: 'moderate' });
    const live = await contents();
    const undo = await api.restores.undo({ ...confirm, phrase: 'shop' });
    expect(await holdfast.restoreEnd(undo.id)).toMatchObject({
      ...{ status: 'failed', liveData: 'untouched', error: { reason: 'plan-outdated' } },
    });
    expect(await contents()).toStrictEqual(live);

    await undone(holdfast, first);
    const done = { cause: { code: 'UNDO_UNAVAILABLE', details: { why: 'undone' } } };
    await expect(api.restores.planUndo({ id: first.id })).rejects.toMatchObject(done);
    await freed(holdfast);
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('brings back what was there also when the restore was given up half-way, until its time is over', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-given-up-'));
    let aheadMs = 0;
    const options = { special: true, config: { failpointsDir: folder.path }, now: () => Date.now() + aheadMs };
    const { holdfast, backupId } = await backedUp(options);
    await using _ = holdfast;
    await moveOn();
    await shop().collection('open').drop();
    await shop().collection('weather').deleteMany({});
    const before = await everything();
    const first = await givenUp(holdfast, backupId, join(folder.path, 'swapped'));
    await undone(holdfast, first);
    expect(await everything()).toStrictEqual(before);
    expect((await holdfast.api.restores.byId({ id: first.id })).undo?.state).toBe('undone');

    const { id } = await givenUp(holdfast, backupId, join(folder.path, 'swapped'));
    aheadMs = 25 * 3_600_000;
    await endUndosOnce(holdfast.services);
    expect((await holdfast.api.restores.byId({ id })).undo?.state).toBe('dropped');
    await freed(holdfast);
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('changes nothing when somebody has removed some of what was kept', async () => {
    const { holdfast, backupId } = await backedUp();
    await using _ = holdfast;
    const restore = await restored(holdfast, backupId);
    const plan = await holdfast.api.restores.planUndo({ id: restore.id });
    const [kept] = (await keptNow()).filter((name) => name.includes('_u'));
    await shop()
      .collection(kept ?? '')
      .drop();
    const live = await contents();
    const undo = await holdfast.api.restores.undo({ id: restore.id, planId: plan.id, phrase: 'shop' });
    expect(await holdfast.restoreEnd(undo.id)).toMatchObject({
      ...{ status: 'failed', liveData: 'untouched', error: { reason: 'undo-missing' } },
    });
    expect(await contents()).toStrictEqual(live);
    await expect(holdfast.api.restores.planUndo({ id: restore.id })).rejects.toMatchObject({
      cause: { code: 'UNDO_UNAVAILABLE', details: { why: 'dropped' } },
    });
    await freed(holdfast);
  });
});

describe('what is kept', () => {
  it('is in no backup and no plan, and goes when its time is over, but not while an operation runs', async () => {
    let aheadMs = 0;
    const { holdfast, backupId } = await backedUp({ now: () => Date.now() + aheadMs });
    await using _ = holdfast;
    const { api, services } = holdfast;
    const restore = await restored(holdfast, backupId, { undoHours: 2 });
    expect((await keptNow()).length).toBeGreaterThan(0);
    const { id } = await api.backups.request({ deploymentId: 'default' });
    await holdfast.backupEnd(id);
    const { items } = await api.backups.collections({ id });
    expect(items.map(({ collection }) => collection).sort()).toStrictEqual(['log', 'orders', 'removed']);
    const plan = await api.restores.plan({ backupId: id, target: { kind: 'original' }, mode: 'exact' });
    expect(plan.namespaces.map(({ target }) => target).sort()).toStrictEqual([
      'shop.log',
      'shop.orders',
      'shop.removed',
    ]);

    aheadMs = 2 * 3_600_000 - 60_000;
    await endUndosOnce(services);
    expect((await api.restores.byId({ id: restore.id })).undo?.state).toBe('kept');
    aheadMs += 120_000;
    const hold = await holdReads();
    const busy = await api.backups.request({ deploymentId: 'default' });
    await endUndosOnce(services);
    expect((await api.restores.byId({ id: restore.id })).undo?.state).toBe('kept');
    await expect(api.restores.planUndo({ id: restore.id })).rejects.toMatchObject({
      cause: { code: 'UNDO_UNAVAILABLE', details: { why: 'dropped' } },
    });
    await hold();
    await holdfast.backupEnd(busy.id);
    await endUndosOnce(services);
    expect((await api.restores.byId({ id: restore.id })).undo?.state).toBe('dropped');
    expect(await keptNow()).toStrictEqual([]);
    const events = (await api.audit.search({ operationId: restore.id })).events.map(({ type }) => type);
    expect(events.filter((type) => type.startsWith('RestoreUndo')).sort()).toStrictEqual([
      'RestoreUndoDropped',
      'RestoreUndoExpired',
    ]);
    await expectConsistent(services, [source.client]);
  });

  it('goes when it is asked for, and later where the deployment is away', async () => {
    const { holdfast, backupId } = await backedUp();
    await using _ = holdfast;
    const { api, services } = holdfast;
    const restore = await restored(holdfast, backupId);
    await source.kill();
    const answer = await api.restores.dropUndo({ id: restore.id });
    expect(answer.undo?.state).toBe('expired');
    await source.revive();
    await endUndosOnce(services);
    expect((await api.restores.byId({ id: restore.id })).undo?.state).toBe('dropped');
    expect(await keptNow()).toStrictEqual([]);
    expect((await api.restores.dropUndo({ id: restore.id })).undo?.state).toBe('dropped');
    await expectConsistent(services, [source.client]);
  });
});

/** All that is there of any restore, shadows too. */
async function keptNow(): Promise<string[]> {
  const listed = await shop().listCollections({}, { nameOnly: true }).toArray();
  return listed.map(({ name }) => name).filter(isShadowName);
}

/** Everything that is still kept is let go of. */
async function freed({ api }: TestHoldfast): Promise<void> {
  for (const { id, undo } of (await api.restores.list({})).items)
    if (undo?.state === 'kept') await api.restores.dropUndo({ id });
  expect(await keptNow()).toStrictEqual([]);
  // What was held for safety because it was needed goes with them.
  await until(
    async () => (await api.backups.list({})).items.filter(({ safety }) => safety?.kind === 'needed'),
    (held) => held.every(({ status }) => status === 'deleted'),
  );
}

/** Once the collections are swapped somebody makes a view of the orders that reads `open`, which reads the orders: no server takes that. */
async function givenUp({ api, restoreEnd }: TestHoldfast, backupId: string, held: string): Promise<Restore> {
  await writeFile(held, '');
  const plan = await api.restores.plan({ backupId: backupId as never, target: { kind: 'original' } });
  const { id } = await api.restores.confirm({ planId: plan.id, phrase: 'shop' });
  await untilTrue(() => isThere(`${held}.reached`));
  await shop().collection('orders').drop();
  await shop().createCollection('orders', { viewOn: 'open', pipeline: [] });
  await Promise.all([rm(held), rm(`${held}.reached`)]);
  const restore = await restoreEnd(id);
  expect(restore).toMatchObject({
    ...{ status: 'failed', liveData: 'partly-replaced', error: { reason: 'restore-incomplete' } },
    undo: { state: 'kept' },
  });
  return restore;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Every find on the orders waits inside the server until the answer is called. */
async function holdReads(): Promise<() => Promise<void>> {
  const admin = source.client.db('admin');
  const failPoint = { configureFailPoint: 'waitInFindBeforeMakingBatch' };
  await admin.command({ ...failPoint, mode: 'alwaysOn', data: { nss: 'shop.orders', shouldCheckForInterrupt: true } });
  return async () => {
    await admin.command({ ...failPoint, mode: 'off' });
  };
}
