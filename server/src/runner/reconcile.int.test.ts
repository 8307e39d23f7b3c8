// What lies at the destination against what the ledger says: orphans go, what is running stays, strangers are reported and can be
// adopted, what is gone is missing; and a destination that is not there says nothing about any backup.
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { AppError } from '@holdfast/shared/errors';
import type { NewEvent } from '@holdfast/shared/events';
import { v7 as uuid } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../config.ts';
import { backupEvents } from '../domain/examples.ts';
import { archiveKey } from '../storage/archive-key.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast, tester } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { slowDown } from '../testing/slow-down.ts';
import { until } from '../testing/until.ts';
import { shareArchive } from './archive-leases.ts';
import { reconcile } from './reconcile.ts';

let source: TestMongo;
let ledger: TestMongo;
let faster: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  const documents = Array.from({ length: 3_000 }, (_, n) => ({ _id: n as never, text: 'x'.repeat(10_000) }));
  await source.client.db('shop').collection('a').insertMany(documents);
});
beforeEach(async () => {
  await ledger.client.db('holdfast').dropDatabase();
});
afterEach(() => faster());
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

/** Started, and past the pass that it begins with. */
async function start(options: { readonly dataDir?: string; readonly config?: Partial<Config> } = {}) {
  const mongodbUri = source.uri.replace('/?', '/shop?');
  const holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri, ...options });
  const { reconciliations, worker } = holdfast.services;
  await until(
    () => reconciliations.countDocuments({ worker }),
    (count) => count > 0,
  );
  return holdfast;
}

const folderOf = ({ config }: TestHoldfast) => config.storageUrl.slice('file:'.length);
const fileOf = (holdfast: TestHoldfast, { filePath }: Backup) => join(folderOf(holdfast), filePath ?? '');

async function backedUp(holdfast: TestHoldfast): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const backup = await holdfast.backupEnd(id);
  expect([backup.status, backup.error]).toStrictEqual(['completed', null]);
  return backup;
}

async function restoresIntoCopy(holdfast: TestHoldfast, backupId: Backup['id'], suffix: string): Promise<void> {
  const plan = await holdfast.api.restores.plan({ backupId, target: { kind: 'copy', suffix } });
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id });
  expect(await holdfast.restoreEnd(id)).toMatchObject({ status: 'completed', documents: 3_000, error: null });
  await source.client.db(`shop${suffix}`).dropDatabase();
}

/** Puts a copy of an archive under the key of a backup that the ledger then knows in this status. */
async function archiveOfOne(holdfast: TestHoldfast, original: Backup, status: 'failed' | 'expired' | 'sealed') {
  const { services } = holdfast;
  const backupId = uuid() as Backup['id'];
  const { deploymentId } = original;
  const key = archiveKey({ deploymentName: 'default', at: '2026-01-01T00:00:00.000Z', backupId });
  const mine = { backupId, deploymentId, worker: services.worker };
  const { requested, running, sealed, completed, failed, expired } = backupEvents;
  const { sizeBytes, sha256 } = original as { sizeBytes: number; sha256: string };
  const stored = {
    ...mine,
    key,
    sizeBytes,
    sha256,
    destinationId: services.destinations.main.id as never,
    upload: uuid(),
  };
  const { upload: _, ...whole } = stored;
  const events: NewEvent[] = [
    { ...requested, data: { ...requested.data, ...mine, deploymentName: 'default', policyId: null } },
    { ...running, data: mine },
    { ...sealed, data: { ...sealed.data, ...stored } },
    ...(status === 'failed' ? [{ ...failed, data: { ...failed.data, ...mine } }] : []),
    ...(status === 'expired'
      ? [
          { ...completed, data: { ...completed.data, ...whole, policyId: null } },
          { ...expired, data: { ...expired.data, ...mine, policyId: null } },
        ]
      : []),
  ].map((event) => ({ ...event, stream: `backup:${backupId}` }) as NewEvent);
  // Not claimed by the runner: it is somebody else's from the start.
  await services.ledger.execute({ actor: tester, reads: [], correlationId: backupId, decide: () => events });
  await mkdir(dirname(join(folderOf(holdfast), key)), { recursive: true });
  await copyFile(fileOf(holdfast, original), join(folderOf(holdfast), key));
  return { backupId, key };
}

/** The same storage, but for one method. */
function storageWith(storage: ArchiveStorage, other: Partial<ArchiveStorage>): ArchiveStorage {
  return {
    id: storage.id,
    url: storage.url,
    isShared: storage.isShared,
    createUpload: (key, token) => storage.createUpload(key, token),
    finishUpload: (sealed) => storage.finishUpload(sealed),
    discardUpload: (token) => storage.discardUpload(token),
    removePartials: (owned) => storage.removePartials(owned),
    stat: (key) => storage.stat(key),
    read: (key, range) => storage.read(key, range),
    remove: (key) => storage.remove(key),
    list: () => storage.list(),
    space: () => storage.space(),
    probe: () => storage.probe(),
    ...other,
  };
}

async function keysOf({ services }: TestHoldfast): Promise<string[]> {
  return (await Array.fromAsync(services.destinations.main.list())).map(({ key }) => key);
}

describe('unfinished uploads', () => {
  it("go when nobody owns them, while another server's backup goes on", async () => {
    // Servers of one ledger share the key that seals its secrets, and the destination.
    const secretKey = randomBytes(32).toString('base64');
    await using a = await start({ config: { secretKey, storageShared: true } });
    await using b = await start({ config: { secretKey, storageUrl: a.config.storageUrl, storageShared: true } });
    faster = await slowDown(source.client, ['getMore'], 3_000);
    const { id } = await a.api.backups.request({ deploymentId: 'default' });
    const running = await until(
      () => a.services.running.find(id),
      (found) => found?.progress.phase === 'dump',
    );
    const orphan = await a.services.destinations.main.createUpload('default/orphan.zip', uuid());
    for (const server of [a, b]) {
      const { removedPartials, problem } = await server.api.destinations.reconcile();
      expect([removedPartials, problem]).toStrictEqual([server === a ? [orphan.token] : [], null]);
      expect(await readdir(join(folderOf(a), '.partial'))).toStrictEqual([running?.uploadToken]);
    }
    await faster();
    expect(await a.backupEnd(id)).toMatchObject({ status: 'completed', documents: 3_000 });
    await expectConsistent(a.services, [source.client]);
  });

  it('have an owner before they exist', async () => {
    await using holdfast = await start();
    const { destinations, running } = holdfast.services;
    const storage = destinations.main;
    const create = storage.createUpload.bind(storage);
    const owned: boolean[] = [];
    const createUpload: typeof create = async (key, token) => {
      owned.push((await running.all()).some(({ uploadToken }) => uploadToken === token));
      return create(key, token);
    };
    Object.assign(storage, { createUpload });
    await backedUp(holdfast);
    expect(owned).toStrictEqual([true]);
  });

  it('stay whenever a pass comes: before the dump, while it is sealed, while it is committed', async () => {
    await using holdfast = await start();
    const stop = new AbortController();
    const passing = (async () => {
      for (; !stop.signal.aborted; )
        expect(await holdfast.api.destinations.reconcile()).toMatchObject({
          removedPartials: [],
          removedArchives: [],
          missing: [],
          unknown: [],
          problem: null,
        });
    })();
    for (let n = 0; n < 3; n += 1) await backedUp(holdfast);
    stop.abort();
    await passing;
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('archives whose backup came to nothing', () => {
  it('go when it failed or had expired, and stay while it is sealed', async () => {
    await using holdfast = await start();
    const good = await backedUp(holdfast);
    const failed = await archiveOfOne(holdfast, good, 'failed');
    const expired = await archiveOfOne(holdfast, good, 'expired');
    const report = await holdfast.api.destinations.reconcile();
    expect(report.removedArchives).toStrictEqual(
      [
        { ...failed, status: 'failed' },
        { ...expired, status: 'expired' },
      ].sort((x, y) => (x.key < y.key ? -1 : 1)),
    );
    expect(await keysOf(holdfast)).toStrictEqual([good.filePath]);
    expect(await holdfast.api.backups.byId({ id: expired.backupId })).toMatchObject({ status: 'deleted' });
    // Its server went between the file and the event.
    const halfDeleted = await archiveOfOne(holdfast, good, 'expired');
    await rm(join(folderOf(holdfast), halfDeleted.key));
    expect(await holdfast.api.destinations.reconcile()).toMatchObject({ removedArchives: [], missing: [] });
    expect(await holdfast.api.backups.byId({ id: halfDeleted.backupId })).toMatchObject({ status: 'deleted' });
    const sealed = await archiveOfOne(holdfast, good, 'sealed');
    expect(await holdfast.api.destinations.reconcile()).toMatchObject({ removedArchives: [], unknown: [] });
    expect(await keysOf(holdfast)).toStrictEqual([sealed.key, good.filePath].sort());
    // What an earlier process of this server left: the supervisor finishes it forward.
    const { instanceId, running } = holdfast.services;
    const left = { progress: {} as never, uploadToken: null, createdDatabases: [], child: null, failure: null };
    await running.claim({ _id: sealed.backupId, worker: `${instanceId}/earlier`, ...left });
    expect(await holdfast.backupEnd(sealed.backupId)).toMatchObject({ status: 'completed' });
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('an archive that somebody reads', () => {
  it('is not deleted by hand, by retention or by a pass, until nobody does', async () => {
    await using holdfast = await start();
    const { api, services } = holdfast;
    const good = await backedUp(holdfast);
    const plan = await api.restores.plan({ backupId: good.id, target: { kind: 'copy', suffix: '_copy' } });
    const refusals: unknown[] = [];
    const storage = services.destinations.main;
    const original = storage.read.bind(storage);
    // Tried in the middle of each reading.
    const read: ArchiveStorage['read'] = async (key, range) => {
      refusals.push(await api.backups.delete({ id: good.id }).catch((error: Error) => error.cause));
      return original(key, range);
    };
    Object.assign(storage, { read });
    await api.backups.verify({ id: good.id });
    const whileVerified = refusals.splice(0);
    const { id: restoreId } = await api.restores.confirm({ planId: plan.id });
    expect(await holdfast.restoreEnd(restoreId)).toMatchObject({ status: 'completed', error: null });
    await source.client.db('shop_copy').dropDatabase();
    const by = refusals.map((refusal) => (refusal as AppError<'ARCHIVE_IN_USE'>).details.by);
    expect(whileVerified[0]).toMatchObject({ code: 'ARCHIVE_IN_USE', details: { id: good.id, by: 'verify' } });
    expect(by.filter((use) => use === 'restore').length).toBeGreaterThan(1);
    Object.assign(storage, { read: original });

    const expired = await archiveOfOne(holdfast, good, 'expired');
    const reader = await shareArchive(services, expired.backupId, { kind: 'download' });
    expect(await api.destinations.reconcile()).toMatchObject({ removedArchives: [], problem: null });
    expect(await keysOf(holdfast)).toHaveLength(2);
    await reader[Symbol.asyncDispose]();
    expect(await api.destinations.reconcile()).toMatchObject({ removedArchives: [expired] });
    await api.backups.delete({ id: good.id });
    expect(await keysOf(holdfast)).toStrictEqual([]);
    await expectConsistent(services, [source.client]);
  });
});

describe('an archive that the ledger does not know', () => {
  it('is reported with what its manifest says, adopted, and can then be restored', async () => {
    const first = await start();
    const original = await backedUp(first);
    await first.close();
    await ledger.client.db('holdfast').dropDatabase();
    await using again = await start({ dataDir: first.config.dataDir });
    const { unknown, missing } = await again.api.destinations.reconcile();
    expect(missing).toStrictEqual([]);
    expect(unknown).toStrictEqual([
      {
        key: original.filePath,
        sizeBytes: original.sizeBytes,
        problem: null,
        status: null,
        adoptable: true,
        manifest: expect.objectContaining({
          backupId: original.id,
          deploymentId: original.deploymentId,
          deploymentName: 'default',
          database: 'shop',
          documents: 3_000,
          collections: 1,
          rawBytes: original.rawBytes,
        }),
      },
    ]);
    const key = String(original.filePath);
    await expect(again.api.destinations.adopt({ key })).rejects.toMatchObject({
      cause: { code: 'DEPLOYMENT_UNKNOWN' },
    });
    const adopted = await again.api.destinations.adopt({ key, deploymentId: 'default' });
    expect(adopted).toMatchObject({
      id: original.id,
      status: 'completed',
      trigger: 'adopted',
      filePath: key,
      sha256: original.sha256,
      documents: 3_000,
      policyId: null,
      createdAt: unknown[0]?.manifest?.startedAt,
      completedAt: unknown[0]?.manifest?.finishedAt,
    });
    expect(adopted.verifiedAt).not.toBeNull();
    const [destination] = await again.api.destinations.list();
    expect(destination?.lastReconciliation).toMatchObject({ unknown: [], unknownTotal: 0 });
    await expect(again.api.destinations.adopt({ key, deploymentId: 'default' })).rejects.toMatchObject({
      cause: { code: 'BACKUP_EXISTS', details: { status: 'completed' } },
    });
    await restoresIntoCopy(again, original.id, '_adopted');
    await expectConsistent(again.services, [source.client]);
    await first[Symbol.asyncDispose]();
  });

  it('is refused when it is damaged, cannot be read, is a copy, or is not there', async () => {
    await using holdfast = await start();
    const original = await backedUp(holdfast);
    const folder = folderOf(holdfast);
    await copyFile(fileOf(holdfast, original), join(folder, 'copy.zip'));
    await writeFile(join(folder, 'letter.zip'), 'no archive');
    const { unknown } = await holdfast.api.destinations.reconcile();
    expect(unknown).toMatchObject([
      { key: 'copy.zip', status: 'completed', adoptable: false },
      { key: 'letter.zip', manifest: null, problem: expect.stringContaining('not a whole archive'), adoptable: false },
    ]);
    const refusals = [
      ['copy.zip', 'BACKUP_EXISTS'],
      ['letter.zip', 'ARCHIVE_UNREADABLE'],
      ['none.zip', 'ARCHIVE_NOT_FOUND'],
      ['../none.zip', 'ARCHIVE_NOT_FOUND'],
    ] as const;
    for (const [key, code] of refusals)
      await expect(holdfast.api.destinations.adopt({ key })).rejects.toMatchObject({ cause: { code } });
    for (const name of ['copy.zip', 'letter.zip']) await rm(join(folder, name));
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('a backup that moves while a pass looks', () => {
  it('is not missing when it was completed after the archives were listed', async () => {
    await using holdfast = await start();
    const { services } = holdfast;
    let backup: Backup | undefined;
    async function* list() {
      yield* services.destinations.main.list();
      backup = await backedUp(holdfast);
    }
    const report = await reconcile(services, storageWith(services.destinations.main, { list }));
    expect(report).toMatchObject({ archives: 0, missing: [], problem: null });
    expect(await holdfast.api.backups.byId({ id: String(backup?.id) as Backup['id'] })).toMatchObject({
      status: 'completed',
    });
  });

  it('is deleted, not missing, when somebody deletes it meanwhile', async () => {
    await using holdfast = await start();
    const { services } = holdfast;
    const { id, filePath } = await backedUp(holdfast);
    await rm(join(folderOf(holdfast), filePath ?? ''));
    const stat = async (key: string) => {
      await holdfast.api.backups.delete({ id });
      return services.destinations.main.stat(key);
    };
    const report = await reconcile(services, storageWith(services.destinations.main, { stat }));
    expect(report).toMatchObject({ missing: [], problem: null });
    const { events } = await holdfast.api.audit.search({ operationId: id, limit: 1 });
    expect(events.map(({ type }) => type)).toStrictEqual(['BackupDeleted']);
  });
});

describe('a completed backup whose file is gone', () => {
  it('is missing and not restorable; the same file back can be adopted, another one cannot', async () => {
    await using holdfast = await start();
    const backup = await backedUp(holdfast);
    const file = fileOf(holdfast, backup);
    const key = String(backup.filePath);
    const bytes = await readFile(file);
    await rm(file);
    const { missing } = await holdfast.api.destinations.reconcile();
    expect(missing).toStrictEqual([{ backupId: backup.id, deploymentName: 'default', key }]);
    expect(await holdfast.api.backups.byId({ id: backup.id })).toMatchObject({ status: 'missing' });
    expect((await holdfast.api.destinations.reconcile()).missing).toStrictEqual([]);
    const [destination] = await holdfast.api.destinations.list();
    expect(destination?.missing).toMatchObject([{ backupId: backup.id, key }]);
    const plan = holdfast.api.restores.plan({ backupId: backup.id, target: { kind: 'copy' } });
    await expect(plan).rejects.toMatchObject({
      cause: { code: 'BACKUP_NOT_RESTORABLE', details: { status: 'missing' } },
    });
    await expectConsistent(holdfast.services, [source.client]);

    const other = Buffer.from(bytes);
    // The time in a header: nothing but the file's hash in the ledger tells the two apart.
    other.writeUInt8(other.readUInt8(10) ^ 2, 10);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, other);
    expect((await holdfast.api.destinations.reconcile()).unknown).toMatchObject([
      { key, status: 'missing', adoptable: true },
    ]);
    await expect(holdfast.api.destinations.adopt({ key })).rejects.toMatchObject({
      cause: { code: 'ARCHIVE_UNREADABLE' },
    });
    await writeFile(file, bytes);
    const back = await holdfast.api.destinations.adopt({ key });
    expect(back).toMatchObject({ id: backup.id, status: 'completed', trigger: 'manual', createdAt: backup.createdAt });
    await restoresIntoCopy(holdfast, backup.id, '_back');
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('is not called missing while the destination is not mounted, nor from another destination', async () => {
    await using holdfast = await start();
    const backup = await backedUp(holdfast);
    const folder = folderOf(holdfast);
    await rename(folder, `${folder}.away`);
    await mkdir(folder);
    const unmounted = await holdfast.api.destinations.reconcile();
    expect(unmounted).toMatchObject({ problem: { reason: 'storage-missing' }, missing: [], removedPartials: [] });
    const [destination] = await holdfast.api.destinations.list();
    expect(destination?.lastReconciliation?.problem?.reason).toBe('storage-missing');
    expect(await holdfast.api.backups.byId({ id: backup.id })).toMatchObject({ status: 'completed' });
    await rm(folder, { recursive: true });
    await rename(`${folder}.away`, folder);
    expect(await holdfast.api.destinations.reconcile()).toMatchObject({ problem: null, archives: 1, missing: [] });
    await expectConsistent(holdfast.services, [source.client]);

    await holdfast.close();
    const elsewhere = await start({ dataDir: holdfast.config.dataDir, config: { storageUrl: `file:${folder}.new` } });
    expect(await elsewhere.api.destinations.reconcile()).toMatchObject({ elsewhere: 1, missing: [], archives: 0 });
    const unavailable = { cause: { code: 'OPERATION_FAILED', details: { reason: 'destination-unavailable' } } };
    await expect(elsewhere.api.backups.verify({ id: backup.id })).rejects.toMatchObject(unavailable);
    await expect(elsewhere.api.backups.delete({ id: backup.id })).rejects.toMatchObject(unavailable);
    expect(await elsewhere.api.backups.byId({ id: backup.id })).toMatchObject({ status: 'completed', error: null });
    await elsewhere.close();
  });
});
