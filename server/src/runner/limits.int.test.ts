// The limits of a policy, and a cancel that comes early: whatever stops an operation, the reason is in the ledger with the limit
// in words, nothing is left over, live data is as it was, and the next backup succeeds. A minute lasts 100 ms here.
import { setTimeout as delay } from 'node:timers/promises';
import type { PolicySettings } from '@holdfast/shared/policy';
import type { Document } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { slowDown } from '../testing/slow-down.ts';
import { until } from '../testing/until.ts';

const minuteMs = 100;
const long = { timeLimitMinutes: 10_080, stallLimitMinutes: 1_440 };

let source: TestMongo;
let ledger: TestMongo;
let faster: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  const text = 'x'.repeat(10_000);
  for (const name of ['a', 'b']) {
    const documents = Array.from({ length: 4_000 }, (_, n) => ({ _id: n as never, text }));
    await source.client.db('shop').collection(name).insertMany(documents);
  }
});
afterEach(() => faster());
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

type Limits = Pick<PolicySettings, 'timeLimitMinutes' | 'stallLimitMinutes'>;

async function holdfast(limits: Limits): Promise<TestHoldfast> {
  await ledger.client.db('holdfast').dropDatabase();
  const service = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: source.uri.replace('/?', '/shop?') });
  const { limits: real } = service.services;
  Object.assign(service.services, {
    limits: async (operation: Parameters<typeof real>[0]) => {
      const { timeLimitMs, stallLimitMs } = await real(operation);
      return { timeLimitMs: (timeLimitMs / 60_000) * minuteMs, stallLimitMs: (stallLimitMs / 60_000) * minuteMs };
    },
  });
  await setLimits(service, limits);
  return service;
}

async function setLimits({ api }: TestHoldfast, limits: Limits): Promise<void> {
  const [policy] = await api.policies.list();
  if (policy === undefined) throw new Error('there is no policy');
  const { id, enabled, scheduledHour, retentionCount, timezone } = policy;
  await api.policies.set({ id, enabled, scheduledHour, retentionCount, timezone, ...limits });
}

/** Until `faster`, which also ends what is still blocked: the server does not give the fail point up before. */
async function slow(commands: readonly string[], blockTimeMS: number): Promise<void> {
  const end = await slowDown(source.client, commands, blockTimeMS);
  faster = async () => {
    faster = async () => undefined;
    const ended = end();
    for (const { opid } of await underWay(commands)) await source.client.db('admin').command({ killOp: 1, op: opid });
    await ended;
  };
}

/** The operations of these commands that the server carries out, or lets wait, right now. */
async function underWay(commands: readonly string[]): Promise<Document[]> {
  const operations = await source.client
    .db('admin')
    .aggregate([{ $currentOp: {} }])
    .toArray();
  return operations.filter(({ command }) => commands.includes(Object.keys(command ?? {})[0] ?? ''));
}

/** A completed backup of the whole. */
async function backedUp({ api, backupEnd }: TestHoldfast): Promise<string> {
  const { id } = await api.backups.request({ deploymentId: 'default' });
  expect(await backupEnd(id)).toMatchObject({ status: 'completed', documents: 8_000 });
  return id;
}

async function nextOneSucceeds(service: TestHoldfast): Promise<void> {
  await faster();
  await setLimits(service, long);
  await expectConsistent(service.services, [source.client]);
  await backedUp(service);
  await expectConsistent(service.services, [source.client]);
}

describe('a backup', { timeout: 180_000 }, () => {
  it('that moves no byte for the stall limit fails as stalled', async () => {
    await using service = await holdfast({ ...long, stallLimitMinutes: 15 });
    await slow(['getMore'], 120_000);
    const { id } = await service.api.backups.request({ deploymentId: 'default' });
    expect(await service.backupEnd(id)).toMatchObject({
      status: 'failed',
      filePath: null,
      error: {
        reason: 'stalled',
        message: 'mongodump was stopped: no byte moved for 1.5 seconds.',
        hint: expect.stringContaining('raise the stall limit of the policy'),
      },
    });
    await nextOneSucceeds(service);
  });

  it('that moves on but is not done within the time limit fails as timed-out', async () => {
    await using service = await holdfast({ ...long, timeLimitMinutes: 25 });
    await slow(['getMore'], 800);
    const { id } = await service.api.backups.request({ deploymentId: 'default' });
    expect(await service.backupEnd(id)).toMatchObject({
      status: 'failed',
      filePath: null,
      error: {
        reason: 'timed-out',
        message: 'The backup was stopped: it was not done after 2.5 seconds, its time limit.',
        hint: expect.stringContaining('raise the time limit of the policy'),
      },
    });
    await nextOneSucceeds(service);
  });

  it('of a server that answers nothing is stopped at the time limit before there is a dump', async () => {
    await using service = await holdfast({ ...long, timeLimitMinutes: 10 });
    await slow(['listCollections'], 120_000);
    const { id } = await service.api.backups.request({ deploymentId: 'default' });
    expect(await service.backupEnd(id)).toMatchObject({ status: 'failed', error: { reason: 'timed-out' } });
    await nextOneSucceeds(service);
  });
});

describe('a restore', { timeout: 180_000 }, () => {
  const shadows = async () =>
    (await source.client.db('shop').listCollections({}, { nameOnly: true }).toArray()).filter(({ name }) =>
      name.startsWith('hf_'),
    );

  it.each([
    ['stalled', { stallLimitMinutes: 20 }, 'mongorestore was stopped: no byte moved for 2 seconds.'],
    [
      'timed-out',
      { timeLimitMinutes: 60 },
      'The restore was stopped: it was not done after 6 seconds, its time limit.',
    ],
  ] as const)('that is %s leaves live data as it was', async (reason, limits, message) => {
    await using service = await holdfast(long);
    const backupId = await backedUp(service);
    await setLimits(service, { ...long, ...limits });
    const plan = await service.api.restores.plan({ backupId, target: { kind: 'original' } });
    await slow(['insert'], 120_000);
    const { id } = await service.api.restores.confirm({ planId: plan.id, phrase: 'shop' });
    await until(shadows, (found) => found.length > 0);
    expect(await service.restoreEnd(id)).toMatchObject({
      status: 'failed',
      liveData: 'untouched',
      error: { reason, message },
    });
    expect(await underWay(['insert'])).toStrictEqual([]);
    expect(await shadows()).toStrictEqual([]);
    for (const name of ['a', 'b']) expect(await source.client.db('shop').collection(name).countDocuments()).toBe(4_000);
    await nextOneSucceeds(service);
  });

  it('that has begun to replace live data is finished, however long that takes', async () => {
    await using service = await holdfast(long);
    const backupId = await backedUp(service);
    await setLimits(service, { ...long, timeLimitMinutes: 150 });
    const plan = await service.api.restores.plan({ backupId, target: { kind: 'original' } });
    await slow(['renameCollection'], 9_000);
    const { id } = await service.api.restores.confirm({ planId: plan.id, phrase: 'shop' });
    expect(await service.restoreEnd(id)).toMatchObject({ status: 'completed', error: null });
    await nextOneSucceeds(service);
  });
});

describe('a cancel', { timeout: 180_000 }, () => {
  it('of what waits for a free place ends it at once', async () => {
    await using service = await holdfast(long);
    await slow(['listCollections'], 120_000);
    for (const name of ['one', 'two'])
      await service.api.deployments.register({ name, uri: source.uri.replace('/?', `/${name}?`) });
    for (const deploymentId of ['default', 'one']) await service.api.backups.request({ deploymentId });
    const { id } = await service.api.backups.request({ deploymentId: 'two' });
    await until(
      () => service.services.running.list(),
      (running) => running.length === 2,
    );
    expect(await service.api.backups.byId({ id })).toMatchObject({ status: 'requested' });
    await service.api.operations.cancel({ id });
    expect(await service.api.backups.byId({ id })).toMatchObject({ status: 'cancelled' });
    await service.close();
    await faster();
  });

  it('of a backup whose server does not answer takes effect within two seconds', async () => {
    await using service = await holdfast(long);
    await slow(['listCollections'], 120_000);
    const { id } = await service.api.backups.request({ deploymentId: 'default' });
    await until(
      () => service.services.running.list(),
      (running) => running.length > 0,
    );
    await delay(500);
    const asked = performance.now();
    await service.api.operations.cancel({ id });
    expect(await service.backupEnd(id)).toMatchObject({ status: 'cancelled', error: null });
    expect(performance.now() - asked).toBeLessThan(2_500);
    await nextOneSucceeds(service);
  });

  it('of a restore whose archive does not answer takes effect within two seconds', async () => {
    await using service = await holdfast(long);
    const backupId = await backedUp(service);
    const plan = await service.api.restores.plan({ backupId, target: { kind: 'copy' } });
    const { promise: silence } = Promise.withResolvers<never>();
    let wasAsked = false;
    const read = () => {
      wasAsked = true;
      return silence;
    };
    Object.assign(service.services.destinations.main, { read });
    const { id } = await service.api.restores.confirm({ planId: plan.id });
    await until(
      async () => wasAsked,
      (asked) => asked,
    );
    const asked = performance.now();
    await service.api.operations.cancel({ id });
    expect(await service.restoreEnd(id)).toMatchObject({ status: 'cancelled', liveData: 'untouched' });
    expect(performance.now() - asked).toBeLessThan(2_500);
  });

  it('of a restore that waits for its swap takes effect once the server lets go of the command, with nothing changed', async () => {
    await using service = await holdfast(long);
    const backupId = await backedUp(service);
    const plan = await service.api.restores.plan({ backupId, target: { kind: 'original' } });
    await using session = source.client.startSession();
    session.startTransaction();
    const a = source.client.db('shop').collection('a');
    await a.insertOne({ is: 'uncommitted' }, { session });
    const { id } = await service.api.restores.confirm({ planId: plan.id, phrase: 'shop' });
    await until(
      () => service.services.running.list(),
      (running) => running.some(({ phase }) => phase === 'swap'),
    );
    await service.api.operations.cancel({ id });
    const restore = await service.restoreEnd(id);
    await session.abortTransaction();
    expect(restore).toMatchObject({ status: 'cancelled', liveData: 'untouched', error: null });
    expect(await a.countDocuments()).toBe(4_000);
    await nextOneSucceeds(service);
  });
});
