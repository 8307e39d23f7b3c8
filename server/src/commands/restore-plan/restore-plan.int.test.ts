// What a plan says of a real deployment, and what makes it void.
import { mkdtempDisposable, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { BSONRegExp, type Db, type Document, Double, Long, Timestamp } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plan as examplePlan } from '../../domain/examples.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast, type TestHoldfastOptions } from '../../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { until } from '../../testing/until.ts';
import { changePlan, findPlan, keepPlan } from './stored-plans.ts';

let source: TestMongo;
let ledger: TestMongo;
let shop: Db;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet({ auth: true }), startReplicaSet()]);
  shop = source.client.db('shop');
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

const inShop = (uri: string) => uri.replace(/\/\?/, '/shop?');
const original = { kind: 'original' } as const;

async function holdfastOn(uri: string, options: TestHoldfastOptions = {}): Promise<TestHoldfast> {
  await ledger.client.db('holdfast').dropDatabase();
  return startHoldfast({ ledgerUri: ledger.uri, mongodbUri: inShop(uri), ...options });
}

async function backUp(holdfast: TestHoldfast): Promise<string> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  expect(await holdfast.backupEnd(id)).toMatchObject({ status: 'completed', error: null });
  return id;
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);

/** One of each kind. */
async function fillShop(): Promise<void> {
  await shop.dropDatabase();
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ _id: n as never, n }));
  await shop.collection<Document>('orders').insertMany(numbered(10));
  await shop.collection('orders').createIndexes([
    { key: { n: 1 }, name: 'n_1' },
    { key: { old: 1 }, name: 'old_1' },
  ]);
  await shop.createCollection('checked', { validator: { n: { $gte: 0 } } });
  const pattern = new BSONRegExp('^a b$', 'ix');
  const odd = {
    a: pattern,
    n: { $ne: Long.MAX_VALUE },
    at: { $gt: new Date(-1) },
    t: { $ne: new Timestamp({ t: 1, i: 2 }) },
  };
  await shop.createCollection('odd', { validator: odd });
  await shop
    .collection('odd')
    .createIndex({ n: new Double(1) as never }, { partialFilterExpression: { n: { $gt: Long.MAX_VALUE } } });
  await shop.collection('same').insertOne({ n: 1 });
  await shop.collection('sessions').insertMany([{ at: ago(9_000) }, { at: ago(9_000) }, { at: new Date() }]);
  await shop.createCollection('events', { timeseries: { timeField: 't', metaField: 'm' } });
  await shop.collection('events').insertOne({ t: new Date(), m: 1 });
  await shop.createCollection('recent', { viewOn: 'orders', pipeline: [{ $match: { n: { $gt: 5 } } }] });
  await shop.createCollection('of_recent', { viewOn: 'recent', pipeline: [] });
  await shop.collection('was_collection').insertOne({ n: 1 });
  await shop.collection('deleted').insertOne({ n: 1 });
}

async function changeShop(): Promise<void> {
  await shop.collection('orders').dropIndex('old_1');
  await shop.collection('orders').createIndex({ n: 1, x: 1 }, { name: 'new_1' });
  await shop.collection('orders').insertMany([{ n: 11 }, { n: 12 }]);
  await shop.collection('orders').updateOne({ n: 3 }, { $set: { changed: true } });
  await shop.collection('orders').deleteOne({ n: 4 });
  await shop.command({ collMod: 'checked', validator: { n: { $gte: 5 } }, validationLevel: 'moderate' });
  await shop.command({ collMod: 'recent', viewOn: 'same', pipeline: [] });
  await shop.collection('was_collection').drop();
  await shop.createCollection('was_collection', { viewOn: 'same', pipeline: [] });
  await shop.collection('deleted').drop();
  await shop.collection('made_since').insertOne({ n: 1 });
}

async function hashOf(): Promise<Document> {
  const { collections, md5 } = await shop.command({ dbHash: 1 });
  return { collections, md5, listed: await shop.listCollections().toArray() };
}

const codesOf = ({ warnings }: RestorePlan) => warnings.map(({ code }) => code);
const drifts = (plan: RestorePlan, target: string) =>
  plan.namespaces
    .find((one) => one.target === target)
    ?.drift.map(({ what, name, change }) => `${what} ${name} ${change}`);

describe('the plan of a restore', () => {
  it('in place, exact: names every difference, and changes nothing', async () => {
    await fillShop();
    await using holdfast = await holdfastOn(source.uri);
    const backupId = await backUp(holdfast);
    await shop.collection('sessions').createIndex({ at: 1 }, { expireAfterSeconds: 100_000 });
    await changeShop();
    const before = await hashOf();
    const plan = await holdfast.api.restores.plan({ backupId, target: original, mode: 'exact' });
    expect(await hashOf()).toStrictEqual(before);
    const actions = plan.namespaces.map(({ target, action, method }) => `${target} ${action} ${method}`);
    expect(actions.sort()).toStrictEqual([
      'shop.checked replaced rename',
      'shop.deleted added rename',
      'shop.events replaced rewrite',
      'shop.made_since dropped rename',
      'shop.odd replaced rename',
      'shop.of_recent replaced define',
      'shop.orders replaced rename',
      'shop.recent replaced define',
      'shop.same replaced rename',
      'shop.sessions replaced rename',
      'shop.was_collection replaced rewrite',
    ]);
    expect(plan.namespaces.find(({ target }) => target === 'shop.orders')).toMatchObject({
      ...{ source: 'shop.orders', documentsInBackup: 10, documentsNow: 11, difference: null },
      bytesInBackup: expect.any(Number),
      bytesNow: expect.any(Number),
    });
    expect(drifts(plan, 'shop.orders')).toStrictEqual(['index new_1 removed', 'index old_1 added']);
    expect(drifts(plan, 'shop.checked')).toStrictEqual([
      'validator validationLevel removed',
      'validator validator changed',
    ]);
    expect(drifts(plan, 'shop.recent')).toStrictEqual(['view orders changed']);
    expect(drifts(plan, 'shop.was_collection')).toStrictEqual(['type collection changed']);
    expect(drifts(plan, 'shop.sessions')).toStrictEqual(['index at_1 removed']);
    for (const same of ['same', 'odd', 'events', 'of_recent'])
      expect(drifts(plan, `shop.${same}`), same).toStrictEqual([]);
    expect(codesOf(plan)).toStrictEqual([
      ...['REPLACES_LIVE_DATA', 'DROPS_COLLECTIONS', 'NEWER_DATA_LOST', 'NOT_ATOMIC', 'WRITES_MAY_BE_LOST'],
      ...['CHANGE_STREAMS_END', 'UNDO_LIMITED', 'TYPE_CHANGES', 'STRUCTURE_DIFFERS'],
    ]);
    const late = ['shop.events', 'shop.of_recent', 'shop.recent', 'shop.was_collection'];
    expect(plan.safetyBackupOf).toStrictEqual(late);
    for (const code of ['NOT_ATOMIC', 'UNDO_LIMITED']) {
      expect(plan.warnings.find((one) => one.code === code)?.namespaces, code).toStrictEqual(late);
    }
    expect(plan.phrase).toBe('shop');
    expect(plan.versions.server).toBe(plan.versions.backupServer);
    expect(plan.space.freeBytes).toBeGreaterThan(plan.space.neededBytes);
    expect(plan.oplog).toMatchObject({ maxBytes: expect.any(Number), windowSeconds: expect.any(Number) });
    expect(plan.oplog?.growthBytes).toBeGreaterThan(plan.rawBytes);
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('says what has expired, unless nothing is to expire', async () => {
    await fillShop();
    await source.client.db('admin').command({ setParameter: 1, ttlMonitorEnabled: false });
    await shop.collection('sessions').createIndex({ at: 1 }, { expireAfterSeconds: 3_600 });
    await using holdfast = await holdfastOn(source.uri);
    const backupId = await backUp(holdfast);
    const plan = await holdfast.api.restores.plan({ backupId, target: { kind: 'copy', suffix: '_copy' } });
    expect(plan.namespaces.find(({ target }) => target === 'shop_copy.sessions')?.expired).toBe(2);
    expect(plan.warnings.find(({ code }) => code === 'TTL_EXPIRES')).toMatchObject({
      namespaces: ['shop_copy.sessions'],
      message: expect.stringMatching(/^2 documents/),
    });
    expect(plan).toMatchObject({ phrase: null, swapMethod: null, safetyBackupOf: [] });
    const without = await holdfast.api.restores.plan({ backupId, target: original, ttlIndexes: 'leave-out' });
    expect(codesOf(without)).not.toContain('TTL_EXPIRES');
    expect(drifts(without, 'shop.sessions')).toStrictEqual(['index at_1 changed']);
    await source.client.db('admin').command({ setParameter: 1, ttlMonitorEnabled: true });
  });

  it('of chosen views, of a merge, and by users with more and with fewer rights', async () => {
    await fillShop();
    const anyAction = [{ resource: { anyResource: true }, actions: ['anyAction'] }];
    await source.client.db('admin').command({ createRole: 'everything', privileges: anyAction, roles: [] });
    await using powerful = await holdfastOn(await source.addUser('powerful', ['everything']));
    const backupId = await backUp(powerful);
    await shop.collection('orders').drop();
    await shop.collection('recent').drop();
    const namespaces = ['shop.recent', 'shop.of_recent'];
    const views = await powerful.api.restores.plan({ backupId, target: original, namespaces });
    expect(views.warnings.find(({ code }) => code === 'VIEW_BASE_MISSING')?.namespaces).toStrictEqual(['shop.recent']);
    const whole = await powerful.api.restores.plan({ backupId, target: original });
    await shop.createCollection('stays', { viewOn: 'recent', pipeline: [], collation: { locale: 'fr' } });
    const outdated = powerful.api.restores.confirm({ planId: whole.id, phrase: 'shop' });
    await expect(outdated).rejects.toMatchObject({ cause: { code: 'PLAN_OUTDATED' } });
    const inTheWay = powerful.api.restores.plan({ backupId, target: original });
    const details = { problem: 'view-collation', namespaces: ['shop.stays'] };
    await expect(inTheWay).rejects.toMatchObject({ cause: { code: 'RESTORE_OPTIONS_INVALID', details } });
    await shop.collection('stays').drop();
    expect(whole.swapMethod).toBe('apply-ops');
    expect(codesOf(whole)).not.toContain('VIEW_BASE_MISSING');
    expect(codesOf(whole)).not.toContain('WRITES_MAY_BE_LOST');
    const merge = await powerful.api.restores.plan({ backupId, target: original, mode: 'merge' });
    expect(merge.warnings.find(({ code }) => code === 'NOT_MERGED')?.namespaces).toContain('shop.events');
    expect(codesOf(merge)).not.toContain('REPLACES_LIVE_DATA');
    await shop.collection('sessions').createIndex({ at: 1 }, { expireAfterSeconds: 3_600 });
    const expiring = { backupId, target: original, mode: 'merge', ttlIndexes: 'leave-out' } as const;
    const expired = (await powerful.api.restores.plan(expiring)).warnings.find(({ code }) => code === 'TTL_EXPIRES');
    expect(expired?.message).toMatch(/^2 documents .* that are there now stay\.$/);
    const asked = await powerful.api.restores.plan({ backupId, target: original, usersAndRoles: true });
    expect(codesOf(asked)).toContain('USERS_NOT_IN_BACKUP');
    await powerful.close();
    await shop.collection('events').drop();
    await using limited = await holdfastOn(await source.addUser('limited', [{ role: 'readWrite', db: 'shop' }]));
    const plan = await limited.api.restores.plan({ backupId: await backUp(limited), target: original });
    expect(plan.oplog).toBeNull();
    expect(codesOf(plan)).toContain('WRITES_MAY_BE_LOST');
  });
});

const indexed = (key: Document) => shop.collection('orders').createIndex(key as never);
const changes: [string, () => Promise<unknown>][] = [
  ['an index was added', () => indexed({ z: 1 })],
  ['an index was hidden', () => shop.command({ collMod: 'orders', index: { name: 'n_1', hidden: true } })],
  ['a validator was changed', () => shop.command({ collMod: 'checked', validationAction: 'warn' })],
  ['a view was defined anew', () => shop.command({ collMod: 'of_recent', viewOn: 'same', pipeline: [] })],
  ['a collection was made anew', () => madeAnew('same')],
  ['a time-series was made anew', () => madeAnew('events', { timeseries: { timeField: 't', metaField: 'm' } })],
  ['a collection was removed', () => shop.collection('same').drop()],
  ['something took a name that was free', () => shop.createCollection('deleted')],
];

async function madeAnew(name: string, options: Document = {}): Promise<void> {
  await shop.collection(name).drop();
  await shop.createCollection(name, options);
}

/** Holds the service where a test wants it. */
async function holding() {
  const folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-plan-'));
  return {
    config: { failpointsDir: folder.path },
    hold: (point: string) => writeFile(join(folder.path, point), ''),
    reached: (point: string) =>
      until(
        () => readdir(folder.path),
        (names) => names.includes(`${point}.reached`),
      ),
    release: (point: string) => rm(join(folder.path, point)),
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

describe('a plan', () => {
  it('is void once what it concerns has changed, at the confirmation and at the start; not by anything else', async () => {
    await fillShop();
    await using held = await holding();
    await using holdfast = await holdfastOn(source.uri, { config: held.config });
    const backupId = await backUp(holdfast);
    await shop.collection('deleted').drop();
    const { restores } = holdfast.api;
    for (const [what, change] of changes) {
      const plan = await restores.plan({ backupId, target: original });
      await change();
      const confirmed = restores.confirm({ planId: plan.id, phrase: 'shop' });
      await expect(confirmed, what).rejects.toMatchObject({ cause: { code: 'PLAN_OUTDATED' } });
    }
    expect((await restores.list({})).items).toStrictEqual([]);

    const late = await restores.plan({ backupId, target: original, namespaces: ['shop.orders'] });
    await held.hold('claimed');
    const { id } = await restores.confirm({ planId: late.id, phrase: 'shop' });
    await held.reached('claimed');
    await indexed({ late: 1 });
    await held.release('claimed');
    const failed = { status: 'failed', liveData: 'untouched', error: { reason: 'plan-outdated' } };
    expect(await holdfast.restoreEnd(id)).toMatchObject(failed);

    const plan = await restores.plan({ backupId, target: original, namespaces: ['shop.orders'] });
    await shop.collection('orders').insertOne({ n: 99 });
    await shop.createCollection('unconcerned');
    await shop.collection('checked').createIndex({ unconcerned: 1 });
    const done = await restores.confirm({ planId: plan.id, phrase: 'shop' });
    expect(await holdfast.restoreEnd(done.id)).toMatchObject({ status: 'completed', error: null });
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('expires; and asks for the phrase before anything else', async () => {
    await fillShop();
    let late = 0;
    await using holdfast = await holdfastOn(source.uri, { now: () => Date.now() + late });
    const backupId = await backUp(holdfast);
    const { restores } = holdfast.api;
    const plan = await restores.plan({ backupId, target: original });
    await indexed({ z: 1 });
    for (const phrase of [undefined, '', 'default', 'shop '] as const) {
      await expect(
        restores.confirm({ planId: plan.id, ...(phrase === undefined ? {} : { phrase }) }),
      ).rejects.toMatchObject({
        cause: { code: 'CONFIRMATION_MISMATCH', details: { expected: 'shop' } },
      });
    }
    late = 31 * 60_000;
    for (const asked of [
      () => restores.confirm({ planId: plan.id, phrase: 'shop' }),
      () => restores.compare({ planId: plan.id, namespace: 'shop.orders' }),
    ]) {
      await expect(asked()).rejects.toMatchObject({ cause: { code: 'PLAN_NOT_FOUND' } });
    }
    expect((await restores.list({})).items).toStrictEqual([]);
  });

  it('is compared document by document when asked, and keeps what came of it', async () => {
    await fillShop();
    await using holdfast = await holdfastOn(source.uri);
    const backupId = await backUp(holdfast);
    await changeShop();
    const { restores } = holdfast.api;
    const plan = await restores.plan({ backupId, target: original });
    expect(plan.warnings.find(({ code }) => code === 'NEWER_DATA_LOST')?.message).toMatch(/^At least 1 document /);
    const before = await hashOf();
    const compare = (namespace: string) => restores.compare({ planId: plan.id, namespace });
    await Promise.all(['shop.orders', 'shop.same', 'shop.deleted', 'shop.events', 'shop.was_collection'].map(compare));
    const compared = await compare('shop.checked');
    expect(await hashOf()).toStrictEqual(before);
    const counts = compared.namespaces.flatMap(({ target, difference }) => {
      if (difference === null) return [];
      const { onlyLive, onlyInBackup, changed, same } = difference;
      return [[target, onlyLive, onlyInBackup, changed, same].join(' ')];
    });
    expect(counts.sort()).toStrictEqual([
      ...['shop.checked 0 0 0 0', 'shop.deleted 0 1 0 0', 'shop.events 0 0 0 1'],
      ...['shop.orders 2 1 1 8', 'shop.same 0 0 0 1', 'shop.was_collection 0 1 0 0'],
    ]);
    const orders = compared.namespaces.find(({ target }) => target === 'shop.orders');
    expect(orders?.difference?.examples).toMatchObject({ onlyInBackup: ['4'], changed: ['3'] });
    expect(compared.warnings.find(({ code }) => code === 'NEWER_DATA_LOST')?.message).toMatch(/^At least 3 documents /);
    for (const namespace of ['shop.recent', 'shop.made_since', 'shop.nothing']) {
      await expect(compare(namespace)).rejects.toMatchObject({ cause: { code: 'COLLECTION_NOT_FOUND' } });
    }
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('of 10,000 collections is kept, and changed by many at once', async () => {
    await using holdfast = await holdfastOn(source.uri);
    const namespaces = Array.from({ length: 10_000 }, (_, n) => largeNamespace(n));
    const warning = {
      code: 'REPLACES_LIVE_DATA',
      message: '',
      namespaces: namespaces.map(({ target }) => target),
    } as const;
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const plan: RestorePlan = { ...examplePlan, namespaces, warnings: Array(8).fill(warning), expiresAt };
    await keepPlan(holdfast.services, plan);
    const text = JSON.stringify(plan);
    expect(text.length).toBeGreaterThan(16 * 1024 * 1024);
    expect(JSON.stringify(await findPlan(holdfast.services, plan.id)) === text).toBe(true);
    const change = () => changePlan(holdfast.services, plan.id, (kept) => ({ ...kept, documents: kept.documents + 1 }));
    await Promise.all([change(), change()]);
    expect((await findPlan(holdfast.services, plan.id)).documents).toBe(plan.documents + 2);
  });
});

/** Long names, much that differs, ids of many characters: more than a document can hold of so many. */
function largeNamespace(n: number): RestorePlan['namespaces'][number] {
  const target = `shop.a-collection-with-a-name-that-is-not-short-${n}`;
  const ids = Array.from({ length: 5 }, (_, k) => `${n}-${k}-`.repeat(8));
  return {
    ...{ source: target, target, type: 'collection', action: 'replaced', method: 'rename' },
    ...{
      documentsInBackup: n,
      bytesInBackup: n * 7,
      documentsNow: n * 3,
      bytesNow: n * 11,
      viewOn: null,
      expired: null,
    },
    drift: Array.from({ length: 10 }, (_, k) => ({ what: 'index', name: `an_index_${n}_${k}`, change: 'added' })),
    difference: {
      onlyLive: n,
      onlyInBackup: n,
      changed: n,
      same: n,
      examples: { onlyLive: ids, onlyInBackup: ids, changed: ids },
    },
  };
}
