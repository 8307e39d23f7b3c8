// Several servers over one ledger and one shared destination: each operation once, whoever is killed, stopped or drained.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@holdfast/shared/errors';
import type { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Ledger } from '../ledger/ledger.ts';
import type { StoredOperation } from '../projections/operations.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { failCommand } from '../testing/fail-point.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startHoldfastProcess } from '../testing/holdfast-process.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { slowDown } from '../testing/slow-down.ts';
import { testTools } from '../testing/tools.ts';
import { until } from '../testing/until.ts';
import { startRunner } from './runner.ts';
import { superviseOnce } from './supervisor.ts';

let source: TestMongo;
let ledger: TestMongo;
let folder: string;
let faster: () => Promise<void> = async () => undefined;
/** What servers of one ledger have in common. */
const secretKey = randomBytes(32).toString('base64');
const apiKey = 'key-of-the-test-0123456789abcdef0123456789';

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  const text = 'x'.repeat(10_000);
  for (const name of ['a', 'b', 'c', 'd'])
    await source.client
      .db('shop')
      .collection(name)
      .insertMany(Array.from({ length: 1_500 }, (_, n) => ({ _id: n as never, text })));
});
beforeEach(async () => {
  await ledger.client.db('holdfast').dropDatabase();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-shared-'));
});
afterEach(async () => {
  await faster();
  await rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

const shopUri = () => source.uri.replace('/?', '/shop?');

function member(config: TestHoldfast['config'] | object = {}): Promise<TestHoldfast> {
  return startHoldfast({
    ledgerUri: ledger.uri,
    mongodbUri: shopUri(),
    config: { secretKey, storageUrl: `file:${folder}`, storageShared: true, ...config },
  });
}

/** A server that can be stopped and killed, with a lease that a test can wait for. */
function serverProcess(env: Readonly<Record<string, string>> = {}) {
  return startHoldfastProcess({
    env: {
      ...{ LEDGER_URI: ledger.uri, MONGODB_URI: shopUri(), HOLDFAST_SECRET_KEY: secretKey, HOLDFAST_API_KEY: apiKey },
      ...{ HOLDFAST_STORAGE_URL: `file:${folder}`, HOLDFAST_STORAGE_SHARED: 'true', HOLDFAST_LEASE_SECONDS: '3' },
      ...env,
    },
  });
}

async function backUpAgain({ api, backupEnd, services }: TestHoldfast, sources: MongoClient[]): Promise<void> {
  await faster();
  const { id } = await api.backups.request({ deploymentId: 'default' });
  expect(await backupEnd(id)).toMatchObject({ status: 'completed', documents: 6_000 });
  await expectConsistent(services, sources);
}

it('of 50 requests at once on two servers exactly one is accepted', async () => {
  await using a = await member();
  await using b = await member();
  const asked = await Promise.allSettled(
    Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? a : b).api.backups.request({ deploymentId: 'default' })),
  );
  const accepted = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []));
  expect(accepted).toHaveLength(1);
  for (const one of asked)
    if (one.status === 'rejected') expect((one.reason.cause as AppError).code).toBe('OPERATION_IN_PROGRESS');
  expect(await a.backupEnd(accepted[0] ?? '')).toMatchObject({ status: 'completed' });
  await expectConsistent(a.services, [source.client]);
});

it('two workers run 40 deployments once each, fairly spread', async () => {
  await using api = await member({ role: 'api' });
  await using a = await member({ role: 'worker' });
  await using b = await member({ role: 'worker' });
  const ids: string[] = [];
  for (let n = 0; n < 40; n += 1) {
    const name = `small-${n}`;
    await source.client.db(name).collection('things').insertOne({ n });
    const uri = source.uri.replace('/?', `/${name}?`);
    ids.push((await api.api.deployments.register({ name, uri })).id);
  }
  const backups = await Promise.all(ids.map((deploymentId) => api.api.backups.request({ deploymentId })));
  for (const { id } of backups) expect(await api.backupEnd(id)).toMatchObject({ status: 'completed', documents: 1 });
  const started = await ledger.client
    .db('holdfast')
    .collection('ledger_events')
    .find({ type: 'BackupStarted' })
    .toArray();
  expect(new Set(started.map(({ data }) => data.backupId)).size).toBe(40);
  expect(started).toHaveLength(40);
  for (const { services } of [a, b])
    expect(started.filter(({ data }) => data.worker === services.worker).length).toBeGreaterThanOrEqual(10);
  await expectConsistent(api.services, [source.client]);
  for (let n = 0; n < 40; n += 1) await source.client.db(`small-${n}`).dropDatabase();
});

it('what a stopped server held is taken over, and it does nothing more when it comes back', async () => {
  await using stopped = await serverProcess();
  faster = await slowDown(source.client, ['getMore'], 3_000);
  const { id } = await stopped.client.backups.request.mutate({ deploymentId: 'default' });
  await until(
    () => stopped.client.operations.current.query(),
    ([progress]) => progress?.phase === 'dump',
  );
  process.kill(stopped.pid, 'SIGSTOP');
  await using other = await member({ leaseMs: 3_000 });
  expect(await other.backupEnd(id)).toMatchObject({ status: 'failed', error: { reason: 'interrupted' } });
  await backUpAgain(other, [source.client]);
  process.kill(stopped.pid, 'SIGCONT');
  await until(
    async () => stopped.output(),
    (output) => output.includes('another server goes on'),
  );
  await expectConsistent(other.services, [source.client]);
  await stopped[Symbol.asyncDispose]();
  await expectConsistent(other.services, [source.client]);
});

it('a restore into a copy by a stopped server leaves no copy', async () => {
  await using other = await member({ leaseMs: 3_000, role: 'api' });
  await using stopped = await serverProcess();
  const { id: backupId } = await other.api.backups.request({ deploymentId: 'default' });
  expect(await other.backupEnd(backupId)).toMatchObject({ status: 'completed' });
  faster = await slowDown(source.client, ['insert'], 1_000);
  const plan = await other.api.restores.plan({ backupId, target: { kind: 'copy', suffix: '_copy' } });
  const { id } = await other.api.restores.confirm({ planId: plan.id });
  await until(
    () => source.client.db('shop_copy').listCollections().toArray(),
    (collections) => collections.length > 0,
  );
  process.kill(stopped.pid, 'SIGSTOP');
  expect(await other.restoreEnd(id)).toMatchObject({ status: 'failed', error: { reason: 'interrupted' } });
  process.kill(stopped.pid, 'SIGCONT');
  await until(
    async () => stopped.output(),
    (output) => output.includes('another server goes on'),
  );
  await faster();
  expect(await source.client.db('shop_copy').listCollections().toArray()).toStrictEqual([]);
  await stopped[Symbol.asyncDispose]();
  await expectConsistent(other.services, [source.client]);
});

it('a server that is told to stop lets its work end, claims nothing more, and is not ready meanwhile', async () => {
  await using other = await member({ role: 'api' });
  await using draining = await serverProcess({ HOLDFAST_DRAIN_SECONDS: '60' });
  faster = await slowDown(source.client, ['getMore'], 3_000);
  const { id } = await other.api.backups.request({ deploymentId: 'default' });
  await until(
    () => other.services.running.list(),
    ([progress]) => progress?.phase === 'dump',
  );
  process.kill(draining.pid, 'SIGTERM');
  const ready = await until(
    () => fetch(`${draining.url}/readyz`),
    ({ status }) => status === 503,
  );
  expect(await ready.json()).toStrictEqual({ status: 'not-ready', reason: 'draining' });
  const { servers } = await other.api.system.info();
  expect(servers.map(({ role, state, operations }) => [role, state, operations.length])).toStrictEqual([
    ['api', 'running', 0],
    ['all', 'draining', 1],
  ]);
  await faster();
  expect(await other.backupEnd(id)).toMatchObject({ status: 'completed' });
  await draining[Symbol.asyncDispose]();
  expect((await other.api.system.info()).servers).toHaveLength(1);
  await expectConsistent(other.services, [source.client]);
});

it('a request waits while every worker is busy, and fails once nobody is there who takes it', async () => {
  await using api = await member({ role: 'api' });
  const worker = await member({ role: 'worker', concurrency: 1 });
  await source.client.db('other').collection('things').insertOne({ n: 1 });
  const other = await api.api.deployments.register({ name: 'other', uri: source.uri.replace('/?', '/other?') });
  /** As the supervisor sees it after a long wait with room at a worker. */
  const superviseLater = async (id: string) => {
    const requestedAt = new Date(Date.now() - 3_600_000).toISOString();
    const operations = await api.services.ledger.readModel<StoredOperation>('operations');
    await operations.updateOne({ _id: id }, { $set: { requestedAt } });
    await superviseOnce(api.services, new Map([[id, performance.now() - 3_600_000]]));
    return (await api.api.backups.byId({ id })).status;
  };
  faster = await slowDown(source.client, ['getMore'], 3_000);
  const { id: first } = await api.api.backups.request({ deploymentId: 'default' });
  await until(
    () => api.services.running.list(),
    ([progress]) => progress?.phase === 'dump',
  );
  const { id: waiting } = await api.api.backups.request({ deploymentId: other.id });
  expect(await superviseLater(waiting)).toBe('requested');
  await faster();
  for (const id of [first, waiting]) expect(await api.backupEnd(id)).toMatchObject({ status: 'completed' });
  await worker[Symbol.asyncDispose]();
  const { id: lonely } = await api.api.backups.request({ deploymentId: other.id });
  expect(await superviseLater(lonely)).toBe('failed');
  expect(await api.api.backups.byId({ id: lonely })).toMatchObject({ error: { reason: 'unclaimed' } });
  await source.client.db('other').dropDatabase();
});

it('a worker whose ledger is away at its start, and loses the feed later, misses no request and no cancel', async () => {
  await using api = await member({ role: 'api' });
  const { mongodump, mongorestore } = await testTools();
  // Only this worker's words with the ledger fail: the first about the head, and the first feed after one event.
  const { ledger: whole } = api.services;
  let heads = 0;
  let feeds = 0;
  const failing: Ledger = Object.create(whole, {
    head: {
      value: async () => {
        heads += 1;
        if (heads === 1) throw new AppError('LEDGER_UNAVAILABLE', {});
        return whole.head();
      },
    },
    feed: {
      value: async function* (options: Parameters<Ledger['feed']>[0]) {
        feeds += 1;
        const isFirst = feeds === 1;
        for await (const event of whole.feed(options)) {
          yield event;
          if (isFirst) throw new AppError('LEDGER_UNAVAILABLE', {});
        }
      },
    },
  });
  const tools = { mongodump, mongorestore, mongodumpVersion: '100.9.5' };
  const runner = startRunner({ ...api.services, ledger: failing, role: 'worker', tools }, { concurrency: 1 });
  try {
    const { id: first } = await api.api.backups.request({ deploymentId: 'default' });
    expect(await api.backupEnd(first)).toMatchObject({ status: 'completed' });
    faster = await slowDown(source.client, ['getMore'], 3_000);
    const { id: second } = await api.api.backups.request({ deploymentId: 'default' });
    await until(
      () => api.services.running.list(),
      ([progress]) => progress?.phase === 'dump',
    );
    await api.api.operations.cancel({ id: second });
    expect(await api.backupEnd(second)).toMatchObject({ status: 'cancelled' });
    expect(heads).toBeGreaterThan(1);
    expect(feeds).toBe(2);
  } finally {
    await runner.close();
  }
});

it.each([
  ['makes an index for its plans', { failCommands: ['createIndexes'], namespace: 'holdfast.plans' }],
  ['makes an index for sign-ins', { failCommands: ['createIndexes'], namespace: 'holdfast.sessions' }],
  ['looks what it is', { failCommands: ['buildInfo'] }],
  ['asks which destinations there are', { failCommands: ['find'], namespace: 'holdfast.destinations_a' }],
  ['joins the servers', { failCommands: ['delete'], namespace: 'holdfast.servers' }],
])('starts while the primary of the ledger changes as it %s', async (_, what) => {
  await using failing = await failCommand(
    ledger.client,
    { times: 2 },
    { ...what, appName: 'holdfast', errorCode: 10_107 },
  );
  await using starting = await member();
  expect(await failing.failed()).toBe(2);
  expect(starting.served.welcome).toMatchObject({ deployment: 'default', problem: null });
  expect(await starting.services.servers.list()).toHaveLength(1);
});

it('a worker answers health checks and metrics, and nothing else', async () => {
  await using worker = await serverProcess({ HOLDFAST_ROLE: 'worker' });
  const headers = { authorization: `Bearer ${apiKey}` };
  const status = async (path: string) => (await fetch(`${worker.url}${path}`, { headers })).status;
  expect(await Promise.all(['/healthz', '/readyz', '/', '/trpc/system.info'].map(status))).toStrictEqual([
    200, 200, 404, 404,
  ]);
  expect((await fetch(`${worker.url}/metrics`)).status).toBe(401);
  const metrics = await (await fetch(`${worker.url}/metrics`, { headers })).text();
  expect(metrics).toContain('holdfast_servers{role="worker",state="running"} 1');
});

it('refuses a second server whose archives or secrets the others could not read', async () => {
  await using first = await member({ storageShared: false, drainMs: 0 });
  await expect(member({ storageShared: false })).rejects.toThrow('HOLDFAST_STORAGE_SHARED=true');
  await expect(member({ storageUrl: `${first.config.storageUrl}-own` })).rejects.toThrow('HOLDFAST_STORAGE_URL');
  await expect(member({ secretKey: randomBytes(32).toString('base64') })).rejects.toThrow('HOLDFAST_SECRET_KEY');
  await expect(startHoldfast({ config: { role: 'worker' } })).rejects.toThrow('LEDGER_URI');
  expect((await first.api.system.info()).servers).toHaveLength(1);
});
