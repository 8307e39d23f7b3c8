// Restores to where the backup did not come from: other names, another deployment, parts of it.
import { randomBytes } from 'node:crypto';
import { access, type DisposableTempDir, mkdtempDisposable, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { DeploymentId } from '@holdfast/shared/ids';
import type { Restore, RestoreMode, RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import type { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { compareWithRecord, type DatabaseRecord, recordDatabase } from '../../sample/compare-databases.ts';
import { loadSample } from '../../sample/load-sample.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { until } from '../../testing/until.ts';

let source: TestMongo;
let other: TestMongo;
let ledger: TestMongo;
let holdfast: TestHoldfast;
let spool: DisposableTempDir;
let holds: DisposableTempDir;
let shop: DatabaseRecord;
let crm: DatabaseRecord;
let backup: Backup;
/** Of the deployment `staging`, which is the server `other`. */
let staging: DeploymentId;

beforeAll(async () => {
  [source, other, ledger] = await Promise.all([startReplicaSet(), startReplicaSet(), startReplicaSet()]);
  spool = await mkdtempDisposable(join(tmpdir(), 'holdfast-record-'));
  await loadSample(source.client, 'shop', { scale: 0.02 });
  const people = Array.from({ length: 2_500 }, (_, n) => ({ name: `person ${n}` }));
  await source.client.db('crm').collection('people').insertMany(people);
  shop = await recordDatabase(source.client, 'shop', { spoolDirectory: join(spool.path, 'shop') });
  crm = await recordDatabase(source.client, 'crm', { spoolDirectory: join(spool.path, 'crm') });
  holds = await mkdtempDisposable(join(tmpdir(), 'holdfast-holds-'));
  const config = { failpointsDir: holds.path };
  holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: source.uri, config });
  staging = (await holdfast.api.deployments.register({ name: 'staging', uri: other.uri })).id;
  backup = await backedUp();
});
afterAll(async () => {
  await holdfast[Symbol.asyncDispose]();
  await Promise.all([source.stop(), other.stop(), ledger.stop(), spool.remove(), holds.remove()]);
});
/** Before each part: nothing but what the backup was taken of. */
async function cleared(): Promise<void> {
  for (const client of [source.client, other.client]) {
    for (const name of await databasesOf(client))
      if (client === other.client || !['shop', 'crm'].includes(name)) await client.db(name).dropDatabase();
  }
}

async function backedUp(): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const made = await holdfast.backupEnd(id);
  expect(made.error).toBeNull();
  return made;
}

async function databasesOf(client: MongoClient): Promise<string[]> {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  return databases.map(({ name }) => name).filter((name) => !['admin', 'config', 'local'].includes(name));
}

async function restored(
  target: RestoreTarget,
  { of = backup, ...options }: Partial<RestoreOptions> & { of?: Backup } = {},
): Promise<Restore> {
  const plan = await holdfast.api.restores.plan({ backupId: of.id, target, ...options });
  const phrase = plan.phrase === null ? {} : { phrase: plan.phrase };
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id, ...phrase });
  const restore = await holdfast.restoreEnd(id);
  expect(restore.error).toBeNull();
  return restore;
}

const differences = async (client: MongoClient, database: string, record: DatabaseRecord) =>
  (await compareWithRecord(client, database, record)).differences;

describe('into a copy', () => {
  beforeEach(cleared);

  it('under a prefix and a suffix equals the source, views and time-series too', async () => {
    const restore = await restored({ kind: 'copy', prefix: 'old_', suffix: '_2026' });
    expect(restore.source).toBeNull();
    expect(restore.databases.toSorted()).toStrictEqual(['old_crm_2026', 'old_shop_2026']);
    expect(await differences(source.client, 'old_shop_2026', shop)).toStrictEqual([]);
    expect(await differences(source.client, 'old_crm_2026', crm)).toStrictEqual([]);
    expect(await differences(source.client, 'shop', shop)).toStrictEqual([]);
  });

  it('of chosen namespaces holds those and nothing else', async () => {
    const namespaces = ['crm', 'shop.orders', 'shop.openOrders', 'shop.archive.2024.orders'];
    const restore = await restored({ kind: 'copy', suffix: '_part' }, { namespaces });
    expect(restore).toMatchObject({ collections: 4, options: { namespaces } });
    expect(await differences(source.client, 'crm_part', crm)).toStrictEqual([]);
    const found = await differences(source.client, 'shop_part', shop);
    expect(new Set(found.map(({ kind }) => kind))).toStrictEqual(new Set(['collection-missing']));
    expect(found).toHaveLength(shop.collections.size - 3);
  });

  it('of chosen namespaces reads their parts of the archive alone', async () => {
    const noise = Array.from({ length: 80 }, (_, n) => ({ n, bytes: randomBytes(100_000) }));
    const capped = { capped: true, size: 16_000_000 };
    await source.client
      .db('bulk')
      .createCollection('noise', capped)
      .then((created) => created.insertMany(noise));
    const large = await backedUp();
    await source.client.db('bulk').dropDatabase();
    // Which reads all of it, once.
    await until(
      () => holdfast.api.backups.byId({ id: large.id }),
      ({ verifiedAt }) => verifiedAt !== null,
    );
    const reads = vi.spyOn(holdfast.services.destinations.main, 'read');
    await restored({ kind: 'copy', suffix: '_part' }, { of: large, namespaces: ['crm', 'shop.stock'] });
    const bytes = reads.mock.calls.reduce((sum, [, range]) => sum + (range?.end ?? 1e9) - (range?.start ?? 0), 0);
    reads.mockRestore();
    expect(large.sizeBytes).toBeGreaterThan(8_000_000);
    expect(bytes).toBeLessThan(3_000_000);
    expect(await differences(source.client, 'crm_part', crm)).toStrictEqual([]);
    // Of a capped collection the order says what goes first.
    await restored({ kind: 'copy', suffix: '_all' }, { of: large, namespaces: ['bulk'] });
    const copied = source.client
      .db('bulk_all')
      .collection('noise')
      .find({}, { projection: { _id: 0, n: 1 } });
    expect(await copied.toArray()).toStrictEqual(noise.map(({ n }) => ({ n })));
  });
});

describe('into another deployment', () => {
  beforeEach(cleared);

  it('as a copy leaves the backup’s own alone, and is recorded with both', async () => {
    const target = { kind: 'copy', suffix: '_copy', deploymentId: staging } as const;
    const { space } = await holdfast.api.restores.plan({ backupId: backup.id, target });
    expect(space.freeBytes).toBeGreaterThan(space.neededBytes);
    const restore = await restored(target);
    expect(restore).toMatchObject({
      ...{ deploymentId: staging, deploymentName: 'staging', liveData: 'untouched' },
      source: { deploymentId: backup.deploymentId, deploymentName: 'default' },
    });
    expect(await differences(other.client, 'shop_copy', shop)).toStrictEqual([]);
    expect(await databasesOf(source.client)).toStrictEqual(['crm', 'shop']);
    expect((await holdfast.api.restores.list({ deploymentId: 'staging' })).items[0]?.id).toBe(restore.id);
  });

  it('under the original names asks for that deployment’s name, and holds its lock alone', async () => {
    const target = { kind: 'original', deploymentId: staging } as const;
    await other.client.db('shop').collection('orders').insertOne({ other: true });
    await other.client.db('own').collection('kept').insertOne({ n: 1 });
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target, namespaces: ['shop'] });
    expect(plan).toMatchObject({ phrase: 'staging', deploymentName: 'staging', source: { deploymentName: 'default' } });
    await expect(holdfast.api.restores.confirm({ planId: plan.id, phrase: 'shop' })).rejects.toThrow();
    const { id } = await holdfast.api.restores.confirm({ planId: plan.id, phrase: 'staging' });
    expect((await holdfast.api.deployments.byId({ id: 'default' })).status).toBe('idle');
    expect(await holdfast.restoreEnd(id)).toMatchObject({ error: null, databases: ['shop'], liveData: 'replaced' });
    expect(await differences(other.client, 'shop', shop)).toStrictEqual([]);
    expect(await databasesOf(other.client)).toStrictEqual(['own', 'shop']);
    expect(await differences(source.client, 'shop', shop)).toStrictEqual([]);
    const back = await holdfast.api.restores.planUndo({ id });
    expect(back.phrase).toBe('staging');
    const asked = { id, planId: back.id };
    await expect(holdfast.api.restores.undo({ ...asked, phrase: 'shop' })).rejects.toThrow();
    const undo = await holdfast.api.restores.undo({ ...asked, phrase: 'staging' });
    expect((await holdfast.restoreEnd(undo.id)).error).toBeNull();
    expect(await other.client.db('shop').collection('orders').distinct('other')).toStrictEqual([true]);
  });

  it('never touches the ledger of that one, whatever the backup holds', async () => {
    const ledgerSet = await holdfast.api.deployments.register({ name: 'ledger-set', uri: ledger.uri });
    await source.client.db('holdfast').collection('ledger_events').insertOne({ forged: true });
    const { id: backupId } = await backedUp();
    await ledger.client.db('beside').collection('a').insertOne({ n: 1 });
    const target = { kind: 'original', deploymentId: ledgerSet.id } as const;
    const plan = await holdfast.api.restores.plan({ backupId, target, mode: 'exact', undoHours: 0 });
    expect(plan.namespaces.filter(({ target: name }) => name.startsWith('holdfast.'))).toStrictEqual([]);
    expect(plan.warnings.find(({ code }) => code === 'LEFT_OUT')?.namespaces).toStrictEqual(['holdfast.ledger_events']);
    const { id: restoreId } = await holdfast.api.restores.confirm({ planId: plan.id, phrase: 'ledger-set' });
    expect((await holdfast.restoreEnd(restoreId)).error).toBeNull();
    const chosen = holdfast.api.restores.plan({ backupId, target, namespaces: ['holdfast'] });
    await expect(chosen).rejects.toMatchObject({ cause: { code: 'NAMESPACE_PROTECTED' } });
    expect(await differences(ledger.client, 'shop', shop)).toStrictEqual([]);
    expect(await databasesOf(ledger.client)).toStrictEqual(['crm', 'holdfast', 'shop']);
    expect((await holdfast.services.ledger.verify()).differsAt).toBeNull();
    for (const name of ['shop', 'crm']) await ledger.client.db(name).dropDatabase();
    await holdfast.api.deployments.remove({ id: ledgerSet.id });
  });
});

describe.each([
  ['in place', () => source.client, () => ({ kind: 'original' }) as const],
  ['in another deployment', () => other.client, () => ({ kind: 'original', deploymentId: staging }) as const],
])('one mode after the other, %s', (_, clientOf, targetOf) => {
  const restoredBy = (mode: RestoreMode, namespaces?: string[]) =>
    restored(targetOf(), { undoHours: 0, mode, ...(namespaces && { namespaces }) });
  const planned = (mode: RestoreMode, namespaces?: string[]) =>
    holdfast.api.restores.plan({ backupId: backup.id, target: targetOf(), mode, ...(namespaces && { namespaces }) });
  const found = async () => (await differences(clientOf(), 'shop', shop)).map((one) => [one.kind, one.namespace]);

  beforeAll(async () => {
    await cleared();
    await restoredBy('replace');
  });

  it('merge inserts and adds what is missing, and changes nothing that is there', async () => {
    const { deleted } = await damage(clientOf());
    const plan = await planned('merge');
    const actions = new Map(plan.namespaces.map(({ target, action }) => [target, action]));
    expect(['orders', 'stock', 'pageLoads', 'extra'].map((name) => actions.get(`shop.${name}`))).toStrictEqual([
      ...['merged', 'added', 'untouched', 'untouched'],
    ]);
    expect(plan.warnings.find(({ code }) => code === 'NOT_MERGED')?.namespaces).toContain('shop.pageLoads');
    const restore = await restoredBy('merge');
    expect(restore).toMatchObject({ documents: plan.documents, merged: { inserted: deleted, colliding: 1 } });
    expect(restore.merged?.identical).toBeGreaterThan(100);
    const stays = plan.namespaces.filter(({ source: from, action }) => from !== null && action === 'untouched');
    expect(stays.length).toBeGreaterThan(1);
    expect(restore.collections).toBe(shop.collections.size + crm.collections.size - stays.length);
    expect(await found()).toStrictEqual([
      ['index-differs', 'shop.sessions'],
      ['collection-extra', 'shop.extra'],
      ['collection-extra', 'shop.extraView'],
      ['document-differs', 'shop.orders'],
      ['document-extra', 'shop.orders'],
    ]);
    expect(await differences(clientOf(), 'crm', crm)).toStrictEqual([]);
  });

  it('replace takes whole collections and leaves what the backup does not have', async () => {
    await damage(clientOf());
    await restoredBy('replace');
    expect(await found()).toStrictEqual([
      ['collection-extra', 'shop.extra'],
      ['collection-extra', 'shop.extraView'],
    ]);
    expect(await databasesOf(clientOf())).toStrictEqual(['crm', 'own', 'shop']);
  });

  it('exact drops what it has listed, within the databases chosen or in all', async () => {
    await damage(clientOf());
    const dropped = async (namespaces?: string[]) =>
      (await planned('exact', namespaces)).namespaces
        .filter(({ action }) => action === 'dropped')
        .map(({ target }) => target);
    expect([await dropped(['crm']), await dropped(['shop']), await dropped()]).toStrictEqual([
      ...[[], ['shop.extra', 'shop.extraView'], ['own.kept', 'shop.extra', 'shop.extraView']],
    ]);
    await restoredBy('exact', ['shop']);
    expect(await found()).toStrictEqual([]);
    expect(await databasesOf(clientOf())).toStrictEqual(['crm', 'own', 'shop']);
    await restoredBy('exact');
    expect(await databasesOf(clientOf())).toStrictEqual(['crm', 'shop']);
  });
});

it('a merge whose deployment is killed half-way is gone on with, counts right, and can be taken back', async () => {
  await cleared();
  const target = { kind: 'original', deploymentId: staging } as const;
  await restored(target, { namespaces: ['crm'] });
  const people = other.client.db('crm').collection('people');
  const ids = await people.distinct('_id', { name: { $not: /7$/ } });
  await people.deleteMany({ _id: { $in: ids } });
  const hold = join(holds.path, 'swapping');
  await writeFile(hold, '');
  const plan = await holdfast.api.restores.plan({ backupId: backup.id, target, namespaces: ['crm'], mode: 'merge' });
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id, phrase: 'staging' });
  await until(
    () =>
      access(`${hold}.reached`).then(
        () => true,
        () => false,
      ),
    (reached) => reached,
  );
  expect(await people.countDocuments()).toBeLessThan(2_500);
  await other.kill();
  await rm(hold);
  await other.revive();
  const restore = await holdfast.restoreEnd(id);
  expect(restore).toMatchObject({ status: 'completed', liveData: 'replaced', error: null });
  expect(restore.merged).toStrictEqual({ inserted: ids.length, identical: 2_500 - ids.length, colliding: 0 });
  expect(await differences(other.client, 'crm', crm)).toStrictEqual([]);
  const back = await holdfast.api.restores.planUndo({ id });
  const undo = await holdfast.api.restores.undo({ id, planId: back.id, phrase: back.phrase });
  expect((await holdfast.restoreEnd(undo.id)).error).toBeNull();
  expect(await people.countDocuments({ _id: { $in: ids } })).toBe(0);
  expect(await people.countDocuments()).toBe(2_500 - ids.length);
});

/** Orders are missing, changed and new; a collection and a view are gone; others are new. */
async function damage(client: MongoClient): Promise<{ deleted: number }> {
  const db = client.db('shop');
  const orders = db.collection('orders');
  const anyway = { bypassDocumentValidation: true };
  const ids = await orders.distinct('_id', { own: { $exists: false } });
  await orders.updateOne({ _id: { $in: ids.slice(0, 1) } }, { $set: { changed: true } }, anyway);
  const { deletedCount: deleted } = await orders.deleteMany({ _id: { $in: ids.slice(1, 40) } });
  await orders.updateOne({ number: -1 }, { $set: { own: true } }, { ...anyway, upsert: true });
  await db.command({ collMod: 'sessions', index: { name: 'expire', expireAfterSeconds: 60 } });
  for (const name of ['stock', 'countriesWithOpenOrders', 'extraView']) await db.collection(name).drop();
  await db.collection('extra').insertOne({ own: true });
  await db.createCollection('extraView', { viewOn: 'extra', pipeline: [] });
  await client.db('own').collection('kept').insertOne({ own: true });
  return { deleted };
}

describe('what cannot be is refused, with nothing changed', () => {
  it('a copy into a database that is there, were it in other letters', async () => {
    await other.client.db('SHOP_copy').collection('a').insertOne({ n: 1 });
    const target = { kind: 'copy', suffix: '_copy', deploymentId: staging } as const;
    const asked = holdfast.api.restores.plan({ backupId: backup.id, target });
    await expect(asked).rejects.toMatchObject({
      cause: { code: 'TARGET_EXISTS', details: { databases: ['SHOP_copy'] } },
    });
  });

  it('into a database that is there in other letters', async () => {
    await cleared();
    await other.client.db('SHOP').collection('a').insertOne({ n: 1 });
    const target = { kind: 'original', deploymentId: staging } as const;
    const asked = holdfast.api.restores.plan({ backupId: backup.id, target });
    await expect(asked).rejects.toMatchObject({ cause: { code: 'TARGET_EXISTS', details: { databases: ['SHOP'] } } });
  });

  it.each([
    ['a name that the backup does not hold', { namespaces: ['shop', 'shop.ordres'] }, 'COLLECTION_NOT_FOUND'],
    ['to merge into a copy', { mode: 'merge' }, 'RESTORE_OPTIONS_INVALID'],
    [
      'a deployment that is not there',
      { deploymentId: '01970000-0000-7000-8000-000000000000' },
      'DEPLOYMENT_NOT_FOUND',
    ],
    ['names that are too long', { prefix: 'x'.repeat(32), suffix: 'y'.repeat(32) }, 'TARGET_NAME_INVALID'],
  ] as const)('%s', async (_, change, code) => {
    const { prefix, suffix, deploymentId, ...options } = { ...{ prefix: undefined, suffix: undefined }, ...change } as {
      prefix?: string;
      suffix?: string;
      deploymentId?: DeploymentId;
    } & Partial<RestoreOptions>;
    const target: RestoreTarget = { kind: 'copy', prefix, suffix, deploymentId };
    const asked = holdfast.api.restores.plan({ backupId: backup.id, target, ...options });
    await expect(asked).rejects.toMatchObject({ cause: { code } });
  });
});

it('reaches another deployment when the backup’s own is gone, and was removed', async () => {
  await cleared();
  await expectConsistent(holdfast.services, [source.client, other.client]);
  await source.stop();
  await holdfast.api.deployments.remove({ id: 'default' });
  const asked = holdfast.api.restores.plan({ backupId: backup.id });
  await expect(asked).rejects.toMatchObject({ cause: { code: 'DEPLOYMENT_NOT_FOUND' } });
  const restore = await restored({ kind: 'original', deploymentId: staging });
  expect(restore.source?.deploymentName).toBe('default');
  expect(await differences(other.client, 'shop', shop)).toStrictEqual([]);
  await expectConsistent(holdfast.services, [other.client]);
});
