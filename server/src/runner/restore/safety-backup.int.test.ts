import { mkdir, mkdtempDisposable, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import type { Restore, RestoreOptions } from '@holdfast/shared/restore';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openArchive } from '../../archive/open-archive.ts';
import type { FailpointName } from '../../failpoints.ts';
import { openKit } from '../../keys/recovery-kit.ts';
import { archiveSource } from '../../storage/archive-source.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { mayMount, mountSmallDisk } from '../../testing/faults/small-disk.ts';
import { startHoldfast, type TestHoldfast } from '../../testing/holdfast.ts';
import { startHoldfastProcess } from '../../testing/holdfast-process.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { until } from '../../testing/until.ts';
import { superviseOnce } from '../supervisor.ts';

let mongo: TestMongo;
let shop: Db;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let failpoints: string;
let holdfast: TestHoldfast;
let backup: Backup;

const shopUri = () => mongo.uri.replace('/?', '/shop?');

beforeAll(async () => {
  mongo = await startReplicaSet();
  shop = mongo.client.db('shop');
  folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-safety-'));
  failpoints = join(folder.path, 'failpoints');
  await mkdir(failpoints);
  await fill();
  holdfast = await startHoldfast({ mongodbUri: shopUri(), config: { failpointsDir: failpoints } });
  backup = await backedUp();
});
afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await folder?.remove();
  await mongo?.stop();
});
/** As it was, and changed since in every place. */
beforeEach(async () => {
  await shop.dropDatabase();
  await fill();
  await shop.collection('orders').insertOne({ since: true });
  await shop.collection('readings').insertMany(readings(3_000, 1));
  await shop.collection('system.js').replaceOne({ _id: 'twice' as never }, { value: 'x => x + x' }, { upsert: true });
  await shop.command({ collMod: 'openOrders', viewOn: 'orders', pipeline: [{ $match: { open: false } }] });
});

async function fill(): Promise<void> {
  const orders = Array.from({ length: 10 }, (_, n) => ({
    open: n % 2 === 0,
    notes: `${n} ${Math.sin(n)}`.repeat(2_000),
  }));
  await shop.collection('orders').insertMany(orders);
  await shop.createCollection('readings', {
    timeseries: { timeField: 'at', metaField: 'from', granularity: 'minutes' },
    expireAfterSeconds: 1_000_000_000,
  });
  await shop.collection('readings').createIndex({ 'from.room': 1, at: -1 });
  await shop.collection('readings').insertMany(readings(50, 0));
  await shop.createCollection('openOrders', { viewOn: 'orders', pipeline: [{ $match: { open: true } }] });
  await shop.collection('system.js').insertOne({ _id: 'twice' as never, value: 'x => 2 * x' });
}

/** Too different from each other to become small. */
function readings(count: number, salt: number) {
  return Array.from({ length: count }, (_, n) => ({
    at: new Date(1_700_000_000_000 + salt * 1e9 + n * 60_000),
    from: { room: n % 100 },
    text: `${n} ${Math.sin(n + salt)}`.repeat(8),
  }));
}

async function backedUp(): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const made = await holdfast.backupEnd(id);
  expect(made.error).toBeNull();
  return made;
}

async function begun(options: Partial<RestoreOptions> = {}, backupId = backup.id): Promise<string> {
  const plan = await holdfast.api.restores.plan({ backupId, target: { kind: 'original' }, ...options });
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id, ...(plan.phrase && { phrase: plan.phrase }) });
  return id;
}

async function restored(options: Partial<RestoreOptions> = {}): Promise<Restore> {
  const restore = await holdfast.restoreEnd(await begun(options));
  expect(restore.error).toBeNull();
  return restore;
}

/** Something happens while the restore that is begun, or its undo, waits at a point; resolves with how it ended. */
async function heldAt(
  point: FailpointName,
  begin: () => Promise<string>,
  meanwhile: (id: string) => Promise<unknown>,
): Promise<Restore> {
  await writeFile(join(failpoints, point), '');
  const id = await begin();
  await until(
    () => readdir(failpoints),
    (files) => files.includes(`${point}.reached`),
  );
  await meanwhile(id);
  for (const name of await readdir(failpoints)) await rm(join(failpoints, name));
  return await holdfast.restoreEnd(id);
}

async function policyNow() {
  const [policy] = await holdfast.api.policies.list();
  if (policy === undefined) throw new Error('the deployment has no policy');
  return policy;
}

async function confirmedKey() {
  const { encryption } = holdfast.api;
  const { keys } = await encryption.createKey({ name: 'main' });
  const passphrase = 'correct horse battery staple';
  const { kitId, content } = await encryption.issueKit({ passphrase });
  await encryption.confirmKit({ kitId, code: (await openKit(content, passphrase)).code });
  const [key] = keys;
  if (key === undefined) throw new Error('the key was not made');
  return key.id;
}

async function safetyOf({ safetyBackupId }: Restore): Promise<Backup> {
  if (safetyBackupId === null) throw new Error('the restore took no safety backup');
  return await holdfast.api.backups.byId({ id: safetyBackupId });
}

async function namespacesOf({ filePath }: Backup): Promise<Map<string, ManifestNamespace>> {
  const source = await archiveSource(holdfast.services.destinations.main, filePath ?? '');
  const { manifest } = await openArchive(source, { identities: await holdfast.services.keys.identities() });
  return new Map(manifest.namespaces.map((one) => [`${one.database}.${one.collection}`, one]));
}

const needed = ['shop.openOrders', 'shop.readings', 'shop.system.js'];

describe('what no rename can undo', () => {
  it('is held as mongodump holds it, byte for byte, verified, and said in plan and list', async () => {
    const dumped = await namespacesOf(await backedUp());
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target: { kind: 'original' } });
    expect(plan.safetyBackupOf.toSorted()).toStrictEqual(needed);
    const restore = await restored();
    const safety = await safetyOf(restore);
    expect(safety).toMatchObject({
      ...{ trigger: 'safety', status: 'completed', policyId: null, verifiedAt: expect.any(String) },
      ...{ collections: 3, database: 'shop', safety: { restoreId: restore.id, kind: 'needed' } },
    });
    const { events } = await holdfast.api.audit.search({ operationId: safety.id });
    expect(events.map(({ type }) => type)).toStrictEqual(['BackupVerified', 'SafetyBackupCompleted']);
    const held = await namespacesOf(safety);
    expect([...held.keys()].sort()).toStrictEqual(needed);
    for (const name of needed) expect(held.get(name)).toStrictEqual(dumped.get(name));
    await expectConsistent(holdfast.services, [mongo.client]);
  });

  it('comes back from it like from any backup, into a copy, but never as what a database holds alone', async () => {
    const safety = await safetyOf(await restored());
    const target = { kind: 'copy', suffix: '_safe' } as const;
    const plan = await holdfast.api.restores.plan({ backupId: safety.id, target });
    const { id } = await holdfast.api.restores.confirm({ planId: plan.id });
    expect(await holdfast.restoreEnd(id)).toMatchObject({ status: 'completed', error: null });
    const copy = mongo.client.db('shop_safe');
    expect(await copy.collection('readings').countDocuments()).toBe(3_050);
    expect(await copy.collection('system.js').findOne()).toMatchObject({ value: 'x => x + x' });
    await copy.dropDatabase();
    const exact = { backupId: safety.id, target: { kind: 'original' }, mode: 'exact' } as const;
    await expect(holdfast.api.restores.plan(exact)).rejects.toMatchObject({
      cause: { code: 'RESTORE_OPTIONS_INVALID' },
    });
  });

  it('is nothing where only collections are replaced, and goes where it is of no more use', async () => {
    expect((await restored({ namespaces: ['shop.orders'] })).safetyBackupId).toBeNull();
    const restore = await restored({ undoHours: 0 });
    await superviseOnce(holdfast.services);
    expect((await safetyOf(restore)).status).toBe('deleted');
    await expectConsistent(holdfast.services, [mongo.client]);
  });

  it('goes with a restore that changed nothing', async () => {
    const restore = await heldAt('mid-restore', begun, (id) => holdfast.api.operations.cancel({ id }));
    expect(restore).toMatchObject({ status: 'cancelled', liveData: 'untouched' });
    await superviseOnce(holdfast.services);
    expect((await safetyOf(restore)).status).toBe('deleted');
    await expectConsistent(holdfast.services, [mongo.client]);
  });
});

it('a restore of a backup that was deleted before its turn came says so, and is no defect', async () => {
  const deleted = await backedUp();
  const restore = await heldAt(
    'requested',
    () => begun({}, deleted.id),
    () => holdfast.api.backups.delete({ id: deleted.id }),
  );
  expect(restore).toMatchObject({ status: 'failed', liveData: 'untouched' });
  expect(restore.error).toMatchObject({ reason: 'storage-missing', message: expect.stringContaining('is deleted') });
});

it('lets nothing be changed that was made while it was taken, in a restore and in its undo', async () => {
  const outdated = { status: 'failed', liveData: 'untouched', error: { reason: 'plan-outdated' } };
  const makeSeries = async () => {
    await shop.createCollection('since', { timeseries: { timeField: 'at' } });
    await shop.collection('since').insertOne({ at: new Date(), since: true });
  };
  const refused = await heldAt('sealed', () => begun({ mode: 'exact' }), makeSeries);
  expect(refused).toMatchObject(outdated);
  expect(await shop.collection('since').countDocuments()).toBe(1);
  expect(await shop.collection('readings').countDocuments()).toBe(3_050);

  const { id } = await restored({ mode: 'exact' });
  const plan = await holdfast.api.restores.planUndo({ id });
  const undo = async () => (await holdfast.api.restores.undo({ id, planId: plan.id, phrase: plan.phrase })).id;
  const alterView = () => shop.command({ collMod: 'openOrders', viewOn: 'orders', pipeline: [{ $match: { n: 7 } }] });
  const refusedUndo = await heldAt('sealed', undo, alterView);
  expect(refusedUndo).toMatchObject(outdated);
  const [view] = await shop.listCollections({ name: 'openOrders' }).toArray();
  expect(view).toMatchObject({ options: { pipeline: [{ $match: { n: 7 } }] } });
  expect(await shop.collection('readings').countDocuments()).toBe(50);
  for (const one of [refused, refusedUndo])
    await until(
      () => safetyOf(one),
      ({ status }) => status === 'deleted',
      15_000,
    );
  await expectConsistent(holdfast.services, [mongo.client]);
});

it('holds everything when asked, encrypted as backups are, and stays', async () => {
  const policy = await policyNow();
  await holdfast.api.policies.set({ ...policy, encryption: await confirmedKey() });
  const restore = await restored({ safetyBackup: 'everything', undoHours: 0 });
  await holdfast.api.policies.set({ ...policy, encryption: 'off' });
  const safety = await safetyOf(restore);
  expect(safety.encryption?.keys.map(({ name }) => name)).toStrictEqual(['main']);
  expect([...(await namespacesOf(safety)).keys()].sort()).toStrictEqual([...needed, 'shop.orders'].sort());
  await superviseOnce(holdfast.services);
  const again = await holdfast.restoreEnd(await begun({}, safety.id));
  expect(again).toMatchObject({ status: 'completed', error: null });
  expect(await shop.collection('orders').countDocuments({ since: true })).toBe(1);
  expect(await shop.collection('readings').countDocuments()).toBe(3_050);
  await expectConsistent(holdfast.services, [mongo.client]);
});

it.runIf(mayMount)('fails with a full destination, and live data as it was', async () => {
  await using disk = await mountSmallDisk(join(folder.path, 'small'), 32);
  const { id: small } = await holdfast.api.destinations.add({ name: 'small', url: `file:${disk.folder}` });
  const giveBack = await disk.fill();
  const policy = await policyNow();
  await holdfast.api.policies.set({ ...policy, destinationIds: [small as never] });
  const restore = await holdfast.restoreEnd(await begun());
  expect(restore).toMatchObject({
    ...{ status: 'failed', liveData: 'untouched', safetyBackupId: null },
    error: { reason: 'disk-full', message: expect.stringContaining('nothing was changed') },
  });
  expect(await shop.collection('readings').countDocuments()).toBe(3_050);
  expect(await shop.collection('orders').countDocuments({ since: true })).toBe(1);
  await holdfast.api.policies.set({ ...policy, destinationIds: [] });
  await giveBack();
  await expectConsistent(holdfast.services, [mongo.client]);
  await holdfast.api.destinations.remove({ id: small });
});

it.each(['mid-stream', 'renamed'] as const)(
  'fails at once when its destination goes away at %s, and leaves nothing once that is back',
  async (point) => {
    const place = join(folder.path, 'leaving');
    const { id } = await holdfast.api.destinations.add({ name: 'leaving', url: `file:${place}` });
    const policy = await policyNow();
    await holdfast.api.policies.set({ ...policy, destinationIds: [id as never] });
    const restore = await heldAt(point, begun, () => rename(place, `${place}-away`));
    expect(restore).toMatchObject({
      ...{ status: 'failed', liveData: 'untouched', safetyBackupId: null },
      error: { reason: 'storage-missing', message: expect.stringContaining('nothing was changed') },
    });
    await holdfast.api.policies.set({ ...policy, destinationIds: [] });
    // The deployment is free meanwhile.
    await restored({ mode: 'merge' });
    await rename(`${place}-away`, place);
    const pass = await holdfast.api.destinations.reconcile({ id });
    expect(pass.removedPartials.length + pass.removedArchives.length).toBe(1);
    expect(await holdfast.api.destinations.reconcile({ id })).toMatchObject({
      unknown: [],
      problem: null,
    });
    await holdfast.api.destinations.remove({ id });
    await rm(place, { recursive: true });
    await expectConsistent(holdfast.services, [mongo.client]);
  },
);

it.each(['mid-stream', 'sealed', 'renamed'] as const)(
  'leaves nothing when the server is killed at %s',
  async (point) => {
    await using data = await mkdtempDisposable(join(tmpdir(), 'holdfast-safety-killed-'));
    const points = join(data.path, 'failpoints');
    await mkdir(points);
    const dataDir = join(data.path, 'data');
    const before = await startHoldfastProcess({
      env: { MONGODB_URI: shopUri(), HOLDFAST_FAILPOINTS: points },
      dataDir,
    });
    const { id: backupId } = await before.client.backups.request.mutate({ deploymentId: 'default' });
    await until(
      () => before.client.backups.byId.query({ id: backupId }),
      ({ status }) => status === 'completed',
    );
    const plan = await before.client.restores.plan.mutate({ backupId, target: { kind: 'original' } });
    await writeFile(join(points, point), '');
    const { id } = await before.client.restores.confirm.mutate({ planId: plan.id, phrase: 'shop' });
    await until(
      () => readdir(points),
      (files) => files.includes(`${point}.reached`),
    );
    // Neither removed nor called unknown while it is being taken.
    expect(await before.client.destinations.reconcile.mutate({})).toMatchObject({ removedPartials: [], unknown: [] });
    await before.end('SIGKILL');
    await using after = await startHoldfastProcess({ env: { MONGODB_URI: shopUri() }, dataDir });
    const restore = await until(
      () => after.client.restores.byId.query({ id }),
      ({ status }) => status !== 'running',
    );
    expect(restore).toMatchObject({ status: 'failed', liveData: 'untouched', safetyBackupId: null });
    expect((await after.client.backups.list.query({})).items).toHaveLength(1);
    const pass = await after.client.destinations.reconcile.mutate({});
    expect(pass).toMatchObject({ removedPartials: [], unknown: [], problem: null, archives: 1 });
    expect(await shop.collection('readings').countDocuments()).toBe(3_050);
  },
);
