// What mongorestore does to those who trust it with live data: first the plain command, then Holdfast.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtempDisposable, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Backup } from '@holdfast/shared/backup';
import type { Collection, Db } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseConnectionString } from '../../engine/connection-string.ts';
import { startRestore } from '../../engine/start-restore.ts';
import { startHoldfast, type TestHoldfast } from '../holdfast.ts';
import { startReplicaSet, type TestMongo } from '../mongo.ts';
import { type TestTools, testTools } from '../tools.ts';
import { until } from '../until.ts';

const run = promisify(execFile);

let mongo: TestMongo;
let tools: TestTools;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let holdfast: TestHoldfast;
let db: Db;
let orders: Collection<{ _id: number; text: string }>;

beforeAll(async () => {
  [mongo, tools] = await Promise.all([startReplicaSet(), testTools()]);
  folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-pitfalls-'));
  db = mongo.client.db('shop');
  orders = db.collection('orders');
  holdfast = await startHoldfast({
    mongodbUri: mongo.uri.replace('/?', '/shop?'),
    config: { failpointsDir: folder.path },
  });
});
afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await folder?.remove();
  await mongo?.stop();
});
beforeEach(async () => {
  await db.dropDatabase();
  await orders.insertMany(
    Array.from({ length: 5_000 }, (_, n) => ({ _id: n, text: `${n} ${'text '.repeat(400)}${Math.sin(n)}` })),
  );
  await orders.createIndex({ text: 'hashed' }, { name: 'text' });
});

async function dumped(): Promise<string> {
  const file = join(folder.path, 'shop.archive');
  await run(tools.mongodump, ['--quiet', `--uri=${mongo.uri}`, '--db=shop', `--archive=${file}`]);
  return file;
}

const mongorestore = (file: string, ...others: string[]) =>
  run(tools.mongorestore, [`--uri=${mongo.uri}`, `--archive=${file}`, ...others]);

async function backedUp(): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const backup = await holdfast.backupEnd(id);
  expect(backup.error).toBeNull();
  return backup;
}

async function restoreInPlace(
  { id }: Backup,
  options: { readonly ttlIndexes?: 'leave-out'; readonly afterPlan?: () => Promise<void> } = {},
): Promise<string> {
  const { ttlIndexes = 'build', afterPlan } = options;
  const plan = await holdfast.api.restores.plan({ backupId: id, target: { kind: 'original' }, ttlIndexes });
  await afterPlan?.();
  return (await holdfast.api.restores.confirm({ planId: plan.id, phrase: 'shop' })).id;
}

const indexNames = async (collection: Pick<Collection, 'indexes'>) =>
  (await collection.indexes()).map(({ name }) => name).sort();

describe('documents that the server refuses, all of them', () => {
  it('are a success to mongorestore: it exits 0', async () => {
    const { stderr } = await mongorestore(await dumped());
    expect(stderr).toContain('0 document(s) restored successfully. 5000 document(s) failed to restore.');
  });

  it('are a failure', async () => {
    const restore = startRestore({
      mongorestorePath: tools.mongorestore,
      address: parseConnectionString(mongo.uri),
      drop: false,
      stopOnError: false,
      signal: new AbortController().signal,
    });
    await pipeline(createReadStream(await dumped()), restore.stdin);
    await expect(restore.exited).rejects.toMatchObject({
      reason: 'restore-incomplete',
      message: expect.stringContaining('5000 were refused'),
    });
  });
});

describe('a damaged archive', () => {
  it.each([
    ['that ends early', async (file: string) => await truncate(file, 6_000_000)],
    ['in which a bit is flipped', flipMiddle],
  ])('%s has replaced live data by the time that mongorestore --drop says so', async (_, harm) => {
    const file = await dumped();
    await orders.updateMany({}, { $set: { text: 'worked on since' } });
    await harm(file);
    await run(tools.mongorestore, [`--uri=${mongo.uri}`, `--archive=${file}`, '--drop', '--dryRun', '--objcheck']);
    await expect(mongorestore(file, '--drop')).rejects.toMatchObject({ code: 1 });
    expect(await orders.countDocuments({ text: 'worked on since' })).toBe(0);
  });

  it.each([
    ['that ends early', async (file: string) => await truncate(file, 10_000)],
    ['in which a bit is flipped', flipMiddle],
  ])('%s is found before anything live changes', async (_, harm) => {
    const backup = await backedUp();
    await orders.updateMany({}, { $set: { text: 'worked on since' } });
    const file = join(holdfast.config.dataDir, 'backups', String(backup.filePath));
    const id = await restoreInPlace(backup, { afterPlan: () => harm(file) });
    const restore = await holdfast.restoreEnd(id);
    expect(restore).toMatchObject({ status: 'failed', liveData: 'untouched', error: { reason: 'archive-damaged' } });
    expect(await orders.countDocuments({ text: 'worked on since' })).toBe(5_000);
  });
});

async function flipMiddle(file: string): Promise<void> {
  const bytes = await readFile(file);
  const at = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(file, bytes);
}

describe('a restore that is ended half-way', () => {
  it('leaves data without its indexes behind mongorestore --drop', async () => {
    const file = await dumped();
    const restore = spawn(tools.mongorestore, ['--quiet', `--uri=${mongo.uri}`, '--archive', '--drop'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    restore.stdin.on('error', () => undefined);
    // All but the end of the archive: it waits for that.
    restore.stdin.write((await readFile(file)).subarray(0, -100));
    await until(
      () => orders.countDocuments(),
      (count) => count > 0 && count < 5_000,
      30_000,
    ).catch(() => undefined);
    restore.kill('SIGKILL');
    await once(restore, 'close');
    expect(await indexNames(orders)).toStrictEqual(['_id_']);
  });

  it('leaves live data as it was', async () => {
    const backup = await backedUp();
    const held = join(folder.path, 'restored');
    await writeFile(held, '');
    const id = await restoreInPlace(backup);
    await until(
      () => readFile(`${held}.reached`, 'utf8').catch(() => ''),
      (who) => who !== '',
    );
    await holdfast.api.operations.cancel({ id });
    await rm(held);
    expect(await holdfast.restoreEnd(id)).toMatchObject({ status: 'cancelled', liveData: 'untouched' });
    expect(await indexNames(orders)).toStrictEqual(['_id_', 'text']);
    expect(await orders.countDocuments()).toBe(5_000);
  });
});

describe('documents that have expired since the backup', { timeout: 150_000 }, () => {
  /** A server sleeps for a minute before the first time, whatever it is told meanwhile. */
  const firstPassMs = 70_000;
  const sessions = () => db.collection<{ _id: number; until: Date }>('sessions');
  const monitor = (parameters: Record<string, unknown>) =>
    mongo.client.db('admin').command({ setParameter: 1, ...parameters });
  beforeEach(async () => {
    await monitor({ ttlMonitorEnabled: false });
    await monitor({ ttlMonitorSleepSecs: 1 });
    await sessions().insertMany(Array.from({ length: 300 }, (_, n) => ({ _id: n, until: new Date(0) })));
    await sessions().createIndex({ until: 1 }, { expireAfterSeconds: 0, name: 'expire' });
  });

  it('vanish as soon as mongorestore has built the index', async () => {
    const file = await dumped();
    await monitor({ ttlMonitorEnabled: true });
    const { stderr } = await mongorestore(file, '--drop');
    expect(stderr).toContain('5300 document(s) restored successfully. 0 document(s) failed');
    await until(
      () => sessions().countDocuments(),
      (count) => count === 0,
      firstPassMs,
    );
  });

  it('stay when the expiry is left out, while a server expires whatever it may', async () => {
    const backup = await backedUp();
    await monitor({ ttlMonitorEnabled: true });
    const id = await restoreInPlace(backup, { ttlIndexes: 'leave-out' });
    expect(await holdfast.restoreEnd(id)).toMatchObject({ status: 'completed', error: null });
    await passesOfMonitor(2);
    expect(await sessions().countDocuments()).toBe(300);
  });

  async function passesOfMonitor(count: number): Promise<void> {
    const passes = async () => {
      const { metrics } = await mongo.client.db('admin').command({ serverStatus: 1 });
      return Number(metrics.ttl.passes);
    };
    const before = await passes();
    await until(passes, (now) => now >= before + count, firstPassMs);
  }
});
