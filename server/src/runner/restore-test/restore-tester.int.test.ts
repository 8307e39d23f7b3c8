// Backups are restored for real into a mongod that is thrown away: what is whole passes and is timed, what is damaged loses its
// mark, what cannot be tested says why, and nothing is ever left behind, whatever happens to the server.
import { chmod, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { DeploymentId } from '@holdfast/shared/ids';
import { defaultRestoreTestSettings } from '@holdfast/shared/restore-test';
import { Binary, UUID } from 'mongodb';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { metricsText } from '../../api/metrics.ts';
import { execute } from '../../commands/execute.ts';
import { testDatabase } from '../../domain/restore-test-names.ts';
import { processStartTime } from '../../engine/orphan-process.ts';
import { removeThrowAways } from '../../engine/throw-away-mongod.ts';
import { loadSample } from '../../sample/load-sample.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { failCommand } from '../../testing/fail-point.ts';
import { startHoldfast, type TestHoldfast } from '../../testing/holdfast.ts';
import { startHoldfastProcess } from '../../testing/holdfast-process.ts';
import { startReplicaSet, startStandalone, type TestMongo } from '../../testing/mongo.ts';
import { testTools } from '../../testing/tools.ts';
import { until } from '../../testing/until.ts';
import { nthBackups, scheduledTests } from './due-restore-tests.ts';
import { endAbandonedTests } from './end-abandoned-tests.ts';
import { showRestoreTest } from './running-restore-tests.ts';

let source: TestMongo;
let ledger: TestMongo;
let folder: string;
beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  folder = await mkdtemp(join(tmpdir(), 'holdfast-restore-tests-'));
  await loadSample(source.client, 'shop');
  const noise = Array.from({ length: 200 }, (_, n) => ({
    _id: n as never,
    noise: crypto.getRandomValues(new Uint8Array(10_000)),
  }));
  await source.client.db('small').collection('noise').insertMany(noise);
});
beforeEach(async () => {
  await ledger.client.db('holdfast').dropDatabase();
});
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const dayMs = 24 * 3_600_000;

/** Of the small database unless something else is said. */
function start({ database = 'small', ...options }: { database?: string } & Parameters<typeof startHoldfast>[0] = {}) {
  const mongodbUri = source.uri.replace('/?', `/${database}?`);
  return startHoldfast({ ledgerUri: ledger.uri, mongodbUri, ...options });
}

async function backedUp({ api, backupEnd }: TestHoldfast): Promise<Backup> {
  const backup = await backupEnd((await api.backups.request({ deploymentId: 'default' })).id);
  expect([backup.status, backup.error]).toStrictEqual(['completed', null]);
  return backup;
}

function tested({ api }: TestHoldfast, id: Backup['id'], state: string[] = ['passed', 'failed', 'skipped']) {
  return until(
    () => api.backups.byId({ id }),
    ({ restoreTest }) => restoreTest !== null && state.includes(restoreTest.state),
    60_000,
  );
}

async function setPolicy({ api }: TestHoldfast, change: object): Promise<void> {
  const [policy] = await api.policies.list();
  if (policy === undefined) throw new Error('there is no policy');
  await api.policies.set({ ...policy, ...change });
}

async function record({ services }: TestHoldfast, ...events: NewEvent[]): Promise<void> {
  await execute(services.ledger, { actor: { kind: 'system', id: 'test' }, reads: [], decide: () => events });
}

async function testEvents({ services }: TestHoldfast, id: string): Promise<LedgerEvent[]> {
  const events = await services.ledger.read({ after: 0, limit: 1_000 });
  return events.filter(({ correlationId, type }) => correlationId === id && type.startsWith('RestoreTest'));
}

async function leftIn(dataDir: string): Promise<string[]> {
  return await readdir(join(dataDir, 'restore-tests')).catch(() => []);
}

/** Settings under which the only mongod at hand is one of another version. */
async function otherVersion() {
  const fake = join(folder, 'mongod');
  await writeFile(fake, '#!/bin/sh\necho "db version v4.4.29"\n');
  await chmod(fake, 0o755);
  return { toolPaths: { ...(await testTools()), mongod: fake }, searchPath: '', cacheDir: join(folder, 'cache') };
}

/** The ledger's own set is as good as any to restore into. */
async function setAside({ api }: Pick<TestHoldfast, 'api'>, uri = ledger.uri): Promise<void> {
  const { id } = await api.deployments.register({ name: 'aside', uri });
  await api.restoreTests.set({ ...defaultRestoreTestSettings, setAsideId: id });
}

async function testDatabases(): Promise<string[]> {
  const { databases } = await ledger.client.db('admin').admin().listDatabases({ nameOnly: true });
  return databases.map(({ name }) => name).filter((name) => name.startsWith('hf_test_'));
}

/** Readings of the destination give nothing until they are aborted, until it is disposed of. */
function hangReads({ services }: TestHoldfast): Disposable {
  const storage = services.destinations.main;
  const read = storage.read.bind(storage);
  const hanging: typeof storage.read = async (key, range) => {
    const stream = await read(key, range);
    stream._read = () => undefined;
    return stream;
  };
  Object.assign(storage, { read: hanging });
  return { [Symbol.dispose]: () => void Object.assign(storage, { read }) };
}

/** Told whenever an archive is about to be read. */
function onRead({ services }: TestHoldfast, tell: () => void): Disposable {
  const storage = services.destinations.main;
  const read = storage.read.bind(storage);
  const telling: typeof storage.read = (key, range) => {
    tell();
    return read(key, range);
  };
  Object.assign(storage, { read: telling });
  return { [Symbol.dispose]: () => void Object.assign(storage, { read }) };
}

describe('a restore test that is asked for', () => {
  it('passes on a backup with every kind of collection, takes no lock, and is timed', async () => {
    await using holdfast = await start({ database: 'shop' });
    const { api, services } = holdfast;
    const { id, documents, collections } = await backedUp(holdfast);
    expect((await api.backups.restoreTest({ id })).restoreTest).toMatchObject({ state: 'requested', cause: 'asked' });
    const running = await tested(holdfast, id, ['running']);
    expect(running.restoreTest?.serverVersion).toMatch(/^\d+\.\d+\.\d+/);
    await expect(api.backups.restoreTest({ id })).rejects.toThrow('being tested since');
    expect((await api.deployments.byId({ id: 'default' })).status).toBe('idle');
    const { restoreTest, testedAt, testedRestoreMs } = await tested(holdfast, id);
    expect(restoreTest).toMatchObject({ state: 'passed', documents, error: null });
    expect([testedAt, testedRestoreMs]).toStrictEqual([restoreTest?.at, restoreTest?.restoreMs]);
    expect(restoreTest?.restoreMs).toBeGreaterThan(0);
    expect(restoreTest?.durationMs).toBeGreaterThan(restoreTest?.restoreMs ?? 0);
    const events = await testEvents(holdfast, id);
    expect(events.map(({ type, actor }) => [type, actor.kind])).toStrictEqual([
      ['RestoreTestRequested', 'user'],
      ['RestoreTestStarted', 'system'],
      ['RestoreTestPassed', 'system'],
    ]);
    expect(events.at(-1)?.data).toMatchObject({ documents, collections, cause: 'asked' });
    const { restoreTest: last } = await api.deployments.byId({ id: 'default' });
    expect(last).toMatchObject({ backupId: id, restoreMs: testedRestoreMs });
    expect(await leftIn(holdfast.config.dataDir)).toStrictEqual([]);
    expect(await metricsText(services)).toContain('holdfast_backups_restore_tested 1');
    const checks = (await services.doctor()).filter((check) => check.id === 'restore-tests');
    expect(checks).toMatchObject([{ status: 'ok', found: expect.stringContaining('1 of 1 backups restore-tested') }]);
    await expectConsistent(services, [source.client]);
  });

  it('fails on a damaged archive, which loses its mark, and says so everywhere', async () => {
    await using holdfast = await start();
    const { api, services, config } = holdfast;
    const backup = await backedUp(holdfast);
    const { id } = backup;
    await api.backups.restoreTest({ id });
    expect((await tested(holdfast, id)).testedAt).not.toBeNull();
    await flipBit(join(config.storageUrl.slice('file:'.length), backup.filePath ?? ''));
    await api.backups.restoreTest({ id });
    const failed = await tested(holdfast, id, ['failed']);
    expect(failed).toMatchObject({ testedAt: null, restoreTest: { error: { reason: 'archive-damaged' } } });
    expect(await api.restoreTests.state()).toMatchObject({ tested: 0, failedTotal: 1, failed: [{ backupId: id }] });
    const checks = (await services.doctor()).filter((check) => check.id === 'restore-tests');
    expect(checks).toMatchObject([
      { status: 'failed', found: expect.stringContaining('1 did not come back whole: default of') },
    ]);
    expect(await leftIn(config.dataDir)).toStrictEqual([]);
    // A later one that could not be made takes nothing back.
    const other = { backupId: id, deploymentId: backup.deploymentId, cause: 'asked', message: '', hint: '' } as const;
    const notMade = { ...other, reason: 'tool-missing', durationMs: 5 } as const;
    await record(holdfast, { stream: `backup:${id}`, type: 'RestoreTestFailed', data: notMade });
    expect(await api.restoreTests.state()).toMatchObject({ failedTotal: 1, notMadeTotal: 0 });
    expect((await api.backups.byId({ id })).failedTest?.error.reason).toBe('archive-damaged');
  });

  it('that could not be made says so, and nothing of the backup, which is kept', async () => {
    const toolPaths = await testTools();
    const mongod = join(folder, 'mongod-that-ends');
    const script = `#!/bin/sh\n[ "$1" = --version ] && exec "${toolPaths.mongod}" --version\nexit 14\n`;
    await writeFile(mongod, script, { mode: 0o755 });
    const config = { toolPaths: { ...toolPaths, mongod }, searchPath: '', cacheDir: join(folder, 'cache') };
    await using holdfast = await start({ config });
    const { api, services } = holdfast;
    const { id } = await backedUp(holdfast);
    await api.backups.restoreTest({ id });
    expect((await tested(holdfast, id)).restoreTest).toMatchObject({
      state: 'failed',
      error: { reason: 'tool-failed' },
    });
    const notMade = [{ backupId: id, message: 'mongod ended with exit code 14.' }];
    expect(await api.restoreTests.state()).toMatchObject({ failedTotal: 0, failed: [], notMadeTotal: 1, notMade });
    const checks = (await services.doctor()).filter((check) => check.id === 'restore-tests');
    expect(checks).toMatchObject([{ status: 'warning', advice: expect.stringContaining('keep it') }]);
    expect(await metricsText(services)).toContain('holdfast_restore_tests_not_made 1');
  });

  it('of an encrypted collection takes place in a set of one member: a standalone server refuses those', async () => {
    const sealed = source.client.db('sealed');
    const fields = [{ keyId: new UUID(), path: 'a', bsonType: 'string', queries: { queryType: 'equality' } }];
    await sealed.command({ create: 'people', encryptedFields: { fields } });
    const a = new Binary(Buffer.alloc(40, 7), Binary.SUBTYPE_ENCRYPTED);
    const person = { a, __safeContent__: [new Binary(Buffer.alloc(32, 1))] };
    await sealed.collection('people').insertOne(person, { bypassDocumentValidation: true });
    await using holdfast = await start({ database: 'sealed' });
    const { id } = await backedUp(holdfast);
    await holdfast.api.backups.restoreTest({ id });
    expect((await tested(holdfast, id)).restoreTest).toMatchObject({ state: 'passed', error: null });
    expect(await leftIn(holdfast.config.dataDir)).toStrictEqual([]);
    await holdfast.close();
    await ledger.client.db('holdfast').dropDatabase();
    // Where only a standalone server is set aside there is no place for them; for others there is.
    await using alone = await startStandalone();
    await using other = await start({ database: 'sealed', config: await otherVersion() });
    await setAside(other, alone.uri);
    const { id: refused } = await backedUp(other);
    await other.api.backups.restoreTest({ id: refused });
    const { restoreTest } = await tested(other, refused);
    expect(restoreTest).toMatchObject({ state: 'skipped', skipped: 'no-server-of-version' });
    expect(restoreTest?.message).toMatch(/has encrypted collections, and aside, .* is no replica set/);
    const { databases } = await alone.client.db('admin').admin().listDatabases({ nameOnly: true });
    expect(databases.map(({ name }) => name).sort()).toStrictEqual(['admin', 'config', 'local']);
    await sealed.dropCollection('people');
    await sealed.collection('open').insertOne({ a: 1 });
    const { id: taken } = await backedUp(other);
    await other.api.backups.restoreTest({ id: taken });
    expect((await tested(other, taken)).restoreTest).toMatchObject({ state: 'passed', error: null });
  });

  it('names the document that did not come back as it was', async () => {
    const failpointsDir = await mkdtemp(join(folder, 'failpoints-'));
    await using holdfast = await start({ config: { ...(await otherVersion()), failpointsDir } });
    const { api, services } = holdfast;
    await setAside(holdfast);
    const { id, deploymentId } = await backedUp(holdfast);
    await until(
      () => api.backups.byId({ id }),
      ({ verifiedAt }) => verifiedAt !== null,
    );
    const scheduled = async (now = Date.now()) =>
      (await scheduledTests({ ...services, now: () => now }, defaultRestoreTestSettings, [])).length;
    expect(await scheduled()).toBe(1);
    // One that the schedule began and that was interrupted waits for the next day.
    const stopped = { backupId: id, deploymentId, cause: 'schedule', reason: 'interrupted', message: '' } as const;
    await record(holdfast, { stream: `backup:${id}`, type: 'RestoreTestSkipped', data: { ...stopped, durationMs: 5 } });
    expect([await scheduled(), await scheduled(Date.now() + dayMs)]).toStrictEqual([0, 1]);
    const held = join(failpointsDir, 'restored');
    await writeFile(held, '');
    await api.backups.restoreTest({ id });
    await until(
      () => readdir(failpointsDir),
      (names) => names.includes('restored.reached'),
    );
    const whileItRuns = await scheduled(Date.now() + dayMs);
    const [made = ''] = await testDatabases();
    await ledger.client
      .db(made)
      .collection('noise')
      .updateOne({ _id: 7 as never }, { $set: { noise: 'other' } });
    await rm(held);
    expect(whileItRuns).toBe(0);
    const { restoreTest } = await tested(holdfast, id, ['failed']);
    expect(restoreTest?.error).toMatchObject({ reason: 'restore-incomplete' });
    expect(restoreTest?.error?.message).toMatch(/^small\.noise does not equal .* 1 document is different, by _id: 7\./);
    expect(await testDatabases()).toStrictEqual([]);
  });

  it('is skipped where no mongod of that version is at hand, and says which there are', async () => {
    await using holdfast = await start({ config: await otherVersion() });
    const { id } = await backedUp(holdfast);
    await holdfast.api.backups.restoreTest({ id });
    const { restoreTest, testedAt } = await tested(holdfast, id);
    expect(restoreTest).toMatchObject({ state: 'skipped', skipped: 'no-server-of-version', cause: 'asked' });
    expect(restoreTest?.message).toMatch(/comes from MongoDB \d.* only 4\.4\.29/);
    expect(testedAt).toBeNull();
    expect((await testEvents(holdfast, id)).map(({ type }) => type)).toStrictEqual([
      'RestoreTestRequested',
      'RestoreTestSkipped',
    ]);
  });

  it('goes to the deployment that is set aside, whose own data stays, and leaves nothing there', async () => {
    await using holdfast = await start({ config: await otherVersion() });
    const { api, services } = holdfast;
    const own = ledger.client.db('own');
    await own.collection('a').insertMany([{ a: 1 }, { a: 2 }]);
    const before = await own.command({ dbHash: 1 });
    await setAside(holdfast);
    const { id } = await backedUp(holdfast);
    // What a test left that nobody knows of goes first.
    const left = { _id: 3 as never, noise: 'of an earlier test' };
    await ledger.client.db(testDatabase(id, 0)).collection('noise').insertOne(left);
    await api.backups.restoreTest({ id });
    expect((await tested(holdfast, id)).restoreTest).toMatchObject({ state: 'passed', error: null });
    expect((await own.command({ dbHash: 1 })).md5).toBe(before.md5);
    expect(await testDatabases()).toStrictEqual([]);
    await expectConsistent(services, [source.client]);
    await own.dropDatabase();
  });

  it('keeps in mind what could not be dropped where a deployment was set aside, until it is', async () => {
    await using holdfast = await start({ config: await otherVersion() });
    const { api, services } = holdfast;
    await setAside(holdfast);
    const { id } = await backedUp(holdfast);
    // What an earlier test may have left is dropped; what this one leaves is not.
    const data = { failCommands: ['dropDatabase', 'drop'], appName: 'holdfast', errorCode: 20 };
    const refused = await failCommand(ledger.client, { skip: 1 }, data);
    await using _allowed = refused;
    await api.backups.restoreTest({ id });
    expect((await tested(holdfast, id)).restoreTest).toMatchObject({ state: 'passed', error: null });
    await until(
      () => services.restoreTests.find({ hasEnded: true }).toArray(),
      (ended) => ended.length === 1,
    );
    expect((await api.restoreTests.state()).running).toStrictEqual([]);
    await expect(api.backups.cancelRestoreTest({ id })).rejects.toThrow('No restore test');
    await endAbandonedTests(services);
    expect(await testDatabases()).toStrictEqual([testDatabase(id, 0)]);
    await refused[Symbol.asyncDispose]();
    await endAbandonedTests(services);
    expect(await testDatabases()).toStrictEqual([]);
    await expectConsistent(services, [source.client]);
  });

  it('is one server’s alone: no other takes over what it has recorded, before it is abandoned', async () => {
    await using holdfast = await start();
    const { id, deploymentId, deploymentName } = await backedUp(holdfast);
    const leaseMs = 120_000;
    const { services } = holdfast;
    const own = { ...services, worker: 'one/boot', archiveLeases: { ...services.archiveLeases, leaseMs } };
    const facts = { backupId: id, deploymentId, deploymentName, cause: 'asked', totalBytes: 1 } as const;
    const shown = await showRestoreTest(own, facts);
    await shown.note({ deploymentId, databases: ['hf_test_1'] });
    const refused = { code: 'RESTORE_TEST_IN_PROGRESS' };
    await expect(showRestoreTest({ ...own, worker: 'other/boot' }, facts)).rejects.toMatchObject(refused);
    const kept = await services.restoreTests.findOne({ _id: id });
    expect(kept).toMatchObject({ worker: 'one/boot', made: [{ deploymentId, databases: ['hf_test_1'] }] });
    expect((kept?.until.getTime() ?? 0) - Date.now()).toBeGreaterThan(2.4 * leaseMs);
    await shown.forget(deploymentId);
    await shown[Symbol.asyncDispose]();
    expect(await services.restoreTests.find({}).toArray()).toStrictEqual([]);
  });

  it('is cancelled by whoever wants to, and leaves nothing', async () => {
    await using holdfast = await start();
    const { api } = holdfast;
    await setPolicy(holdfast, { verifyAfterBackup: false });
    const { id } = await backedUp(holdfast);
    using _hanging = hangReads(holdfast);
    await api.backups.restoreTest({ id });
    await tested(holdfast, id, ['running']);
    await api.backups.cancelRestoreTest({ id });
    expect((await tested(holdfast, id)).restoreTest).toMatchObject({ state: 'skipped', skipped: 'cancelled' });
    expect((await testEvents(holdfast, id)).at(-1)?.actor).toMatchObject({ kind: 'user' });
    await expect(api.backups.cancelRestoreTest({ id })).rejects.toThrow('No restore test');
    await until(
      () => leftIn(holdfast.config.dataDir),
      (left) => left.length === 0,
    );
  });
});

async function flipBit(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  const at = Math.floor((await file.stat()).size / 2);
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 4]), 0, 1, at);
}

describe('a killed server', () => {
  it('leaves no mongod, and nothing after the next start', async () => {
    const { dataDir, end, again } = await killedMidway({});
    const [place = ''] = await leftIn(dataDir);
    const recorded = join(dataDir, 'restore-tests', place, 'process.json');
    const { pid } = JSON.parse(await readFile(recorded, 'utf8')) as { pid: number };
    expect(await processStartTime(pid)).not.toBe('');
    await end();
    await until(
      () => processStartTime(pid),
      (startTime) => startTime === '',
    );
    await using _server = await again();
    expect(await leftIn(dataDir)).toStrictEqual([]);
  });

  it('leaves no mongod that was about to start', async () => {
    const { mongod } = await testTools();
    const silent = join(folder, 'mongod-that-is-silent');
    const started = join(folder, 'started');
    const script = `#!/bin/sh\n[ "$1" = --version ] && exec "${mongod}" --version\necho $$ > "${started}"\nexec sleep 600\n`;
    await writeFile(silent, script, { mode: 0o755 });
    const env = { MONGOD_PATH: silent, XDG_CACHE_HOME: join(folder, 'cache'), PATH: '/usr/bin:/bin' };
    const isStarted = async () => (await readFile(started, 'utf8').catch(() => '')) !== '';
    const { dataDir, end } = await killedMidway(env, isStarted);
    const pid = Number(await readFile(started, 'utf8'));
    expect(await processStartTime(pid)).not.toBe('');
    await end();
    await until(
      () => processStartTime(pid),
      (startTime) => startTime === '',
    );
    expect(await removeThrowAways(join(dataDir, 'restore-tests'))).toHaveLength(1);
  });

  it('leaves nothing where a deployment was set aside', async () => {
    const { toolPaths, cacheDir } = await otherVersion();
    const env = { MONGOD_PATH: toolPaths.mongod, XDG_CACHE_HOME: cacheDir, PATH: '' };
    const { end, again } = await killedMidway(env);
    expect(await testDatabases()).toHaveLength(1);
    await end();
    await using _server = await again();
    expect(await testDatabases()).toStrictEqual([]);
  });
});

/** A server in the middle of a restore test. `again` starts the next one, and waits until it knows that the test was interrupted. */
async function killedMidway(
  environment: Record<string, string>,
  isMidway = async (failpoints: string) => (await readdir(failpoints)).includes('restored.reached'),
) {
  const failpoints = await mkdtemp(join(folder, 'failpoints-'));
  const dataDir = await mkdtemp(join(folder, 'data-'));
  const mongodb = source.uri.replace('/?', '/small?');
  const env = { LEDGER_URI: ledger.uri, MONGODB_URI: mongodb, HOLDFAST_FAILPOINTS: failpoints, ...environment };
  const killed = await startHoldfastProcess({ env, dataDir });
  const { client } = killed;
  const { id: setAsideId } = await client.deployments.register.mutate({ name: 'aside', uri: ledger.uri });
  await client.restoreTests.set.mutate({ ...defaultRestoreTestSettings, setAsideId });
  const { id } = await client.backups.request.mutate({ deploymentId: 'default' });
  await until(
    () => client.backups.byId.query({ id }),
    ({ verifiedAt }) => verifiedAt !== null,
  );
  await writeFile(join(failpoints, 'restored'), '');
  await client.backups.restoreTest.mutate({ id });
  await until(() => isMidway(failpoints), Boolean);
  return {
    dataDir,
    end: () => killed.end('SIGKILL'),
    async again() {
      await rm(join(failpoints, 'restored'));
      const next = await startHoldfastProcess({ env, dataDir });
      const { restoreTest } = await until(
        () => next.client.backups.byId.query({ id }),
        (backup) => backup.restoreTest?.state === 'skipped',
      );
      expect(restoreTest).toMatchObject({ skipped: 'interrupted', cause: 'asked' });
      expect((await next.client.restoreTests.state.query()).running).toStrictEqual([]);
      // As long as it may have run: it says every second that it does.
      const skipped = await ledger.client
        .db('holdfast')
        .collection('ledger_events')
        .findOne({ type: 'RestoreTestSkipped' });
      expect(skipped?.data.durationMs).toBeGreaterThanOrEqual(1_000);
      return next;
    },
  };
}

describe('without being asked', () => {
  it('every n-th backup of a policy is tested, and a deletion goes before it', async () => {
    await using holdfast = await start();
    await setPolicy(holdfast, { restoreTestEvery: 2, verifyAfterBackup: false });
    const first = await backedUp(holdfast);
    const second = await backedUp(holdfast);
    expect((await tested(holdfast, second.id)).restoreTest).toMatchObject({ state: 'passed', cause: 'after-backup' });
    expect((await holdfast.api.backups.byId({ id: first.id })).restoreTest).toBeNull();
    await setPolicy(holdfast, { restoreTestEvery: 3, verifyAfterBackup: false });
    const hanging = hangReads(holdfast);
    const third = await backedUp(holdfast);
    await tested(holdfast, third.id, ['running']);
    await holdfast.api.backups.delete({ id: third.id });
    hanging[Symbol.dispose]();
    const deleted = await holdfast.api.backups.byId({ id: third.id });
    expect(deleted).toMatchObject({ status: 'deleted', restoreTest: { skipped: 'archive-in-use' } });
    // One that its server's end stopped three times is not begun anew.
    const stopped = {
      backupId: first.id,
      deploymentId: first.deploymentId,
      cause: 'after-backup',
      durationMs: 5,
    } as const;
    const data = { ...stopped, reason: 'interrupted', message: '' } as const;
    const event: NewEvent = { stream: `backup:${first.id}`, type: 'RestoreTestSkipped', data };
    await record(holdfast, event, event, event);
    await setPolicy(holdfast, { restoreTestEvery: 1, verifyAfterBackup: false });
    expect(await nthBackups(holdfast.services, [])).toStrictEqual([]);
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('the newest verified backup is tested once in so many days, within the minutes of the day', async () => {
    let now = Date.now();
    await using holdfast = await start({ now: () => now });
    const { api } = holdfast;
    const { id } = await backedUp(holdfast);
    await until(
      () => api.backups.byId({ id }),
      ({ verifiedAt }) => verifiedAt !== null,
    );
    const settings = { ...defaultRestoreTestSettings, enabled: true, everyDays: 3, minutesPerDay: 1 };
    // So much of the minute is spent, by another deployment, that the next one is cut off.
    const deploymentId = uuid() as DeploymentId;
    const spent = { backupId: id, deploymentId, cause: 'schedule', reason: 'interrupted', message: '' } as const;
    const data = { ...spent, durationMs: 59_995 };
    const event: NewEvent = { stream: `backup:${id}`, type: 'RestoreTestSkipped', data };
    await record(holdfast, event);
    expect((await api.restoreTests.state()).spentMs).toBe(59_995);
    await api.restoreTests.set(settings);
    const cut = await until(
      () => api.backups.byId({ id }),
      ({ restoreTest }) => restoreTest?.skipped === 'budget-spent',
    );
    expect(cut.restoreTest).toMatchObject({
      cause: 'schedule',
      message: expect.stringContaining('minutes of the day'),
    });
    // It had only a part of the minutes: the next day it is the first. The clock goes back once the test reads the archive:
    // its events bear the database's time.
    now += dayMs;
    using _reading = onRead(holdfast, () => {
      now = Date.now();
    });
    await api.restoreTests.set({ ...settings, minutesPerDay: 60 });
    expect((await tested(holdfast, id, ['passed'])).restoreTest).toMatchObject({ cause: 'schedule' });
    // Whoever tests this has looked for more in between.
    await api.backups.restoreTest({ id });
    await until(
      () => testEvents(holdfast, id),
      (events) => events.filter(({ type }) => type === 'RestoreTestPassed').length > 1,
    );
    const passed = (await testEvents(holdfast, id)).filter((event) => event.type === 'RestoreTestPassed');
    expect(passed.map(({ data }) => data.cause)).toStrictEqual(['schedule', 'asked']);
  });
});
