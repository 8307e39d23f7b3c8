// Destinations beside the main one: added, changed, removed; one that is away keeps neither the server nor a backup from working.
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { PolicySettings } from '@holdfast/shared/policy';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { BackupState } from '../domain/backup.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';

let source: TestMongo;
let ledger: TestMongo;
let folder: string;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  await source.client
    .db('shop')
    .collection('a')
    .insertMany([{ a: 1 }, { a: 2 }]);
});
beforeEach(async () => {
  await ledger.client.db('holdfast').dropDatabase();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-destinations-'));
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

const start = (options: { readonly dataDir?: string } = {}) =>
  startHoldfast({ ledgerUri: ledger.uri, mongodbUri: source.uri.replace('/?', '/shop?'), ...options });

const urlOf = (name: string) => `file:${join(folder, name)}`;

async function backedUp(holdfast: TestHoldfast): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  return holdfast.backupEnd(id);
}

async function keepAt(holdfast: TestHoldfast, destinationIds: PolicySettings['destinationIds']): Promise<void> {
  const [policy] = await holdfast.api.policies.list();
  if (policy === undefined) throw new Error('there is no policy');
  const { id, enabled, scheduledHour, retentionCount, timezone } = policy;
  await holdfast.api.policies.set({ id, enabled, scheduledHour, retentionCount, timezone, destinationIds });
}

const refusedAs = (code: string, details: object = {}) => ({
  cause: { code, details: expect.objectContaining(details) },
});

it('is added once, changed, and let go of when nothing uses it', async () => {
  await using holdfast = await start();
  const { destinations } = holdfast.api;
  const offsite = await destinations.add({ name: 'offsite', url: urlOf('offsite') });
  expect(offsite).toMatchObject({ name: 'offsite', url: urlOf('offsite'), isMain: false, problem: null, usedBy: [] });
  expect((await destinations.list()).map(({ name }) => name)).toStrictEqual(['main', 'offsite']);
  expect(await destinations.test({ id: 'offsite' })).toMatchObject({ id: offsite.id });
  const here = { deploymentName: 'default', urls: [holdfast.config.storageUrl] };
  expect(await destinations.disks()).toMatchObject({ shared: [here], unknown: [] });

  await writeFile(join(folder, 'file'), 'in the way');
  const main = holdfast.config.storageUrl;
  const refusals = [
    [{ name: 'offsite', url: urlOf('other') }, 'DESTINATION_EXISTS', { existing: 'offsite' }],
    [{ name: 'again', url: urlOf('offsite') }, 'DESTINATION_EXISTS', { existing: 'offsite' }],
    [{ name: 'main', url: urlOf('other') }, 'DESTINATION_EXISTS', { existing: 'main' }],
    [{ name: 'twin', url: main }, 'DESTINATION_EXISTS', { existing: 'main' }],
    [{ name: 'inside', url: `${main}/inside` }, 'DESTINATION_INVALID', {}],
    [{ name: 'nowhere', url: 'ftp://nowhere' }, 'DESTINATION_INVALID', {}],
    [{ name: 'relative', url: 'file:backups' }, 'DESTINATION_INVALID', {}],
    [{ name: 'barred', url: urlOf('file/x') }, 'DESTINATION_UNREACHABLE', { url: urlOf('file/x') }],
  ] as const;
  for (const [place, code, details] of refusals)
    await expect(destinations.add(place)).rejects.toMatchObject(refusedAs(code, details));
  const credentials = { accessKeyId: 'id', secretAccessKey: 'hidden-key' };
  const withKey = destinations.add({ name: 'keyed', url: urlOf('keyed'), credentials });
  await expect(withKey).rejects.toMatchObject(refusedAs('DESTINATION_INVALID'));

  await keepAt(holdfast, [offsite.id]);
  await expect(destinations.remove({ id: 'offsite' })).rejects.toMatchObject(
    refusedAs('DESTINATION_IN_USE', { deployments: ['default'], onlyCopies: 0 }),
  );
  await keepAt(holdfast, []);
  await rename(join(folder, 'offsite'), join(folder, 'moved'));
  const moved = await destinations.update({ id: 'offsite', name: 'far', url: urlOf('moved') });
  expect(moved).toMatchObject({ id: offsite.id, name: 'far', url: urlOf('moved'), problem: null });
  const elsewhere = destinations.update({ id: 'far', url: urlOf('other') });
  await expect(elsewhere).rejects.toMatchObject(refusedAs('DESTINATION_UNREACHABLE'));
  await destinations.remove({ id: 'far' });
  await expect(destinations.remove({ id: 'far' })).rejects.toMatchObject(refusedAs('DESTINATION_NOT_FOUND'));
  await expect(destinations.remove({ id: 'main' })).rejects.toMatchObject(refusedAs('DESTINATION_INVALID'));
  await expect(keepAt(holdfast, [offsite.id])).rejects.toMatchObject(refusedAs('DESTINATION_NOT_FOUND'));
  await expectConsistent(holdfast.services, [source.client]);
});

it('takes the backups of the policies that name it first, and is passed over while it is away', async () => {
  await using holdfast = await start();
  const { api, services } = holdfast;
  const offsite = await api.destinations.add({ name: 'offsite', url: urlOf('offsite') });
  await keepAt(holdfast, [offsite.id, services.destinations.main.id as typeof offsite.id]);
  const away = join(folder, 'offsite');
  await rename(away, `${away}.away`);
  const passedOver = await backedUp(holdfast);
  expect(passedOver).toMatchObject({ status: 'completed' });
  expect(await services.destinations.main.stat(String(passedOver.filePath))).toBeDefined();
  await rename(`${away}.away`, away);
  const first = await backedUp(holdfast);
  // The copy in the other one may have followed already.
  const { sealed } = (await services.ledger.state(`backup:${first.id}`)) as BackupState;
  expect(sealed?.destinationId).toBe(offsite.id);
  expect(await services.destinations.byId(offsite.id)?.stat(String(first.filePath))).toBeDefined();

  await keepAt(holdfast, [offsite.id]);
  await rename(away, `${away}.away`);
  const failed = await backedUp(holdfast);
  expect(failed).toMatchObject({ status: 'failed', error: { reason: 'storage-missing' } });
  await rename(`${away}.away`, away);
  await api.backups.verify({ id: first.id });
  await api.backups.delete({ id: first.id });
  expect(await services.destinations.byId(offsite.id)?.stat(String(first.filePath))).toBeUndefined();
  await expectConsistent(services, [source.client]);
});

it('is unavailable with the reason when it is away at the start, and used again once it is back', async () => {
  const first = await start();
  const { id } = await first.api.destinations.add({ name: 'offsite', url: urlOf('offsite') });
  await first.close();
  const away = join(folder, 'offsite');
  await rename(away, `${away}.away`);
  await mkdir(away);
  await using again = await start({ dataDir: first.config.dataDir });
  const found = async () => (await again.api.destinations.list()).find((one) => one.id === id);
  expect(await found()).toMatchObject({ problem: { reason: 'storage-missing' }, freeBytes: null });
  const unavailable = { cause: { code: 'OPERATION_FAILED', details: { reason: 'destination-unavailable' } } };
  await expect(again.api.destinations.reconcile({ id })).rejects.toMatchObject(unavailable);
  await expect(again.api.destinations.test({ id })).rejects.toMatchObject(refusedAs('DESTINATION_UNREACHABLE'));
  await rm(away, { recursive: true });
  await rename(`${away}.away`, away);
  expect(await again.api.destinations.test({ id })).toMatchObject({ id });
  expect(await found()).toMatchObject({ problem: null });
  expect(await again.api.destinations.reconcile({ id })).toMatchObject({
    destinationId: id,
    problem: null,
    archives: 0,
  });
  await expectConsistent(again.services, [source.client]);
  await first[Symbol.asyncDispose]();
});

it('comes back with the configuration: as it is where it needs no key, else when somebody has added it', async () => {
  const first = await start();
  const { id } = await first.api.destinations.add({ name: 'offsite', url: urlOf('offsite') });
  await first.api.destinations.add({ name: 'gone', url: urlOf('gone') });
  await keepAt(first, [id]);
  const file = await first.api.configuration.export();
  expect(file.destinations).toMatchObject([
    { name: 'gone', needsKey: false },
    { id, name: 'offsite', url: urlOf('offsite'), needsKey: false },
  ]);
  await first[Symbol.asyncDispose]();
  await ledger.client.db('holdfast').dropDatabase();
  await rm(join(folder, 'gone'), { recursive: true });

  await using again = await start();
  const { configuration } = again.api;
  const keyed = { ...file, destinations: file.destinations?.map((one) => ({ ...one, needsKey: true })) };
  await expect(configuration.preview({ file: keyed })).rejects.toMatchObject(refusedAs('CONFIGURATION_INVALID'));
  const { digest, ...preview } = await configuration.preview({ file });
  expect(preview.destinations).toMatchObject([
    { kind: 'destination-away', name: 'gone', problem: expect.stringContaining('gone') },
    { kind: 'destination-added', id, name: 'offsite' },
  ]);
  await configuration.import({ file, digest });
  expect((await again.api.destinations.list()).map(({ name }) => name)).toStrictEqual(['main', 'offsite']);
  expect((await again.api.policies.list())[0]?.destinationIds).toStrictEqual([id]);
  expect((await configuration.preview({ file: keyed })).destinations).toMatchObject([
    { kind: 'destination-needs-key', name: 'gone' },
    { kind: 'destination-unchanged', id },
  ]);
  await expectConsistent(again.services, [source.client]);
});
