// Archives are read again without being asked for: each once it is completed, all in turn; found damage is said, a deletion goes
// first, and what one server did not get to is done by the next.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backup } from '@holdfast/shared/backup';
import type { LedgerEvent } from '@holdfast/shared/events';
import { defaultScrubSettings } from '@holdfast/shared/verification';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { metricsText } from '../api/metrics.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';

let source: TestMongo;
let ledger: TestMongo;
beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  const documents = Array.from({ length: 2_000 }, (_, n) => ({ _id: n as never, text: `${n}`.repeat(100) }));
  await source.client.db('shop').collection('a').insertMany(documents);
});
beforeEach(async () => {
  await ledger.client.db('holdfast').dropDatabase();
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

const dayMs = 24 * 3_600_000;

function start(options: Parameters<typeof startHoldfast>[0] = {}) {
  return startHoldfast({ ledgerUri: ledger.uri, mongodbUri: source.uri.replace('/?', '/shop?'), ...options });
}

async function backedUp({ api, backupEnd }: TestHoldfast): Promise<Backup> {
  const { id } = await api.backups.request({ deploymentId: 'default' });
  const backup = await backupEnd(id);
  expect([backup.status, backup.error]).toStrictEqual(['completed', null]);
  return backup;
}

const checked = ({ api }: TestHoldfast, id: Backup['id']) =>
  until(
    () => api.backups.byId({ id }),
    ({ checkedAt }) => checkedAt !== null,
  );

async function switchOff({ api }: TestHoldfast): Promise<void> {
  const [policy] = await api.policies.list();
  if (policy === undefined) throw new Error('there is no policy');
  await api.policies.set({ ...policy, verifyAfterBackup: false });
}

async function flipBit({ config }: TestHoldfast, { filePath }: Backup): Promise<void> {
  await using file = await open(join(config.storageUrl.slice('file:'.length), filePath ?? ''), 'r+');
  const at = 2_000;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 4]), 0, 1, at);
}

async function eventsOf({ services }: TestHoldfast, id: string): Promise<LedgerEvent[]> {
  const events = await services.ledger.read({ after: 0, limit: 1_000 });
  return events.filter(({ correlationId }) => correlationId === id);
}

describe('after a backup', () => {
  it('its archive is read again, without the deployment’s lock, and the outcome recorded', async () => {
    await using holdfast = await start();
    const { id } = await backedUp(holdfast);
    expect(await checked(holdfast, id)).toMatchObject({ checkCause: 'after-backup', error: null });
    expect((await holdfast.api.backups.byId({ id })).verifiedAt).not.toBeNull();
    const types = (await eventsOf(holdfast, id)).map(({ type }) => type);
    expect(types.slice(-2)).toStrictEqual(['BackupCompleted', 'BackupVerified']);
    expect((await holdfast.api.deployments.byId({ id: 'default' })).status).toBe('idle');
    expect(await holdfast.api.verification.state()).toMatchObject({ completed: 1, verified: 1, due: 0, running: [] });
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('nothing is read where the policy says so, until its turn comes', async () => {
    let now = Date.now();
    await using holdfast = await start({ now: () => now });
    await switchOff(holdfast);
    const { id } = await backedUp(holdfast);
    expect(await holdfast.api.verification.state()).toMatchObject({ neverChecked: 1, due: 0 });
    now += dayMs + 60_000;
    expect(await holdfast.api.verification.state()).toMatchObject({ neverChecked: 1, due: 1 });
    await holdfast.api.verification.set({ ...defaultScrubSettings, everyDays: 29 });
    expect(await checked(holdfast, id)).toMatchObject({ checkCause: 'scrub', error: null });
  });

  it('what a server did not get to is read after a restart', async () => {
    const holdfast = await start();
    const { storage, read } = slowReads(holdfast);
    const { id } = await backedUp(holdfast);
    await until(
      () => holdfast.api.verification.state(),
      ({ running }) => running.some(({ backupId }) => backupId === id),
    );
    const closedAt = performance.now();
    await holdfast.close();
    expect(performance.now() - closedAt).toBeLessThan(5_000);
    Object.assign(storage, { read });
    await using again = await start({ dataDir: holdfast.config.dataDir });
    expect((await again.api.backups.byId({ id })).checkedAt).toBeNull();
    expect(await checked(again, id)).toMatchObject({ checkCause: 'after-backup' });
  });

  it('a deletion goes before it', async () => {
    await using holdfast = await start();
    const { storage, read } = slowReads(holdfast);
    const { id } = await backedUp(holdfast);
    await until(
      () => holdfast.api.verification.state(),
      ({ running }) => running.length > 0,
    );
    await holdfast.api.backups.delete({ id });
    expect(await holdfast.api.backups.byId({ id })).toMatchObject({ status: 'deleted', checkedAt: null });
    Object.assign(storage, { read });
    await expectConsistent(holdfast.services, [source.client]);
  });
});

/** Readings of the destination that give nothing until they are aborted. */
function slowReads({ services }: TestHoldfast) {
  const storage = services.destinations.main;
  const read = storage.read.bind(storage);
  const hanging: typeof storage.read = async (key, range) => {
    const stream = await read(key, range);
    stream._read = () => undefined;
    return stream;
  };
  Object.assign(storage, { read: hanging });
  return { storage, read };
}

/** Readings of the destination that begin only once the gate is open. */
function holdReads({ services }: TestHoldfast, gate: Promise<void>): void {
  const storage = services.destinations.main;
  const read = storage.read.bind(storage);
  const held: typeof storage.read = async (key, range) => {
    await gate;
    return read(key, range);
  };
  Object.assign(storage, { read: held });
}

describe('the scrub', () => {
  it('reads what was not read for longest, finds a flipped bit, and says so everywhere', async () => {
    let now = Date.now();
    await using holdfast = await start({ now: () => now });
    const { api, services } = holdfast;
    const [first, second] = [await backedUp(holdfast), await backedUp(holdfast)];
    for (const { id } of [first, second]) await checked(holdfast, id);
    await flipBit(holdfast, first);
    now += 31 * dayMs;
    expect(await api.verification.state()).toMatchObject({ verified: 2, due: 2, lastScrubAt: null });
    await api.verification.set({ ...defaultScrubSettings, bytesPerSecond: null });
    const states = [first, second].map(({ id }) =>
      until(
        () => api.backups.byId({ id }),
        ({ checkCause }) => checkCause === 'scrub',
      ),
    );
    const [damaged, whole] = await Promise.all(states);
    expect(damaged).toMatchObject({ status: 'completed', verifiedAt: null, error: { reason: 'archive-damaged' } });
    expect(whole).toMatchObject({ error: null });
    const order = [first, second].map(async ({ id }) => (await eventsOf(holdfast, id)).at(-1)?.position ?? 0);
    const [ofFirst = 0, ofSecond = 0] = await Promise.all(order);
    expect(ofFirst).toBeLessThan(ofSecond);
    const failed = [expect.objectContaining({ backupId: first.id, deploymentName: 'default' })];
    expect(await api.verification.state()).toMatchObject({ verified: 1, failedTotal: 1, failed });
    expect(await metricsText(services)).toContain('holdfast_backups_damaged 1');
    const checks = (await services.doctor()).filter(({ id }) => id === 'verification');
    expect(checks).toMatchObject([{ status: 'failed', found: expect.stringContaining('1 did not pass: default of') }]);
  });

  it('is one among several servers, each archive read once', async () => {
    let now = Date.now();
    const secretKey = 'a'.repeat(64);
    const config = { secretKey, storageShared: true };
    await using one = await start({ now: () => now, config });
    await switchOff(one);
    const shared = { ...config, storageUrl: one.config.storageUrl };
    await using two = await start({ now: () => now, config: shared });
    const backups = [await backedUp(one), await backedUp(one), await backedUp(one)];
    const gate = Promise.withResolvers<void>();
    // Before the servers end, however the test does.
    using _opened = { [Symbol.dispose]: () => gate.resolve() };
    for (const server of [one, two]) holdReads(server, gate.promise);
    now += 2 * dayMs;
    await one.api.verification.set({ ...defaultScrubSettings, bytesPerSecond: null });
    const running = async () => (await one.api.verification.state()).running;
    await until(running, (all) => all.length > 0);
    // Time for the other one to begin too, if it could.
    for (const _ of Array.from({ length: 10 })) {
      expect(await running()).toHaveLength(1);
      await delay(100);
    }
    gate.resolve();
    for (const { id } of backups) await checked(two, id);
    for (const { id } of backups) {
      const verified = (await eventsOf(one, id)).filter(({ type }) => type === 'BackupVerified');
      expect(verified).toHaveLength(1);
    }
  });

  it('reads no faster than its limit, and none while it is off', async () => {
    let now = Date.now();
    await using holdfast = await start({ now: () => now });
    await switchOff(holdfast);
    await holdfast.api.verification.set({ enabled: false, everyDays: 30, bytesPerSecond: null });
    const noise = Array.from({ length: 300 }, (_, n) => ({
      _id: n as never,
      noise: crypto.getRandomValues(new Uint8Array(10_000)),
    }));
    await source.client.db('shop').collection('noise').insertMany(noise);
    const { id, sizeBytes } = await backedUp(holdfast);
    expect(sizeBytes).toBeGreaterThan(3_000_000);
    now += 2 * dayMs;
    const before = await holdfast.api.verification.state();
    expect(before).toMatchObject({ due: 1, neverChecked: 1 });
    const startedAt = performance.now();
    await holdfast.api.verification.set({ enabled: true, everyDays: 30, bytesPerSecond: 1_000_000 });
    await checked(holdfast, id);
    expect(performance.now() - startedAt).toBeGreaterThan(2_600);
    await source.client.db('shop').collection('noise').drop();
  });
});
