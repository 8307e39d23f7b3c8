// The worst day: data folder and ledger are gone. Everything comes back from the destination and the recovery kit, from a folder
// and from a real bucket, and is compared with the source.
import { mkdir, mkdtempDisposable, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Backup } from '@holdfast/shared/backup';
import { AppError } from '@holdfast/shared/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Config, loadConfig } from '../config.ts';
import { openKit } from '../keys/recovery-kit.ts';
import { compareDatabases } from '../sample/compare-databases.ts';
import { loadSample } from '../sample/load-sample.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { startS3Server, type TestS3Server } from '../testing/s3-server.ts';
import { testTools } from '../testing/tools.ts';
import { runCommandLine } from './run-command-line.ts';
import { memorySink as sink } from './testing/memory-sink.ts';

const passphrase = 'correct horse battery staple';
let source: TestMongo;
let bucket: TestS3Server;

beforeAll(async () => {
  [source, bucket] = await Promise.all([startReplicaSet(), startS3Server()]);
  await loadSample(source.client, 'shop');
  await source.client
    .db('small')
    .collection('things')
    .insertMany([{ a: 1 }, { a: 2 }]);
});
afterAll(async () => {
  await source?.stop();
  await bucket?.[Symbol.asyncDispose]();
});

const uriOf = (database: string) => source.uri.replace(/\/\?/, `/${database}?`);

async function backedUp(holdfast: TestHoldfast, deploymentId: string): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId });
  const backup = await holdfast.backupEnd(id);
  expect(backup.error).toBeNull();
  return backup;
}

/** Two deployments, plain and encrypted backups, and a kit. Returns the backups, oldest first. */
async function live(holdfast: TestHoldfast, kitFile: string): Promise<Backup[]> {
  const { api } = holdfast;
  await api.deployments.register({ name: 'small', uri: uriOf('small') });
  const plain = [await backedUp(holdfast, 'default'), await backedUp(holdfast, 'small')];
  await api.encryption.createKey({ name: 'main' });
  const { content } = await api.encryption.issueKit({ passphrase });
  await writeFile(kitFile, content);
  await api.encryption.confirmKit({ code: (await openKit(content, passphrase)).code });
  await api.encryption.setDefault({ key: 'main' });
  return [...plain, await backedUp(holdfast, 'default'), await backedUp(holdfast, 'small')];
}

async function recover(config: Config, ...options: string[]) {
  const [stdout, stderr] = [sink(), sink()];
  const args = ['recover', '--json', ...options];
  const streams = { stdin: Readable.from([]), stdout: stdout.stream, stderr: stderr.stream };
  const startedAt = performance.now();
  const status = await runCommandLine({ args, ...streams, config });
  const wallMs = Math.round(performance.now() - startedAt);
  return { status, wallMs, stderr: stderr.text(), answer: JSON.parse(stdout.text() || 'null') };
}

describe.each(['a folder', 'a bucket'])('from %s and the kit', (place) => {
  it('brings every backup back, restorable at once, equal to the source', { timeout: 180_000 }, async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-recover-'));
    const [dataDir, kitFile, secretFile] = ['data', 'kit.age', 'passphrase'].map((name) => join(folder.path, name));
    if (!dataDir || !kitFile || !secretFile) throw new Error('unreachable');
    const archives = join(folder.path, 'archives');
    const storageUrl = place === 'a folder' ? `file:${archives}` : bucket.url(`backups/recover`);
    const settings = { storageUrl, s3Credentials: place === 'a folder' ? null : bucket.credentials };
    // A ledger of its own here, one on a replica set there.
    const ledgerUri = place === 'a folder' ? {} : { ledgerUri: source.uri };
    const before = await startHoldfast({ dataDir, mongodbUri: uriOf('shop'), config: settings, ...ledgerUri });
    const backups = await live(before, kitFile);
    await before.close();
    await writeFile(secretFile, `${passphrase}\n`);
    const toolPaths = await testTools();
    const config: Config = { ...loadConfig({}), ...settings, ...ledgerUri, dataDir, toolPaths, logLevel: 'silent' };
    const kit = ['--kit', kitFile, '--passphrase-file', secretFile];
    await lose(dataDir);
    if (place === 'a bucket') {
      await expectPiecemeal(config, kit, join(bucket.folder, 'backups', 'recover'));
      await lose(dataDir);
    }

    const { status, answer, wallMs } = await recover(config, ...kit);
    expect([status, answer.keys, answer.recovered.length, answer.unreadable]).toStrictEqual([0, 1, 4, []]);
    process.stdout.write(
      `recovered 4 archives from ${place} in ${answer.durationMs} ms, with the start in ${wallMs} ms\n`,
    );
    await using after = await startHoldfast({ dataDir, config: settings, ...ledgerUri });
    await expectRecovered(after, backups);
    await expectConsistent(after.services, [source.client]);
  });
});

async function lose(dataDir: string): Promise<void> {
  await rm(dataDir, { recursive: true });
  await source.client.db('holdfast').dropDatabase();
}

/** What cannot be read is listed; a run that comes later takes on the rest and nothing twice. */
async function expectPiecemeal(config: Config, kit: readonly string[], archives: string): Promise<void> {
  const broken = 'shop/2026/01/20260101T000000Z-01970000-0000-7000-8000-000000000003.zip';
  await mkdir(join(archives, broken, '..'), { recursive: true });
  await writeFile(join(archives, broken), 'PK and then nothing that an archive would have');
  const without = await recover(config);
  expect(without).toMatchObject({ status: 1, answer: { archives: 5, keys: 0, known: 0 } });
  expect(without.answer.recovered).toHaveLength(2);
  const reasons = without.answer.unreadable.map(({ failure }: { failure: { reason: string } }) => failure.reason);
  expect(reasons.sort()).toStrictEqual(['archive-damaged', 'key-missing', 'key-missing']);
  const withKit = await recover(config, ...kit);
  expect(withKit).toMatchObject({ status: 1, answer: { keys: 1, known: 2 } });
  expect(withKit.answer.recovered.map(({ encrypted }: { encrypted: boolean }) => encrypted)).toStrictEqual([
    true,
    true,
  ]);
  expect(JSON.parse(withKit.stderr).details.unreadable).toStrictEqual([broken]);
  await rm(join(archives, broken));
  const uriFile = join(config.dataDir, 'uri');
  await writeFile(uriFile, uriOf('small'));
  const again = await recover(config, ...kit, '--connect', `small=${uriFile}`);
  expect(again).toMatchObject({ status: 0, answer: { archives: 4, keys: 0, known: 4, recovered: [], problems: [] } });
}

/** Nothing is claimed that is not known; what a person gives makes it whole again. */
async function expectRecovered({ api, backupEnd, restoreEnd }: TestHoldfast, backups: readonly Backup[]) {
  const { items } = await api.backups.list({});
  expect(items.map(({ id }) => id).sort()).toStrictEqual(backups.map(({ id }) => id).sort());
  expect(new Set(items.map(({ trigger }) => trigger))).toStrictEqual(new Set(['recovered']));
  // What was recorded then: the server reads them again as soon as it has started.
  const { events } = await api.audit.search({ type: 'BackupAdopted' });
  expect(events.map(({ data }) => [data.recovered, 'sha256' in data])).toStrictEqual(backups.map(() => [true, false]));
  expect((await api.deployments.list()).map(({ name, isConnected }) => [name, isConnected])).toStrictEqual([
    ['default', false],
    ['small', false],
  ]);
  const newest = backups[2] as Backup;
  expect(await refusalOf(api.backups.request({ deploymentId: 'default' }))).toBe('DEPLOYMENT_NOT_CONNECTED');
  const target = { kind: 'copy', suffix: '_back' } as const;
  expect(await refusalOf(api.restores.plan({ backupId: newest.id, target }))).toBe('DEPLOYMENT_NOT_CONNECTED');
  await api.deployments.update({ id: 'default', uri: uriOf('shop') });

  const plan = await api.restores.plan({ backupId: newest.id, target });
  const { id } = await api.restores.confirm({ planId: plan.id });
  expect(await restoreEnd(id)).toMatchObject({ status: 'completed', error: null });
  const { differences, documents } = await compareDatabases(source.client, 'shop', 'shop_back');
  expect(differences).toStrictEqual([]);
  expect(documents).toBeGreaterThan(10_000);
  await source.client.db('shop_back').dropDatabase();

  await api.backups.verify({ id: newest.id });
  const verified = await api.backups.byId({ id: newest.id });
  expect(verified).toMatchObject({ sha256: newest.sha256, encryption: { keys: [{ name: 'main' }] } });
  expect(verified.verifiedAt).not.toBeNull();
  await api.encryption.setDefault({ key: 'main' });
  const { id: next } = await api.backups.request({ deploymentId: 'default' });
  expect((await backupEnd(next)).status).toBe('completed');
}

it('takes no empty folder for a destination, and no wrong passphrase for a kit', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-recover-'));
  const dataDir = join(folder.path, 'data');
  const config: Config = { ...loadConfig({}), dataDir, storageUrl: `file:${folder.path}/nothing`, logLevel: 'silent' };
  expect(await recover(config)).toMatchObject({ status: 1, answer: null });
  const notes = join(folder.path, 'notes');
  await writeFile(notes, 'no kit at all, and no passphrase either');
  const refused = await recover(config, '--kit', notes, '--passphrase-file', notes);
  expect(refused.status).toBe(2);
  expect(JSON.parse(refused.stderr).code).toBe('KIT_UNREADABLE');
});

const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => 'accepted',
    (error: { cause?: unknown }) => (error.cause instanceof AppError ? error.cause.code : error),
  );
