import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Config } from '../config.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';
import { requestDueBackups } from './scheduler.ts';

let mongo: TestMongo;
let source: TestMongo;
beforeAll(async () => {
  [mongo, source] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  await source.client.db('shop').collection('a').insertOne({ n: 1 });
});
afterAll(async () => {
  await Promise.all([mongo.stop(), source.stop()]);
});
beforeEach(async () => {
  await mongo.client.db('holdfast').dropDatabase();
});

const dayMs = 86_400_000;
const later = (ms: number) => () => Date.now() + ms;
const start = (now: () => number, dataDir?: string, config: Partial<Config> = {}) =>
  startHoldfast({
    config,
    ledgerUri: mongo.uri,
    mongodbUri: source.uri.replace('/?', '/shop?'),
    now,
    ...(dataDir ? { dataDir } : {}),
  });

const scheduled = async ({ api }: TestHoldfast) =>
  (await api.audit.search({ type: 'BackupRequested' })).events.filter(({ data }) => data.trigger === 'schedule');

it('runs one due time once, however often the service restarts in between', async () => {
  const first = await start(Date.now);
  expect(await scheduled(first)).toStrictEqual([]);
  await first.close();
  for (let restart = 0; restart < 5; restart += 1) {
    const again = await start(later(dayMs), first.config.dataDir);
    await until(
      () => scheduled(again),
      (events) => events.length > 0,
    );
    await again.close();
  }
  const last = await start(later(dayMs), first.config.dataDir);
  await requestDueBackups(last.services);
  expect(await scheduled(last)).toHaveLength(1);
  await expectConsistent(last.services, [source.client]);
  await last.close();
  await first[Symbol.asyncDispose]();
});

it('runs one due time once with two servers on one ledger', async () => {
  // Servers of one ledger share the key that seals its secrets, and the destination.
  const secretKey = randomBytes(32).toString('base64');
  await using a = await start(Date.now, undefined, { secretKey });
  await using b = await start(Date.now, undefined, {
    ...{ secretKey, storageUrl: a.config.storageUrl },
    storageShared: true,
  });
  const tomorrow = (services: TestHoldfast['services']) => ({ ...services, now: later(dayMs) });
  await Promise.all([a, b, a, b].map(({ services }) => requestDueBackups(tomorrow(services))));
  const events = await scheduled(a);
  expect(events).toHaveLength(1);
  await a.backupEnd(String(events[0]?.data.backupId));
  await expectConsistent(a.services, [source.client]);
});

it('catches up once what was missed while it was down', async () => {
  const first = await start(Date.now);
  await first.close();
  const back = await start(later(5 * dayMs), first.config.dataDir);
  await until(
    () => scheduled(back),
    (events) => events.length > 0,
  );
  await requestDueBackups(back.services);
  expect(await scheduled(back)).toHaveLength(1);
  await back.close();
  await first[Symbol.asyncDispose]();
});

it('does not catch up a time that lay before the policy was changed', async () => {
  await using holdfast = await start(Date.now);
  const [policy] = await holdfast.api.policies.list();
  const hour = new Date().getUTCHours();
  await holdfast.api.policies.set({
    id: policy?.id ?? '',
    enabled: true,
    scheduledHour: hour,
    retentionCount: 3,
    timezone: 'UTC',
  });
  await requestDueBackups(holdfast.services);
  expect(await scheduled(holdfast)).toStrictEqual([]);
});

it('asks for nothing while a policy is off', async () => {
  await using holdfast = await start(Date.now);
  const [policy] = await holdfast.api.policies.list();
  await holdfast.api.policies.set({
    id: policy?.id ?? '',
    enabled: false,
    scheduledHour: 2,
    retentionCount: 3,
    timezone: 'UTC',
  });
  await requestDueBackups({ ...holdfast.services, now: later(2 * dayMs) });
  expect(await scheduled(holdfast)).toStrictEqual([]);
});
