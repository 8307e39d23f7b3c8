// One fault each, half-way: after it the deployment is idle, the reason is in the ledger, nothing is left over, and the next
// backup succeeds.
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@holdfast/shared/errors';
import type { EventType } from '@holdfast/shared/events';
import { MongoServerError } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../ledger/ledger.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startHoldfastProcess } from '../testing/holdfast-process.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { slowDown } from '../testing/slow-down.ts';
import { until } from '../testing/until.ts';
import { superviseOnce } from './supervisor.ts';

let source: TestMongo;
let ledger: TestMongo;
let faster: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  const text = 'x'.repeat(10_000);
  for (const name of ['a', 'b', 'c', 'd']) {
    const documents = Array.from({ length: 4_000 }, (_, n) => ({ _id: n as never, text }));
    await source.client.db('shop').collection(name).insertMany(documents);
  }
});
afterEach(() => faster());
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

const shopUri = () => source.uri.replace('/?', '/shop?');

async function holdfast(
  options: { readonly mongodbUri?: string; readonly storageUrl?: string } = {},
): Promise<TestHoldfast> {
  await ledger.client.db('holdfast').dropDatabase();
  const { storageUrl } = options;
  return startHoldfast({
    ledgerUri: ledger.uri,
    mongodbUri: options.mongodbUri ?? shopUri(),
    ...(storageUrl ? { config: { storageUrl } } : {}),
  });
}

/** A backup that has dumped something and still has a while to go. */
async function halfWay({ api, services }: TestHoldfast) {
  faster = await slowDown(source.client, ['getMore'], 500);
  const { id } = await api.backups.request({ deploymentId: 'default' });
  await until(
    () => services.running.list(),
    ([progress]) => (progress?.bytes ?? 0) > 0,
  );
  const running = await services.running.find(id);
  if (running?.child == null) throw new Error('no child process is recorded');
  return { id, pid: running.child.pid };
}

async function nextOneSucceeds({ api, backupEnd, services }: TestHoldfast): Promise<void> {
  await faster();
  const { id } = await api.backups.request({ deploymentId: 'default' });
  expect(await backupEnd(id)).toMatchObject({ status: 'completed', documents: 16_000 });
  await expectConsistent(services, [source.client]);
}

describe('half-way through a backup', () => {
  it('mongodump killed by SIGKILL fails it as tool-killed', async () => {
    await using service = await holdfast();
    const { id, pid } = await halfWay(service);
    process.kill(pid, 'SIGKILL');
    expect(await service.backupEnd(id)).toMatchObject({
      status: 'failed',
      error: { reason: 'tool-killed' },
      filePath: null,
    });
    await expectConsistent(service.services, [source.client]);
    await nextOneSucceeds(service);
  });

  it('a cancel takes effect within two seconds and leaves nothing', async () => {
    await using service = await holdfast();
    const { id, pid } = await halfWay(service);
    const asked = performance.now();
    await service.api.operations.cancel({ id });
    expect(await service.backupEnd(id)).toMatchObject({ status: 'cancelled', error: null, filePath: null });
    expect(performance.now() - asked).toBeLessThan(2_500);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expectConsistent(service.services, [source.client]);
    await nextOneSucceeds(service);
  });

  it('a stopped service fails it as interrupted', async () => {
    const service = await holdfast();
    const { id } = await halfWay(service);
    await service.close();
    await faster();
    await using again = await startHoldfast({
      ledgerUri: ledger.uri,
      mongodbUri: shopUri(),
      dataDir: service.config.dataDir,
    });
    expect(await again.api.backups.byId({ id })).toMatchObject({ status: 'failed', error: { reason: 'interrupted' } });
    await nextOneSucceeds(again);
    await service[Symbol.asyncDispose]();
  });

  it('the deployment gone fails it as connection-lost, and the deployment back lets the next one succeed', async () => {
    await using own = await startReplicaSet();
    const text = 'x'.repeat(10_000);
    await own.client
      .db('shop')
      .collection('a')
      .insertMany(Array.from({ length: 8_000 }, (_, n) => ({ _id: n as never, text })));
    await using service = await holdfast({ mongodbUri: own.uri.replace('/?', '/shop?') });
    await slowDown(own.client, ['getMore'], 500);
    const { id } = await service.api.backups.request({ deploymentId: 'default' });
    await until(
      () => service.services.running.list(),
      ([progress]) => (progress?.bytes ?? 0) > 0,
    );
    await own.kill();
    const failed = await service.backupEnd(id);
    expect(failed.status).toBe('failed');
    expect(['connection-lost', 'unreachable']).toContain(failed.error?.reason);
    await own.restart();
    const next = await service.api.backups.request({ deploymentId: 'default' });
    expect(await service.backupEnd(next.id)).toMatchObject({ status: 'completed', documents: 8_000 });
    await expectConsistent(service.services, [own.client]);
  });

  it('the server killed: after the next start it is idle, interrupted, and nothing is left over', async () => {
    await ledger.client.db('holdfast').dropDatabase();
    const env = { LEDGER_URI: ledger.uri, MONGODB_URI: shopUri() };
    const server = await startHoldfastProcess({ env });
    faster = await slowDown(source.client, ['getMore'], 500);
    const { id } = await server.client.backups.request.mutate({ deploymentId: 'default' });
    await until(
      () => server.client.operations.current.query(),
      ([progress]) => (progress?.bytes ?? 0) > 0,
    );
    const busy = await until(
      () => server.client.deployments.byId.query({ id: 'default' }),
      ({ status }) => status !== 'idle',
    );
    expect(busy.operation).toMatchObject({ kind: 'backup', operationId: id });
    await server.end('SIGKILL');
    await faster();
    await using again = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: shopUri(), dataDir: server.dataDir });
    expect(await again.backupEnd(id)).toMatchObject({ status: 'failed', error: { reason: 'interrupted' } });
    await nextOneSucceeds(again);
    await again.close();
    await server[Symbol.asyncDispose]();
  });
});

describe('half-way through a restore', () => {
  it('the server killed: after the next start it is idle, live data is untouched and no shadow is left', async () => {
    await ledger.client.db('holdfast').dropDatabase();
    const env = { LEDGER_URI: ledger.uri, MONGODB_URI: shopUri() };
    const server = await startHoldfastProcess({ env });
    const { id: backupId } = await server.client.backups.request.mutate({ deploymentId: 'default' });
    await until(
      () => server.client.backups.byId.query({ id: backupId }),
      ({ status }) => status === 'completed',
    );
    const plan = await server.client.restores.plan.mutate({ backupId, target: { kind: 'original' } });
    faster = await slowDown(source.client, ['insert'], 300);
    const { id } = await server.client.restores.confirm.mutate({ planId: plan.id, phrase: 'shop' });
    const shadows = async () =>
      (await source.client.db('shop').listCollections({}, { nameOnly: true }).toArray()).filter(({ name }) =>
        name.startsWith('hf_'),
      );
    await until(shadows, (found) => found.length > 0);
    await server.end('SIGKILL');
    await faster();
    await using again = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: shopUri(), dataDir: server.dataDir });
    expect(await again.restoreEnd(id)).toMatchObject({
      status: 'failed',
      liveData: 'untouched',
      error: { reason: 'interrupted' },
    });
    expect(await source.client.db('shop').collection('a').countDocuments()).toBe(4_000);
    await nextOneSucceeds(again);
    await again.close();
    await server[Symbol.asyncDispose]();
  });

  it('a cancel while staging leaves live data untouched and no copy', async () => {
    await using service = await holdfast();
    const { id: backupId } = await service.api.backups.request({ deploymentId: 'default' });
    await service.backupEnd(backupId);
    const plan = await service.api.restores.plan({ backupId, target: { kind: 'copy', suffix: '_half' } });
    faster = await slowDown(source.client, ['insert'], 300);
    const { id } = await service.api.restores.confirm({ planId: plan.id });
    await until(
      () => source.client.db('shop_half').listCollections().toArray(),
      (found) => found.length > 0,
    );
    await service.api.operations.cancel({ id });
    expect(await service.restoreEnd(id)).toMatchObject({ status: 'cancelled', liveData: 'untouched' });
    expect(await source.client.db('shop_half').listCollections().toArray()).toStrictEqual([]);
    await expectConsistent(service.services, [source.client]);
  });
});

describe('a ledger whose answer is lost', () => {
  /** The append of this event is in, but the one who asked for it hears that the ledger does not answer. */
  function loseAnswerTo({ services }: TestHoldfast, type: EventType): () => boolean {
    const execute = services.ledger.execute.bind(services.ledger);
    let lost = false;
    const losing: Ledger['execute'] = async (command) => {
      const events = await execute(command);
      if (lost || !events.some((event) => event.type === type)) return events;
      lost = true;
      throw new AppError('LEDGER_UNAVAILABLE', {});
    };
    Object.assign(services.ledger, { execute: losing });
    return () => lost;
  }

  it('to a completed copy: the copy stays', async () => {
    await using service = await holdfast();
    const { id: backupId } = await service.api.backups.request({ deploymentId: 'default' });
    await service.backupEnd(backupId);
    const wasLost = loseAnswerTo(service, 'RestoreCompleted');
    const plan = await service.api.restores.plan({ backupId, target: { kind: 'copy', suffix: '_kept' } });
    const { id } = await service.api.restores.confirm({ planId: plan.id });
    expect(await service.restoreEnd(id)).toMatchObject({ status: 'completed', databases: ['shop_kept'] });
    await until(
      async () => service.services.runningHere.size,
      (size) => size === 0,
    );
    await superviseOnce(service.services);
    expect(wasLost()).toBe(true);
    expect(await source.client.db('shop_kept').collection('a').countDocuments()).toBe(4_000);
    await expectConsistent(service.services, [source.client]);
    await source.client.db('shop_kept').dropDatabase();
  });

  it.each(['BackupStarted', 'BackupSealed', 'BackupCompleted'] as const)('to %s: the backup goes on', async (type) => {
    await using service = await holdfast();
    const wasLost = loseAnswerTo(service, type);
    const { id } = await service.api.backups.request({ deploymentId: 'default' });
    const backup = await service.backupEnd(id);
    expect(wasLost()).toBe(true);
    expect(backup).toMatchObject({ status: 'completed', error: null });
    await nextOneSucceeds(service);
  });
});

it('a ledger whose primary changes while a backup notes what it makes does not fail it', async () => {
  await using service = await holdfast();
  const { running } = service.services;
  const renew = running.renew.bind(running);
  const lost: string[] = [];
  const losing: typeof renew = async (id, worker, facts) => {
    const noted = Object.keys(facts).join();
    if (noted === 'progress' || lost.includes(noted)) return renew(id, worker, facts);
    lost.push(noted);
    throw new MongoServerError({ message: 'not primary', code: 10_107 });
  };
  Object.assign(running, { renew: losing });
  const { id } = await service.api.backups.request({ deploymentId: 'default' });
  expect(await service.backupEnd(id)).toMatchObject({ status: 'completed' });
  expect(lost).toStrictEqual(['uploadToken,uploadDestinationId', 'child']);
  await expectConsistent(service.services, [source.client]);
});

it('a claim that comes too late leaves no lease behind', async () => {
  await using service = await holdfast();
  const { services, api } = service;
  const execute = services.ledger.execute.bind(services.ledger);
  const cancelled = Promise.withResolvers<void>();
  let claims = 0;
  const late: Ledger['execute'] = async (command) => {
    const [stream = ''] = command.reads;
    if (!stream.startsWith('backup:') || (await services.running.list()).length === 0) return execute(command);
    claims += 1;
    await cancelled.promise;
    return execute(command);
  };
  Object.assign(services.ledger, { execute: late });
  const { id } = await api.backups.request({ deploymentId: 'default' });
  await until(
    async () => claims,
    (count) => count === 1,
  );
  Object.assign(services.ledger, { execute });
  await api.operations.cancel({ id });
  cancelled.resolve();
  await until(
    () => services.running.list(),
    (running) => running.length === 0,
    4_000,
  );
  expect(await service.backupEnd(id)).toMatchObject({ status: 'cancelled' });
  await nextOneSucceeds(service);
});

describe('a destination that cannot be written to', () => {
  it('fails the backup as storage-unwritable and succeeds once it can', async () => {
    await using service = await holdfast();
    const folder = join(service.config.dataDir, 'backups');
    await mkdir(folder, { recursive: true });
    // Root may write anywhere; a file in the way stops everybody.
    await chmod(folder, 0o700);
    const { renameSync, writeFileSync, unlinkSync } = await import('node:fs');
    renameSync(folder, `${folder}.away`);
    writeFileSync(folder, 'in the way');
    const { id } = await service.api.backups.request({ deploymentId: 'default' });
    const failed = await service.backupEnd(id);
    expect(failed.status).toBe('failed');
    expect(['storage-unwritable', 'storage-missing']).toContain(failed.error?.reason);
    unlinkSync(folder);
    renameSync(`${folder}.away`, folder);
    await nextOneSucceeds(service);
  });
});
