import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { type Document, Timestamp } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePlan } from '../../commands/restore-plan/stored-plans.ts';
import type { FailpointName } from '../../failpoints.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../../testing/holdfast.ts';
import { type HoldfastProcess, startHoldfastProcess } from '../../testing/holdfast-process.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { until, untilTrue } from '../../testing/until.ts';

let source: TestMongo;
let ledger: TestMongo;
let failpoints: string;
/** May not give one command for all renames: so a swap can be half done. */
let uri: string;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet({ auth: true }), startReplicaSet()]);
  uri = (await source.addUser('limited', ['backup', 'restore'])).replace('/?', '/shop?');
  failpoints = await mkdtemp(join(tmpdir(), 'holdfast-failpoints-'));
  const privileges = [{ resource: { db: 'shop', collection: '' }, actions: ['remove', 'update'] }];
  await source.client.db('admin').command({ createRole: 'mayChange', privileges, roles: [] });
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop(), rm(failpoints, { recursive: true, force: true })]);
});

const shop = () => source.client.db('shop');
const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ _id: n as never, n }));
const contents = async () => {
  const hash = await shop().command({ dbHash: 1 });
  return Object.fromEntries(Object.entries(hash.collections as Document).filter(([name]) => !name.startsWith('hf_')));
};

const setRoles = (...roles: string[]) => source.client.db('admin').command({ updateUser: 'limited', roles });

type Client = HoldfastProcess['client'];

const planRestore = async ({ backups, restores }: Client, backupId: string, mode: 'exact' | 'merge' = 'exact') => {
  expect((await backups.byId.query({ id: backupId })).status).toBe('completed');
  const plan = await restores.plan.mutate({ backupId, target: { kind: 'original' }, mode });
  return (await restores.confirm.mutate({ planId: plan.id, phrase: 'shop' })).id;
};
const planUndo = async ({ restores }: Client, id: string) => {
  const plan = await restores.planUndo.mutate({ id });
  expect(plan.swapMethod).toBe('renames');
  return (await restores.undo.mutate({ id, planId: plan.id, phrase: 'shop' })).id;
};

function isReached(held: string): Promise<boolean> {
  return access(`${held}.reached`).then(
    () => true,
    () => false,
  );
}

/** A server that is killed when the operation which `begin` asks for gets to the point. */
async function killedAt(point: FailpointName, dataDir: string, begin: (client: Client) => Promise<string>) {
  const env = { LEDGER_URI: ledger.uri, HOLDFAST_FAILPOINTS: failpoints };
  const server = await startHoldfastProcess({ env, dataDir });
  const held = join(failpoints, point);
  await writeFile(held, '');
  const id = await begin(server.client);
  await untilTrue(() => isReached(held));
  await server.end('SIGKILL');
  await Promise.all([rm(held), rm(`${held}.reached`)]);
  return id;
}

/** A server that ends what another one left before it answers, and is killed at the point on its way. */
async function killedWhileStarting(point: FailpointName, dataDir: string): Promise<void> {
  const held = join(failpoints, point);
  await writeFile(held, '');
  let pid = 0;
  const env = { LEDGER_URI: ledger.uri, HOLDFAST_FAILPOINTS: failpoints };
  const starting = startHoldfastProcess({
    env,
    dataDir,
    spawned: (known) => {
      pid = known;
    },
  });
  const isOver = starting.then(
    () => false,
    () => true,
  );
  await untilTrue(() => isReached(held));
  process.kill(pid, 'SIGKILL');
  expect(await isOver).toBe(true);
  await Promise.all([rm(held), rm(`${held}.reached`)]);
}

/** A server that goes on with what another one left once it answers, and is killed when it gets to the point. */
async function killedWhileRunning(point: FailpointName, dataDir: string): Promise<void> {
  const env = { LEDGER_URI: ledger.uri, HOLDFAST_FAILPOINTS: failpoints };
  const held = join(failpoints, point);
  await writeFile(held, '');
  const server = await startHoldfastProcess({ env, dataDir });
  await untilTrue(() => isReached(held));
  await server.end('SIGKILL');
  await Promise.all([rm(held), rm(`${held}.reached`)]);
}

/** Backed up, and then moved on from: replaced, dropped and added is something each. */
async function prepared(dataDir: string, { isEmptied = true } = {}): Promise<string> {
  if (isEmptied) await shop().dropDatabase();
  await ledger.client.db('holdfast').dropDatabase();
  for (const name of ['orders', 'stock', 'removed']) await shop().collection(name).insertMany(numbered(50));
  await using service = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: uri, dataDir });
  const { id } = await service.api.backups.request({ deploymentId: 'default' });
  expect(await service.backupEnd(id)).toMatchObject({ status: 'completed' });
  await shop().collection('orders').createIndex({ n: 1 });
  await shop()
    .collection('stock')
    .deleteMany({ n: { $gt: 10 } });
  await shop().collection('removed').drop();
  await shop().collection('made_since').insertMany(numbered(5));
  return id;
}

/** What was begun has ended, one way or the other. */
async function ended({ restoreEnd, services, api }: TestHoldfast, id: string) {
  const restore = await restoreEnd(id);
  await until(
    () => services.running.list(),
    (running) => running.length === 0,
  );
  expect((await api.deployments.byId({ id: 'default' })).status).toBe('idle');
  return restore;
}

const forward = { status: 'completed', liveData: 'replaced', error: null };
const halfWay = { status: 'failed', liveData: 'partly-replaced', error: { reason: 'not-authorized' } };
const back = { status: 'failed', liveData: 'untouched', error: { reason: 'interrupted' } };

it('a second server killed while it takes back what the first one staged', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
  const backupId = await prepared(dataDir);
  const before = await contents();
  const id = await killedAt('staged', dataDir, (client) => planRestore(client, backupId));
  const staged = async () => {
    const listed = await shop().listCollections({}, { nameOnly: true }).toArray();
    return listed.filter(({ name }) => name.startsWith('hf_')).length;
  };
  const all = await staged();
  await killedWhileStarting('taking-back', dataDir);
  expect(await staged()).toBe(all - 1);
  await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
  expect(await ended(service, id)).toMatchObject(back);
  expect(await contents()).toStrictEqual(before);
  await expectConsistent(service.services, [source.client]);
  await rm(dataDir, { recursive: true, force: true });
}, 120_000);

/** Names of what a restore has staged, or keeps. */
async function kept(id: string): Promise<string[]> {
  const listed = await shop().listCollections({}, { nameOnly: true }).toArray();
  return listed.map(({ name }) => name).filter((name) => name.startsWith(`hf_${id.replaceAll('-', '')}_`));
}

/** One that has moved its first collection away swaps that, and moves the second away; resolves with their names. */
async function halfWaySwapped(restoreId: string): Promise<string[]> {
  const events = ledger.client.db('holdfast').collection('ledger_events');
  const staged = await events.findOne({ type: 'RestoreStaged', 'data.restoreId': restoreId });
  const [first, second] = staged?.data.swaps ?? [];
  await shop().renameCollection(first.shadow, first.live);
  await shop().renameCollection(second.live, second.undo);
  return [first.live, second.live];
}

/** By a server that is killed as it begins, and by the next one; what was never begun is not concerned, and nothing stays behind. */
async function takenBack(dataDir: string, id: string, [first, second]: [string, string]): Promise<void> {
  {
    await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
    const { undo } = await service.api.restores.byId({ id });
    expect(undo).toMatchObject({ state: 'kept', bytes: expect.any(Number) });
    expect(undo?.bytes).toBeGreaterThan(0);
    const { namespaces } = await service.api.restores.planUndo({ id });
    expect(namespaces).toMatchObject([
      { target: `shop.${first}`, action: 'replaced' },
      { target: `shop.${second}`, action: 'brought-back', documentsNow: null, writesSince: 0 },
    ]);
  }
  const undo = await killedAt('swapping', dataDir, (client) => planUndo(client, id));
  await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
  expect(await ended(service, undo)).toMatchObject(forward);
  expect((await service.api.restores.byId({ id })).undo).toMatchObject({ state: 'undone', by: undo });
  expect(await kept(id)).toStrictEqual([]);
}

async function freed({ api }: TestHoldfast): Promise<void> {
  for (const { id, undo } of (await api.restores.list({})).items)
    if (undo?.state === 'kept') await api.restores.dropUndo({ id });
}

describe('one whose user may rename and drop nothing any more', () => {
  const left = { status: 'failed', liveData: 'untouched', error: { reason: 'interrupted' } };
  it.each([
    [
      'staged',
      left,
      /stopped\. Live data is as it was, but .* could not be removed: .* not authorized/,
      /^As an admin.*_:/,
    ],
    [
      'swapping',
      halfWay,
      /authorized.* 1 of 4 .* shop\.\w+ is not there: it lies under hf_\w+_u1\. What is/,
      /holdfast restores undo .* drop what is named like hf_\w+_<number>/,
    ],
  ] as const)(
    'ends all the same, and says what it leaves: %s',
    async (point, expected, message, hint) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
      const backupId = await prepared(dataDir);
      // So that each one takes two renames.
      await shop().collection('removed').insertOne({ again: true });
      const before = await contents();
      const id = await killedAt(point, dataDir, (client) => planRestore(client, backupId));
      // One collection is swapped, the next one moved away.
      const [first, second] = point === 'swapping' ? await halfWaySwapped(id) : [];
      await setRoles('backup');
      const service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
      const restore = await ended(service, id);
      expect(restore).toMatchObject(expected);
      expect(restore.error?.message).toMatch(message);
      expect(restore.error?.hint).toMatch(hint);
      await service.close();
      await setRoles('backup', 'restore');
      const left = (await kept(id)).filter((name) => /_\d+$/.test(name));
      for (const name of left) await shop().dropCollection(name);
      expect(left).toHaveLength(point === 'staged' ? 3 : 2);
      if (first && second) await takenBack(dataDir, id, [first, second]);
      expect(await contents()).toStrictEqual(before);
      await using again = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
      await freed(again);
      await expectConsistent(again.services, [source.client]);
      await rm(dataDir, { recursive: true, force: true });
    },
    120_000,
  );
});

it('an undo that is given up half-way is taken back, and then done whole', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
  const backupId = await prepared(dataDir);
  // So that the first ones take two renames each.
  await shop().collection('removed').insertOne({ again: true });
  const before = await contents();
  let id = '';
  {
    await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
    const options = { backupId: backupId as never, target: { kind: 'original' }, mode: 'exact' } as const;
    const { id: planId } = await service.api.restores.plan(options);
    id = (await service.api.restores.confirm({ planId, phrase: 'shop' })).id;
    expect(await service.restoreEnd(id)).toMatchObject(forward);
  }
  const restored = await contents();
  const undo = await killedAt('swapping', dataDir, (client) => planUndo(client, id));
  await halfWaySwapped(undo);
  await setRoles('backup');
  await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
  const { restores } = service.api;
  expect(await ended(service, undo)).toMatchObject({ ...halfWay, undo: { state: 'kept' } });
  await setRoles('backup', 'restore');
  const newer = { cause: { code: 'UNDO_UNAVAILABLE', details: { why: 'newer-restore', by: undo } } };
  await expect(restores.planUndo({ id: id as never })).rejects.toMatchObject(newer);
  const undone = async (of: string) => {
    const { id: planId } = await restores.planUndo({ id: of as never });
    const { id: by } = await restores.undo({ id: of as never, planId, phrase: 'shop' });
    expect(await service.restoreEnd(by)).toMatchObject(forward);
    expect((await restores.byId({ id: of as never })).undo).toMatchObject({ state: 'undone', by });
  };
  await undone(undo);
  expect(await contents()).toStrictEqual(restored);
  await undone(id);
  expect(await contents()).toStrictEqual(before);
  await freed(service);
  await expectConsistent(service.services, [source.client]);
  await rm(dataDir, { recursive: true, force: true });
}, 120_000);

it('a merge by a user who may remove nothing is taken back only once he may', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
  const backupId = await prepared(dataDir);
  const before = await contents();
  const roles = (...more: string[]) => setRoles('backup', 'restore', ...more);
  await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
  const { restores } = service.api;
  const plan = await restores.plan({ backupId: backupId as never, target: { kind: 'original' }, mode: 'merge' });
  expect(plan.warnings.find(({ code }) => code === 'UNDO_NOT_ALLOWED')?.namespaces).toStrictEqual([
    'shop.orders',
    'shop.stock',
  ]);
  const { id } = await restores.confirm({ planId: plan.id, phrase: 'shop' });
  expect(await service.restoreEnd(id)).toMatchObject({ ...forward, merged: { inserted: 39 } });
  const merged = await contents();
  const refused = { code: 'CONFLICT', cause: { code: 'UNDO_UNAVAILABLE', details: { why: 'not-allowed' } } };
  await expect(restores.planUndo({ id })).rejects.toMatchObject(refused);
  await roles('mayChange');
  const { id: planId } = await restores.planUndo({ id });
  await roles();
  const early = await restores.undo({ id, planId, phrase: 'shop' });
  expect(await service.restoreEnd(early.id)).toMatchObject({ ...back, error: { reason: 'not-authorized' } });
  expect(await contents()).toStrictEqual(merged);
  await roles('mayChange');
  const again = await restores.planUndo({ id });
  const undo = await restores.undo({ id, planId: again.id, phrase: 'shop' });
  expect(await service.restoreEnd(undo.id)).toMatchObject(forward);
  expect(await contents()).toStrictEqual(before);
  await roles();
  await rm(dataDir, { recursive: true, force: true });
}, 120_000);

it('a merge that is given up half-way is taken back where it had begun', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
  const backupId = await prepared(dataDir);
  await shop().collection('removed').insertOne({ again: true });
  const before = await contents();
  const id = await killedAt('swapping', dataDir, (client) => planRestore(client, backupId, 'merge'));
  await setRoles('backup');
  await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
  const restore = await ended(service, id);
  expect(restore).toMatchObject({ ...halfWay, undo: { state: 'kept' } });
  await setRoles('backup', 'restore', 'mayChange');
  for (const name of (await kept(id)).filter((one) => /_\d+$/.test(one))) await shop().dropCollection(name);
  const [merged, ...others] = Object.entries(await contents()).filter(([name, hash]) => hash !== before[name]);
  expect(others).toStrictEqual([]);
  const { id: planId, namespaces } = await service.api.restores.planUndo({ id: id as never });
  expect(namespaces.map(({ target }) => target)).toStrictEqual([`shop.${merged?.[0]}`]);
  const undo = await service.api.restores.undo({ id: id as never, planId, phrase: 'shop' });
  expect(await service.restoreEnd(undo.id)).toMatchObject(forward);
  expect(await contents()).toStrictEqual(before);
  await setRoles('backup', 'restore');
  await freed(service);
  await expectConsistent(service.services, [source.client]);
  await rm(dataDir, { recursive: true, force: true });
}, 120_000);

it('what only an update could bring back is refused with nothing changed', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
  await shop().dropDatabase();
  const moment = { $literal: new Timestamp({ t: 0, i: 0 }) };
  await shop()
    .collection('moments')
    .updateOne({ _id: 1 as never }, [{ $set: { moment } }], { upsert: true });
  const backupId = await prepared(dataDir, { isEmptied: false });
  const before = await contents();
  await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
  const planned = (kind: 'original' | 'copy') =>
    service.api.restores.plan({
      backupId: backupId as never,
      target: { kind, ...(kind === 'copy' && { suffix: '_2' }) },
    });
  const failed = async ({ id: planId, phrase }: RestorePlan) => {
    const { id } = await service.api.restores.confirm({ planId, ...(phrase && { phrase }) });
    const { error, ...restore } = await service.restoreEnd(id);
    expect(restore).toMatchObject({ status: 'failed', liveData: 'untouched' });
    expect(error?.reason).toBe('not-authorized');
    const events = await service.services.ledger.read({ after: 0, limit: 1_000 });
    const isStaged = events.some(
      ({ type, data }) => type === 'RestorePhaseStarted' && data.restoreId === id && data.phase === 'stage',
    );
    return [isStaged, error?.message];
  };
  for (const kind of ['original', 'copy'] as const) {
    const plan = await planned(kind);
    const name = kind === 'copy' ? 'shop_2' : 'shop';
    const words = new RegExp(`issing: update on ${name}\\. .* empty timestamp .* are in ${name}\\.moments\\.`);
    const warning = { code: 'RIGHTS_MISSING', namespaces: [`${name}.moments`] };
    expect(plan.warnings[0]).toMatchObject({ ...warning, message: expect.stringMatching(words) });
    expect(await failed(plan)).toStrictEqual([false, expect.stringMatching(words)]);
  }
  // Of a plan that had no time to find them the proof does.
  const unseen = await planned('original');
  await changePlan(service.services, unseen.id, ({ emptyTimestamps: _, ...plan }) => plan);
  expect(await failed(unseen)).toStrictEqual([true, expect.stringMatching(/^shop\.moments .*update/)]);
  expect(await contents()).toStrictEqual(before);
  await expectConsistent(service.services, [source.client]);
  await rm(dataDir, { recursive: true, force: true });
}, 120_000);

/** The roles `backup` and `restore`, but for what changes a view where it stands. */
async function mayChangeNoView(): Promise<void> {
  const admin = source.client.db('admin');
  const { roles } = await admin.command({ rolesInfo: ['backup', 'restore'], showPrivileges: true });
  const privileges: { actions: string[] }[] = roles.flatMap(({ privileges: of }: Document) => of);
  const without = privileges.map((one) => ({ ...one, actions: one.actions.filter((action) => action !== 'collMod') }));
  await admin.command({ createRole: 'noViews', privileges: without, roles: [] });
  await setRoles('noViews');
}

it('one that may not do what is left is given up, also when the server that does so is killed', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
  await shop().dropDatabase();
  await shop().createCollection('view', { viewOn: 'orders', pipeline: [] });
  const backupId = await prepared(dataDir, { isEmptied: false });
  await shop().command({ collMod: 'view', viewOn: 'stock', pipeline: [] });
  const id = await killedAt('swapped', dataDir, (client) => planRestore(client, backupId));
  await mayChangeNoView();
  await killedWhileRunning('taking-back', dataDir);
  await setRoles('backup', 'restore');
  await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
  const { error, ...restore } = await ended(service, id);
  expect(restore).toMatchObject({ status: 'failed', liveData: 'partly-replaced' });
  expect(error).toMatchObject({ reason: 'not-authorized' });
  expect(error?.message).toContain('All collections are in their place');
  expect(error?.hint).toContain(`holdfast restores undo ${id}`);
  expect(await shop().collection('orders').countDocuments()).toBe(50);
  await service.api.restores.dropUndo({ id: id as never });
  await expectConsistent(service.services, [source.client]);
  await rm(dataDir, { recursive: true, force: true });
}, 120_000);

it('what was put back by a server that was killed is in the ledger, as not known', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
  const backupId = await prepared(dataDir);
  const where = { backupId: backupId as never, namespace: 'shop.stock' };
  await killedAt('putting-back', dataDir, async ({ restores }) => {
    const { changes } = await restores.planPutBack.query({ ...where, positions: [20, 30] });
    expect(changes.map(({ action }) => action)).toStrictEqual(['insert', 'insert']);
    restores.putBack.mutate({ ...where, documents: changes }).catch(() => undefined);
    return backupId;
  });
  expect(await shop().collection('stock').countDocuments()).toBe(12);
  await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
  const { events } = await service.api.audit.search({ type: 'DocumentsPutBack' });
  expect(events.map(({ data }) => data)).toMatchObject([
    { ...where, putBackId: expect.any(String), inserted: 0, replaced: 0, uncertain: 2 },
  ]);
  const { events: story } = await service.api.audit.search({ operationId: events[0]?.data.putBackId as string });
  expect(story.map(({ type, actor }) => [type, actor.kind])).toStrictEqual([
    ['DocumentsPutBack', 'system'],
    ['PutBackStarted', 'api-key'],
  ]);
  await expectConsistent(service.services, [source.client]);
  await rm(dataDir, { recursive: true, force: true });
}, 120_000);

describe('a server killed at every step of a restore, and of its undo', () => {
  it.each<[FailpointName, object]>([
    ['staged', back],
    ['swapping', forward],
    ['swapped', forward],
    ['completed-restore', forward],
  ])(
    '%s',
    async (point, expected) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
      const backupId = await prepared(dataDir);
      const before = await contents();
      let id = await killedAt(point, dataDir, (client) => planRestore(client, backupId));
      {
        await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
        expect(await ended(service, id)).toMatchObject(expected);
        if (expected === back) {
          expect(await contents()).toStrictEqual(before);
          const plan = await service.api.restores.plan({
            ...{ backupId: backupId as never, target: { kind: 'original' }, mode: 'exact' },
          });
          id = (await service.api.restores.confirm({ planId: plan.id, phrase: 'shop' })).id;
          expect(await service.restoreEnd(id)).toMatchObject(forward);
        }
        await shop().collection('stock').insertOne({ since: true });
      }
      const restored = await contents();
      const undo = await killedAt(point, dataDir, (client) => planUndo(client, id));
      await using service = await startHoldfast({ ledgerUri: ledger.uri, dataDir });
      expect(await ended(service, undo)).toMatchObject(expected);
      const { undo: state } = await service.api.restores.byId({ id });
      if (expected === back) {
        expect(await contents()).toStrictEqual(restored);
        expect(state?.state).toBe('kept');
        const plan = await service.api.restores.planUndo({ id });
        const again = await service.api.restores.undo({ id, planId: plan.id, phrase: 'shop' });
        expect(await service.restoreEnd(again.id)).toMatchObject(forward);
      } else {
        expect(state).toMatchObject({ state: 'undone', by: undo });
      }
      expect(await contents()).toStrictEqual(before);
      await freed(service);
      await expectConsistent(service.services, [source.client]);
      await rm(dataDir, { recursive: true, force: true });
    },
    180_000,
  );
});
