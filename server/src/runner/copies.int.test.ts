// Copies of an archive at several destinations: they follow the first one, survive the server that makes them, are made again when
// one goes, stand in for one that is away, and go all together.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { PolicySettings } from '@holdfast/shared/policy';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../config.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { startS3Server } from '../testing/s3-server.ts';
import { until } from '../testing/until.ts';

let source: TestMongo;
let ledger: TestMongo;
let folder: string;
let holds: string;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  const documents = Array.from({ length: 1_000 }, (_, n) => ({
    _id: n as never,
    text: randomBytes(1_500).toString('base64'),
  }));
  await source.client.db('shop').collection('a').insertMany(documents);
});
beforeEach(async () => {
  await ledger.client.db('holdfast').dropDatabase();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-copies-'));
  holds = join(folder, 'holds');
  await mkdir(holds);
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

type Ids = PolicySettings['destinationIds'];

const start = (options: { readonly dataDir?: string; readonly config?: Partial<Config> } = {}) =>
  startHoldfast({
    ledgerUri: ledger.uri,
    mongodbUri: source.uri.replace('/?', '/shop?'),
    ...options,
    config: { failpointsDir: holds, leaseMs: 3_000, ...options.config },
  });

/** Two destinations, and the policy names both, the main one first. */
async function withOffsite(holdfast: TestHoldfast) {
  const { api, services } = holdfast;
  const offsite = await api.destinations.add({ name: 'offsite', url: `file:${join(folder, 'offsite')}` });
  const main = services.destinations.main.id as typeof offsite.id;
  await keepAt(holdfast, [main, offsite.id]);
  return { main, offsite: offsite.id };
}

async function keepAt({ api }: TestHoldfast, destinationIds: Ids, change: Partial<PolicySettings> = {}): Promise<void> {
  const [policy] = await api.policies.list();
  if (policy === undefined) throw new Error('there is no policy');
  const { id, enabled, scheduledHour, retentionCount, timezone } = policy;
  await api.policies.set({ id, enabled, scheduledHour, retentionCount, timezone, destinationIds, ...change });
}

async function backedUp(holdfast: TestHoldfast): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const backup = await holdfast.backupEnd(id);
  expect([backup.status, backup.error]).toStrictEqual(['completed', null]);
  return backup;
}

const standing = ({ copies }: Backup) => copies.map(({ name, state }) => `${name} ${state}`);

const untilStanding = ({ api }: TestHoldfast, { id }: Pick<Backup, 'id'>, wanted: readonly string[]) =>
  until(
    () => api.backups.byId({ id }),
    (backup) => standing(backup).join() === wanted.join(),
    30_000,
  );

const everywhere = ['main stored', 'offsite stored'];
const offsiteFile = ({ filePath }: Backup) => join(folder, 'offsite', String(filePath));
const mainFile = ({ config }: TestHoldfast, { filePath }: Backup) =>
  join(config.storageUrl.slice('file:'.length), String(filePath));

async function restores(holdfast: TestHoldfast, { id }: Backup, suffix: string): Promise<void> {
  const plan = await holdfast.api.restores.plan({ backupId: id, target: { kind: 'copy', suffix } });
  const restore = await holdfast.api.restores.confirm({ planId: plan.id });
  expect(await holdfast.restoreEnd(restore.id)).toMatchObject({ status: 'completed', documents: 1_000, error: null });
  await source.client.db(`shop${suffix}`).dropDatabase();
}

describe('a verification', () => {
  it('reads every copy, names the damaged one, and passes once that was moved away and made again', async () => {
    await using holdfast = await start();
    await withOffsite(holdfast);
    const backup = await backedUp(holdfast);
    await untilStanding(holdfast, backup, everywhere);
    const bytes = await readFile(offsiteFile(backup));
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(offsiteFile(backup), bytes);
    await expect(holdfast.api.backups.verify({ id: backup.id })).rejects.toMatchObject({
      cause: { details: { reason: 'archive-damaged', message: expect.stringContaining(join(folder, 'offsite')) } },
    });
    const { error } = await holdfast.api.backups.byId({ id: backup.id });
    expect(error?.message).toContain(`The one at ${holdfast.services.destinations.main.url} is whole`);
    await rm(offsiteFile(backup));
    for (const { id } of await holdfast.api.destinations.list()) await holdfast.api.destinations.reconcile({ id });
    await until(
      () => readFile(offsiteFile(backup)).catch(() => null),
      (file) => file !== null,
      30_000,
    );
    await untilStanding(holdfast, backup, everywhere);
    expect(await holdfast.api.backups.verify({ id: backup.id })).toMatchObject({ documents: 1_000 });
    expect((await holdfast.api.backups.byId({ id: backup.id })).error).toBeNull();
  });
});

describe('a copy', () => {
  it('follows the first one, also of backups that were there before, and is the same file', async () => {
    await using holdfast = await start();
    const before = await backedUp(holdfast);
    expect(standing(before)).toStrictEqual(['main stored']);
    const { offsite } = await withOffsite(holdfast);
    const after = await backedUp(holdfast);
    for (const backup of [before, after]) {
      const { copies } = await untilStanding(holdfast, backup, everywhere);
      expect(copies[1]).toMatchObject({ destinationId: offsite, key: backup.filePath, sizeBytes: backup.sizeBytes });
      expect(await readFile(offsiteFile(backup))).toStrictEqual(await readFile(mainFile(holdfast, backup)));
    }
    await expect(holdfast.api.destinations.remove({ id: offsite })).rejects.toMatchObject({
      cause: { code: 'DESTINATION_IN_USE' },
    });
    expect(await holdfast.api.destinations.reconcile({ id: offsite })).toMatchObject({
      ...{ archives: 2, missing: [], unknown: [], problem: null },
    });
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('is begun anew by another server when the one that makes it goes', async () => {
    const shared = { secretKey: Buffer.alloc(32, 7).toString('base64'), storageShared: true };
    const a = await start({ config: shared });
    const { offsite } = await withOffsite(a);
    await writeFile(join(holds, 'mid-copy'), '');
    const backup = await backedUp(a);
    await until(
      () => readdir(holds),
      (names) => names.includes('mid-copy.reached'),
    );
    const [partial] = await readdir(join(folder, 'offsite', '.partial'));
    expect(await a.services.copyLeases.tokens()).toStrictEqual([partial]);
    await using b = await start({ config: { ...shared, storageUrl: a.config.storageUrl } });
    expect((await b.api.destinations.reconcile({ id: 'offsite' })).removedPartials).toStrictEqual([]);
    // Cut off, as one that was stopped would be: it renews nothing.
    Object.assign(a.services.copyLeases, { renew: () => Promise.reject(new Error('cut off')) });
    await until(
      () => b.services.copyLeases.find({ backupId: backup.id, destinationId: offsite }),
      (lease) => lease?.worker === b.services.worker,
      30_000,
    );
    await rm(join(holds, 'mid-copy'));
    await untilStanding(b, backup, everywhere);
    await a.close();
    await expectConsistent(b.services, [source.client]);
    await b.close();
    await a[Symbol.asyncDispose]();
  });

  it('that became visible and was not recorded is compared and recorded by the next start', async () => {
    const first = await start();
    await withOffsite(first);
    await writeFile(join(holds, 'copied'), '');
    const kept = await backedUp(first);
    await until(
      () => readdir(holds),
      (names) => names.includes('copied.reached'),
    );
    expect(await first.api.destinations.reconcile({ id: 'offsite' })).toMatchObject({ unknown: [], archives: 1 });
    Object.assign(first.services.ledger, { execute: () => Promise.reject(new Error('cut off')) });
    await rm(join(holds, 'copied'));
    await first.close();
    await using again = await start({ dataDir: first.config.dataDir });
    expect(await readFile(offsiteFile(kept))).toStrictEqual(await readFile(mainFile(again, kept)));
    await untilStanding(again, kept, everywhere);
    await expectConsistent(again.services, [source.client]);
    await first[Symbol.asyncDispose]();
  });

  it('that cannot be made says why, once, and is made as soon as it can be', async () => {
    await using holdfast = await start();
    const { offsite } = await withOffsite(holdfast);
    const away = join(folder, 'offsite');
    await rename(away, `${away}.away`);
    const backup = await backedUp(holdfast);
    const failed = await untilStanding(holdfast, backup, ['main stored', 'offsite failed']);
    expect(failed.copies[1]?.error).toMatchObject({ reason: 'storage-missing' });
    expect(failed.error).toBeNull();
    const listed = (await holdfast.api.destinations.list()).find(({ id }) => id === offsite);
    expect(listed).toMatchObject({ backups: 0, behind: 1, failing: 1, usedBy: ['default'] });
    await holdfast.api.destinations.reconcile({ id: offsite });
    await rename(`${away}.away`, away);
    await holdfast.api.destinations.reconcile({ id: offsite });
    await untilStanding(holdfast, backup, everywhere);
    const { events } = await holdfast.api.audit.search({ operationId: backup.id, limit: 50 });
    expect(events.filter(({ type }) => type === 'BackupCopyFailed')).toHaveLength(1);
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('a copy of a damaged file', () => {
  it('is not made: nothing of it becomes visible, and it says so', async () => {
    await using holdfast = await start();
    const backup = await backedUp(holdfast);
    const file = mainFile(holdfast, backup);
    const bytes = await readFile(file);
    await writeFile(
      file,
      Buffer.concat([bytes.subarray(0, 700), Buffer.from([~(bytes[700] ?? 0)]), bytes.subarray(701)]),
    );
    await withOffsite(holdfast);
    const failed = await untilStanding(holdfast, backup, ['main stored', 'offsite failed']);
    expect(failed.copies[1]?.error).toMatchObject({ reason: 'archive-damaged' });
    expect(await Array.fromAsync(holdfast.services.destinations.all()[1]?.list() ?? [])).toStrictEqual([]);
    await writeFile(file, bytes);
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('a copy in a bucket', () => {
  it('follows with a key of its own, which nothing shows, stands in for the folder, and goes with the backup', async () => {
    await using bucket = await startS3Server();
    const { credentials } = bucket;
    await using holdfast = await start();
    const { api, services } = holdfast;
    const url = bucket.url('backups/orders');
    const wrong = { ...credentials, secretAccessKey: 'not-the-key' };
    for (const given of [wrong, null])
      await expect(api.destinations.add({ name: 'cloud', url, credentials: given })).rejects.toMatchObject({
        cause: { code: 'DESTINATION_UNREACHABLE' },
      });
    const cloud = await api.destinations.add({ name: 'cloud', url, credentials });
    expect(cloud).toMatchObject({ name: 'cloud', hasCredentials: true, problem: null, freeBytes: null });
    await keepAt(holdfast, [services.destinations.main.id as typeof cloud.id, cloud.id]);
    const backup = await backedUp(holdfast);
    await untilStanding(holdfast, backup, ['main stored', 'cloud stored']);
    await expect(api.destinations.update({ id: 'cloud', credentials: wrong })).rejects.toMatchObject({
      cause: { code: 'DESTINATION_UNREACHABLE' },
    });
    await api.destinations.update({ id: 'cloud', name: 'far', credentials });
    const main = holdfast.config.storageUrl.slice('file:'.length);
    await rename(main, `${main}.away`);
    await restores(holdfast, backup, '_bucket');
    await rename(`${main}.away`, main);
    const said = JSON.stringify([await api.destinations.list(), await services.ledger.read({ limit: 200 })]);
    expect(said).not.toContain(credentials.secretAccessKey);
    expect(said).not.toContain(credentials.accessKeyId);
    await api.backups.delete({ id: backup.id });
    await expectConsistent(services, [source.client]);
    await keepAt(holdfast, []);
    await api.destinations.remove({ id: 'far' });
    expect(await services.ledgerPlace.client.db('holdfast').collection('secrets').countDocuments()).toBe(1);
  });
});

describe('a copy that is gone', () => {
  it('is made again from another one, the first one too, and only the last one makes the backup missing', async () => {
    await using holdfast = await start();
    const { main, offsite } = await withOffsite(holdfast);
    const backup = await backedUp(holdfast);
    await untilStanding(holdfast, backup, everywhere);
    for (const [id, file] of [
      [main, mainFile(holdfast, backup)],
      [offsite, offsiteFile(backup)],
    ] as const) {
      const bytes = await readFile(file);
      await rm(file);
      const { missing } = await holdfast.api.destinations.reconcile({ id });
      expect(missing).toMatchObject([{ backupId: backup.id }]);
      expect(await holdfast.api.backups.byId({ id: backup.id })).toMatchObject({ status: 'completed' });
      await untilStanding(holdfast, backup, everywhere);
      expect(await readFile(file)).toStrictEqual(bytes);
    }
    await keepAt(holdfast, []);
    for (const [id, file] of [
      [main, mainFile(holdfast, backup)],
      [offsite, offsiteFile(backup)],
    ] as const) {
      await rename(file, `${file}.away`);
      if (id === offsite) await holdfast.api.destinations.reconcile({ id: main });
      if (id === offsite) await holdfast.api.destinations.reconcile({ id });
    }
    expect(await holdfast.api.backups.byId({ id: backup.id })).toMatchObject({ status: 'missing' });
    await mkdir(dirname(offsiteFile(backup)), { recursive: true });
    await rename(`${offsiteFile(backup)}.away`, offsiteFile(backup));
    await rm(`${mainFile(holdfast, backup)}.away`);
    await holdfast.api.destinations.adopt({ key: String(backup.filePath), destinationId: offsite });
    await untilStanding(holdfast, backup, everywhere);
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('a file that somebody brought to another destination', () => {
  it('becomes a copy when it is adopted, and only when it is the same', async () => {
    await using holdfast = await start();
    const { api } = holdfast;
    const { id } = await api.destinations.add({ name: 'offsite', url: `file:${join(folder, 'offsite')}` });
    const backup = await backedUp(holdfast);
    const key = String(backup.filePath);
    const bytes = await readFile(mainFile(holdfast, backup));
    await mkdir(dirname(offsiteFile(backup)), { recursive: true });
    const other = Buffer.from(bytes);
    // The time in a header: nothing but the file's hash in the ledger tells the two apart.
    other.writeUInt8(other.readUInt8(10) ^ 2, 10);
    await writeFile(offsiteFile(backup), other);
    const { unknown } = await api.destinations.reconcile({ id });
    expect(unknown).toMatchObject([{ key, status: 'completed', adoptable: true }]);
    await expect(api.destinations.adopt({ key, destinationId: id })).rejects.toMatchObject({
      cause: { code: 'ARCHIVE_UNREADABLE' },
    });
    await writeFile(offsiteFile(backup), bytes);
    const adopted = await api.destinations.adopt({ key, destinationId: id });
    expect([standing(adopted), adopted.policyId]).toStrictEqual([everywhere, backup.policyId]);
    expect((await api.destinations.reconcile({ id })).unknown).toStrictEqual([]);
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('a destination that is lost', () => {
  it('keeps no restore from being made, nor one whose copy is damaged', async () => {
    await using holdfast = await start();
    await withOffsite(holdfast);
    const backup = await backedUp(holdfast);
    await untilStanding(holdfast, backup, everywhere);
    const file = mainFile(holdfast, backup);
    const bytes = await readFile(file);
    await writeFile(file, Buffer.concat([bytes.subarray(0, 500), Buffer.from('damage'), bytes.subarray(506)]));
    await restores(holdfast, backup, '_damaged');
    const main = holdfast.config.storageUrl.slice('file:'.length);
    await rename(main, `${main}.away`);
    await restores(holdfast, backup, '_lost');
    expect(await holdfast.api.backups.verify({ id: backup.id })).toMatchObject({ documents: 1_000 });
    await rename(`${main}.away`, main);
    await writeFile(file, bytes);
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('deleting a backup', () => {
  it('removes every copy, by hand only when all are within reach, by retention once they are', async () => {
    await using holdfast = await start();
    const { main, offsite } = await withOffsite(holdfast);
    const [oldest, newest] = [await backedUp(holdfast), await backedUp(holdfast)];
    for (const backup of [oldest, newest]) await untilStanding(holdfast, backup, everywhere);
    const away = join(folder, 'offsite');
    await rename(away, `${away}.away`);
    await expect(holdfast.api.backups.delete({ id: oldest.id })).rejects.toMatchObject({
      cause: { code: 'OPERATION_FAILED', details: { reason: 'storage-missing' } },
    });
    expect(await readFile(mainFile(holdfast, oldest))).toBeDefined();
    await keepAt(holdfast, [main, offsite], { retentionCount: 1 });
    const third = await backedUp(holdfast);
    const expired = await until(
      () => holdfast.api.backups.byId({ id: oldest.id }),
      ({ status }) => status === 'expired',
    );
    expect(expired.status).toBe('expired');
    await rename(`${away}.away`, away);
    for (const { id } of [oldest, newest]) {
      // Whoever still reads one makes a pass leave it to the next.
      const gone = await until(
        async () => {
          await holdfast.api.destinations.reconcile({ id: offsite });
          return await holdfast.api.backups.byId({ id });
        },
        ({ status }) => status === 'deleted',
      );
      expect(gone).toMatchObject({ status: 'deleted', copies: [] });
    }
    await untilStanding(holdfast, third, everywhere);
    await holdfast.api.backups.delete({ id: third.id });
    await expectConsistent(holdfast.services, [source.client]);
    expect(await holdfast.services.copyLeases.unheld()).toStrictEqual([]);
  });

  it('leaves what lies at a destination that was let go of', async () => {
    await using holdfast = await start();
    const { offsite, main } = await withOffsite(holdfast);
    const backup = await backedUp(holdfast);
    await untilStanding(holdfast, backup, everywhere);
    await keepAt(holdfast, [offsite]);
    const only = await backedUp(holdfast);
    await keepAt(holdfast, []);
    await expect(holdfast.api.destinations.remove({ id: offsite })).rejects.toMatchObject({
      cause: { code: 'DESTINATION_IN_USE', details: { deployments: [], onlyCopies: 1 } },
    });
    await keepAt(holdfast, [main]);
    await untilStanding(holdfast, only, ['offsite stored', 'main stored']);
    await holdfast.api.destinations.remove({ id: offsite });
    await holdfast.api.backups.delete({ id: backup.id });
    expect(await readFile(offsiteFile(backup))).toBeDefined();
    expect(standing(await holdfast.api.backups.byId({ id: only.id }))).toStrictEqual(['main stored']);
    await expectConsistent(holdfast.services, [source.client]);
  });
});
