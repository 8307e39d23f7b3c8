import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createHoldfastClient } from '@holdfast/client';
import type { Backup } from '@holdfast/shared/backup';
import type { LedgerEvent } from '@holdfast/shared/events';
import type { Policy } from '@holdfast/shared/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { runCommandLine } from './run-command-line.ts';
import { type HoldfastProcess, lineOf, startHoldfast } from './testing/holdfast-process.ts';
import { memorySink as sink } from './testing/memory-sink.ts';

let folder: string;
let server: HoldfastProcess;
let url: string;
let mongo: TestMongo;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
  mongo = await startReplicaSet({ auth: true });
  await mongo.client.db('ledgerless').collection('things').insertOne({ a: 1 });
  server = startHoldfast(['serve', '--json'], { ...environment(), PORT: '0', LOG_LEVEL: 'error' });
  url = /"url": "([^"]+)"/.exec(await lineOf(server, /"url"/))?.[1] ?? '';
  await waitForIdle('sample');
  await createHoldfastClient({ url, apiKey: await key() }).deployments.register.mutate({
    name: 'second',
    uri: mongo.uri,
  });
}, 180_000);

afterAll(async () => {
  server?.child.kill('SIGTERM');
  const ended = await server?.ended;
  await mongo?.stop();
  await rm(folder, { recursive: true, force: true });
  expect(ended?.status).toBe(0);
}, 60_000);

describe('backups', () => {
  let backup: Backup;

  it('takes one, waits for it and answers with its record', async () => {
    const { status, stdout, stderr } = await holdfast('backup', 'sample', '--json');
    expect([status, stderr]).toEqual([0, '']);
    backup = JSON.parse(stdout);
    expect(backup).toMatchObject({ status: 'completed', deploymentName: 'sample', trigger: 'api', error: null });
    expect(backup.documents).toBeGreaterThan(20_000);
  });

  it('says for people what it says for machines, progress apart from the answer', async () => {
    const { status, stdout, stderr } = await holdfast('backup', 'sample');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Status +completed$/m);
    expect(stdout).toMatch(/^Size +\d+\.\d+ MB, \d+\.\d+ MB uncompressed$/m);
    expect(stderr).toMatch(/^backup of sample: /m);
  });

  it('finds one by the beginning of its id, and refuses a beginning that several have', async () => {
    expect((await answer('backups', 'show', backup.id.slice(0, 18))).id).toBe(backup.id);
    expect(await failed('backups', 'show', backup.id.slice(0, 6))).toMatchObject({ status: 2, code: 'AMBIGUOUS_ID' });
  });

  it('lists them newest first, page by page', async () => {
    const first = await answer('backups', 'list', 'sample', '--limit', '1');
    const second = await answer('backups', 'list', 'sample', '--limit', '1', '--after', first.nextCursor);
    expect(second.items[0].id).toBe(backup.id);
    expect(first.items[0].createdAt > second.items[0].createdAt).toBe(true);
  });

  it('lists what one holds', async () => {
    const collections = await answer('backups', 'collections', backup.id);
    expect(collections).toContainEqual(expect.objectContaining({ database: 'shop', collection: 'orders' }));
  });

  it('verifies one', async () => {
    expect(await answer('verify', backup.id)).toMatchObject({ id: backup.id, documents: backup.documents });
  });

  it('tests its restore, waits for it, and sets the schedule of the tests', async () => {
    const tested: Backup = await answer('restore-test', backup.id, '--wait');
    expect(tested.restoreTest).toMatchObject({ state: 'passed', documents: backup.documents, error: null });
    const shown = await holdfast('backups', 'show', backup.id);
    expect(shown.stdout).toMatch(/^Restore test +passed: [\d,]+ documents restored into MongoDB \d/m);
    expect(await failed('restore-test', backup.id, '--cancel')).toMatchObject({
      status: 5,
      code: 'RESTORE_TEST_NOT_RUNNING',
    });
    const { settings } = await answer(
      'restore-tests',
      'set',
      '--on',
      '--minutes-per-day',
      '5',
      '--set-aside',
      'second',
    );
    expect(settings).toMatchObject({ enabled: true, everyDays: 7, minutesPerDay: 5 });
    expect(settings.setAsideId).not.toBeNull();
    expect((await answer('restore-tests', 'set', '--off', '--set-aside', 'none')).settings.setAsideId).toBeNull();
    expect((await holdfast('restore-tests')).stdout).toMatch(/^Restore-tested +1 of \d+ backups$/m);
    expect(await failed('restore-tests', 'set', '--every-days', '0')).toMatchObject({ status: 2 });
  });

  it('exits with 1 and says what is wrong when the archive is damaged, in lists and by the doctor until it is deleted', async () => {
    const other: Backup = await answer('backup', 'sample');
    const file = join(folder, 'data', 'backups', String(other.filePath));
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(file, bytes);
    const { status, message, hint } = await failed('verify', other.id);
    expect([status, hint]).toEqual([1, expect.stringContaining('Do not use this backup')]);
    expect(message).not.toBe('');
    expect((await holdfast('backups', 'list')).stdout).toMatch(/ DAMAGED +-$/m);
    expect((await holdfast('backups', 'show', other.id)).stdout).toMatch(/Status +completed, DAMAGED/);
    expect(await failed('doctor')).toMatchObject({ status: 1, code: 'CHECKS_FAILED' });
    await answer('backups', 'delete', other.id, '--yes');
  });

  it('deletes one only when that is confirmed', async () => {
    expect(await failed('backups', 'delete', backup.id)).toMatchObject({ status: 5, code: 'NOT_CONFIRMED' });
    expect(await answer('backups', 'delete', backup.id, '--yes')).toEqual({ deleted: backup.id });
    expect(await failed('verify', backup.id)).toMatchObject({ status: 5, code: 'BACKUP_NOT_RESTORABLE' });
    const listed = async (...options: string[]) =>
      (await answer('backups', 'list', ...options)).items.some(({ id }: Backup) => id === backup.id);
    expect([await listed(), await listed('--all'), await listed('--status', 'deleted')]).toEqual([false, true, true]);
  });
});

describe('restores', () => {
  let backup: Backup;

  beforeAll(async () => {
    backup = await answer('backup', 'sample');
  });

  it('restores into a copy without further questions', async () => {
    const restore = await answer('restore', backup.id, '--suffix', '_copy');
    expect(restore).toMatchObject({ status: 'completed', databases: ['shop_copy'], liveData: 'untouched' });
    expect(restore.documents).toBe(backup.documents);
  });

  it('exits with 5 where the copy would land in something that exists', async () => {
    expect(await failed('restore', backup.id, '--suffix', '_copy')).toMatchObject({ status: 5, code: 'TARGET_EXISTS' });
  });

  it('shows the plan and what to type, and changes nothing, where a restore in place is not confirmed', async () => {
    const refused = await failed('restore', backup.id, '--in-place');
    expect(refused).toMatchObject({ status: 5, code: 'NOT_CONFIRMED', details: { phrase: 'shop' } });
    expect(refused.hint).toContain(`holdfast restore ${backup.id} --in-place --confirm shop`);
    const { stderr } = await holdfast('restore', backup.id, '--in-place');
    expect(stderr).toMatch(/^replaced +shop\.orders +the same +collection +8,000 +8,000 /m);
    const events: LedgerEvent[] = (await answer('audit', 'search', '--type', 'RestoreRequested')).events;
    expect(events.every(({ data }) => (data as { target: { kind: string } }).target.kind === 'copy')).toBe(true);
  });

  it('exits with 5 on other words than the plan asks for', async () => {
    const refused = await failed('restore', backup.id, '--in-place', '--confirm', 'Shop');
    expect(refused).toMatchObject({ status: 5, code: 'CONFIRMATION_MISMATCH' });
  });

  it('restores in place with the words that the plan asks for', async () => {
    const restore = await answer('restore', backup.id, '--in-place', '--confirm', 'shop');
    expect(restore).toMatchObject({ status: 'completed', databases: ['shop'], liveData: 'replaced' });
  });

  it('takes that back with the words of its plan, and lists and drops what is kept', async () => {
    const [last] = (await answer('restores', 'list', 'sample', '--limit', '1')).items;
    expect((await holdfast('restores')).stdout).toMatch(/ in place +completed .* possible until /m);
    const refused = await failed('restores', 'undo', last.id);
    expect(refused).toMatchObject({ status: 5, code: 'NOT_CONFIRMED', details: { phrase: 'shop' } });
    expect(refused.hint).toContain(`holdfast restores undo ${last.id} --confirm shop`);
    const other = await failed('restores', 'undo', last.id, '--confirm', 'Shop');
    expect(other).toMatchObject({ status: 5, code: 'CONFIRMATION_MISMATCH' });
    const undo = await answer('restores', 'undo', last.id, '--confirm', 'shop');
    expect(undo).toMatchObject({ status: 'completed', undoOf: last.id, undo: { state: 'kept' } });
    expect(await failed('restores', 'undo', last.id)).toMatchObject({ status: 5, code: 'UNDO_UNAVAILABLE' });
    expect(await failed('restores', 'drop-undo', undo.id)).toMatchObject({ status: 5, code: 'NOT_CONFIRMED' });
    expect((await answer('restores', 'drop-undo', undo.id, '--yes')).undo).toMatchObject({ state: 'dropped' });
    expect((await holdfast('restores', 'show', last.id)).stdout).toMatch(/^Undo +taken back by /m);
    expect(await failed('restores', 'show', '01234567')).toMatchObject({ status: 4, code: 'RESTORE_NOT_FOUND' });
  });

  it('restores chosen collections under another name', async () => {
    const options = ['--prefix', 'old_', '--only', 'shop.orders', 'shop.openOrders'];
    const restore = await answer('restore', backup.id, ...options);
    expect(restore).toMatchObject({ status: 'completed', databases: ['old_shop'], collections: 2 });
  });

  it('says what to type for all that was asked for', async () => {
    const options = [
      '--in-place',
      '--only',
      'shop.orders',
      '--mode',
      'merge',
      '--ttl',
      'leave-out',
      '--undo-hours',
      '2',
    ];
    const refused = await failed('restore', backup.id, ...options);
    expect(refused.hint).toContain(`restore ${backup.id} ${options.join(' ')} --confirm shop`);
  });

  it.each([
    [['--mode', 'merge'], 2, 'RESTORE_OPTIONS_INVALID'],
    [['--in-place', '--mode', 'exact', '--only', 'shop.orders'], 2, 'RESTORE_OPTIONS_INVALID'],
    [['--mode', 'most'], 2, 'USAGE'],
    [['--in-place', '--suffix', '_copy'], 2, 'USAGE'],
    [['--undo-hours', '721'], 2, 'USAGE'],
    [['--only', 'shop.ordres'], 4, 'COLLECTION_NOT_FOUND'],
    [['--to', 'nowhere'], 4, 'DEPLOYMENT_NOT_FOUND'],
  ])('refuses %j with %i', async (options, status, code) => {
    expect(await failed('restore', backup.id, ...options)).toMatchObject({ status, code });
  });

  it('answers with the plan alone when that is asked for', async () => {
    const plan = await answer('restore', backup.id, '--in-place', '--plan');
    expect(plan).toMatchObject({ phrase: 'shop', target: { kind: 'original' }, backupId: backup.id });
    expect(plan.namespaces.every(({ difference }: { difference: unknown }) => difference === null)).toBe(true);
  });

  it('says which documents differ, of the collections that are named', async () => {
    const { stdout } = await holdfast('restore', backup.id, '--in-place', '--compare', 'shop.orders', 'shop.products');
    expect(stdout).toMatch(/^shop\.orders: 0 documents only live, 0 only in the backup, 0 changed, 8,000 the same$/m);
    expect(stdout).toMatch(/^shop\.products: /m);
    expect(stdout).not.toMatch(/^shop\.customers: /m);
  });
});

describe('servers', () => {
  it('lists the one that runs, with its role and what it does', async () => {
    const [only, ...others] = await answer('servers');
    expect(others).toEqual([]);
    expect(only).toMatchObject({ role: 'all', state: 'running', concurrency: 2, isThis: true, operations: [] });
    expect((await holdfast('servers')).stdout).toMatch(/ \(asked\) +\d+ +all +running +0 of 2 /);
  });

  it('refuses settings outside their ranges', async () => {
    expect(await failed('serve', '--concurrency', '65')).toMatchObject({ status: 2, code: 'USAGE' });
    expect(await failed('serve', '--role', 'nothing')).toMatchObject({ status: 2, code: 'USAGE' });
    expect(await failed('serve', '--role', 'worker')).toMatchObject({ status: 2, code: 'CONFIGURATION' });
  });
});

describe('destinations', () => {
  it('finds a backup missing, and adopts it when its file is back', async () => {
    const { id, filePath }: Backup = await answer('backup', 'sample');
    const key = String(filePath);
    const file = join(folder, 'data', 'backups', key);
    await rename(file, join(folder, 'away.zip'));
    expect((await answer('destinations', 'reconcile')).missing).toEqual([
      { backupId: id, deploymentName: 'sample', key },
    ]);
    expect(await failed('restore', id)).toMatchObject({ status: 5, code: 'BACKUP_NOT_RESTORABLE' });
    expect((await holdfast('destinations')).stdout).toMatch(new RegExp(`^Missing:\n.*\n${id} +sample `, 'm'));
    await rename(join(folder, 'away.zip'), file);
    const { stdout } = await holdfast('destinations', 'reconcile');
    expect(stdout).toMatch(/^Unknown to the ledger:$/m);
    expect(stdout).toContain(`a missing backup, back  ${key}`);
    expect(await answer('destinations', 'adopt', key)).toMatchObject({ id, status: 'completed' });
    expect(await failed('destinations', 'adopt', key)).toMatchObject({ status: 5, code: 'BACKUP_EXISTS' });
    expect(await failed('destinations', 'adopt', 'none.zip')).toMatchObject({ status: 4, code: 'ARCHIVE_NOT_FOUND' });
    expect(await answer('verify', id)).toMatchObject({ id });
  });

  it('are added, tested, named by a policy, and let go of once nothing names them', async () => {
    const url = `file:${join(folder, 'offsite')}`;
    expect(await answer('destinations', 'add', 'offsite', url)).toMatchObject({ name: 'offsite', url, usedBy: [] });
    expect(await answer('destinations', 'test', 'offsite')).toMatchObject({ url });
    expect(await failed('destinations', 'add', 'again', url)).toMatchObject({ status: 5, code: 'DESTINATION_EXISTS' });
    const named = await answer('policies', 'set', 'sample', '--destinations', 'main,offsite');
    expect(named.destinationIds).toHaveLength(2);
    expect(await failed('destinations', 'remove', 'offsite', '--yes')).toMatchObject({
      ...{ status: 5, code: 'DESTINATION_IN_USE' },
    });
    expect((await answer('policies', 'set', 'sample', '--destinations', 'main')).destinationIds).toEqual([]);
    const nowhere = await failed('policies', 'set', 'sample', '--destinations', 'nowhere');
    expect(nowhere).toMatchObject({ status: 4, code: 'DESTINATION_NOT_FOUND' });
    await writeFile(join(folder, 'key'), 'id\nhidden\n', { mode: 0o600 });
    const keyed = await failed('destinations', 'update', 'offsite', '--credentials-file', 'key');
    expect(keyed).toMatchObject({ status: 2, code: 'DESTINATION_INVALID' });
    expect(await answer('destinations', 'update', 'offsite', '--name', 'far')).toMatchObject({ name: 'far' });
    await answer('destinations', 'remove', 'far', '--yes');
    expect((await answer('destinations')).map(({ name }: { name: string }) => name)).toEqual(['main']);
  });

  it('exits with 1 and answers with the report all the same when the destination is not there', async () => {
    const marker = join(folder, 'data', 'backups', '.holdfast-destination.json');
    await rename(marker, join(folder, 'marker'));
    const { status, stdout, stderr } = await holdfast('destinations', 'reconcile', '--json');
    await rename(join(folder, 'marker'), marker);
    expect([status, JSON.parse(stderr).code]).toEqual([1, 'RECONCILIATION_FAILED']);
    expect(JSON.parse(stdout)).toMatchObject({ problem: { reason: 'storage-missing' }, missing: [] });
    expect(await answer('destinations', 'reconcile')).toMatchObject({ problem: null, missing: [] });
  });
});

describe('deployments', () => {
  it('forgets one only when that is confirmed, and registers it again from a pipe', async () => {
    expect(await failed('deployments', 'remove', 'second')).toMatchObject({ status: 5, code: 'NOT_CONFIRMED' });
    await answer('deployments', 'remove', 'second', '--yes');
    expect((await answer('deployments')).map(({ name }: { name: string }) => name)).toEqual(['sample']);
    const { status, stdout } = await run(['deployments', 'add', 'second', '--uri-stdin', '--json'], {
      input: mongo.uri,
    });
    expect([status, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ name: 'second', replicaSet: 'rs0' })]);
    expect(stdout).not.toContain(new URL(mongo.uri).password);
  });

  it('exits with 5 where the same replica set is registered already', async () => {
    await writeFile(join(folder, 'uri'), `${mongo.uri}\n`, { mode: 0o600 });
    const again = await failed('deployments', 'add', 'third', '--uri-file', 'uri');
    expect(again).toMatchObject({ status: 5, code: 'DEPLOYMENT_EXISTS' });
  });

  it('renames one, and finds it by name and id', async () => {
    const { id } = await answer('deployments', 'update', 'second', '--name', 'other');
    expect(await answer('deployments', 'update', id, '--name', 'second')).toMatchObject({ id, name: 'second' });
  });

  it('exits with 7 where a deployment cannot be reached, and repeats no password', async () => {
    const { status, stderr } = await run(['deployments', 'test', '--uri-stdin'], {
      input: 'mongodb://u:p4ssw0rd@127.0.0.1:1/x',
    });
    expect(status).toBe(7);
    expect(stderr).toContain('127.0.0.1:1');
    expect(stderr).not.toContain('p4ssw0rd');
  });

  it('exits with 2 for what is no connection string', async () => {
    const { status, stderr } = await run(['deployments', 'test', '--uri-stdin', '--json'], {
      input: 'http://u:p4ssw0rd@h/',
    });
    expect([status, JSON.parse(stderr).code]).toEqual([2, 'INVALID_URI']);
    expect(stderr).not.toContain('p4ssw0rd');
  });

  it.each([
    [['backup', 'nowhere'], 'DEPLOYMENT_NOT_FOUND'],
    [['backups', 'list', 'nowhere'], 'DEPLOYMENT_NOT_FOUND'],
    [['policies', 'set', 'nowhere', '--hour', '3'], 'DEPLOYMENT_NOT_FOUND'],
    [['verify', '019a0000-0000-7000-8000-000000000001'], 'BACKUP_NOT_FOUND'],
    [['restore', 'beef00'], 'BACKUP_NOT_FOUND'],
    [['operations', 'cancel', '019a0000-0000-7000-8000-000000000001'], 'OPERATION_NOT_FOUND'],
    [['operations', 'cancel', 'beef00'], 'OPERATION_NOT_FOUND'],
  ])('%j exits with 4', async (args, code) => {
    expect(await failed(...args)).toMatchObject({ status: 4, code });
  });
});

describe('waiting', () => {
  it('exits with 6 after the time given; the operation goes on, and can be cancelled', async () => {
    using _ = frozen();
    const late = await failed('backup', 'second', '--timeout', '1s');
    expect(late).toMatchObject({ status: 6, code: 'TIMED_OUT' });
    const id = String((late.details as { id: string }).id);
    expect(late.hint).toContain(`holdfast operations cancel ${id}`);
    expect(await failed('backup', 'second')).toMatchObject({ status: 5, code: 'OPERATION_IN_PROGRESS' });
    const asked = performance.now();
    expect(await answer('operations', 'cancel', id)).toEqual({ cancelRequested: id });
    await waitForIdle('second');
    expect(performance.now() - asked).toBeLessThan(2_500);
    expect(await answer('backups', 'show', id)).toMatchObject({ status: 'cancelled', error: null });
  });

  it('exits with 1 when somebody cancels it, and answers with the record all the same', async () => {
    await waitForIdle('second');
    using _ = frozen();
    const waiting = run(['backup', 'second', '--json']);
    await cancelWhatRuns();
    const { status, stdout, stderr } = await waiting;
    expect([status, JSON.parse(stderr).code]).toEqual([1, 'BACKUP_CANCELLED']);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled', deploymentName: 'second' });
  });

  it('exits with 130 on Ctrl-C, and the operation goes on', async () => {
    await waitForIdle('second');
    let id: string;
    {
      using _ = frozen();
      const waiting = startHoldfast(['backup', 'second'], environment());
      id = (await lineOf(waiting, /requested/)).split(' ')[1] ?? '';
      waiting.child.kill('SIGINT');
      const { status, stderr } = await waiting.ended;
      expect([status, stderr]).toEqual([130, expect.stringContaining('The backup goes on at the server')]);
    }
    await waitForIdle('second');
    expect((await answer('backups', 'show', id)).status).not.toBe('cancelled');
  });

  it('returns at once with --no-wait, with an id that can be followed', async () => {
    const requested = await answer('backup', 'sample', '--no-wait');
    expect(['requested', 'running']).toContain(requested.status);
    await waitForIdle('sample');
    expect(await answer('backups', 'show', requested.id)).toMatchObject({ status: 'completed' });
  });
});

describe('policies', () => {
  it('changes what is given and nothing else', async () => {
    const [before] = (await answer('policies')).filter(({ nextRunAt }: { nextRunAt: string }) => nextRunAt);
    const policy = await answer('policies', 'set', 'sample', '--hour', '23', '--timezone', 'Europe/Paris');
    expect(policy).toMatchObject({
      scheduledHour: 23,
      timezone: 'Europe/Paris',
      retentionCount: before.retentionCount,
    });
    expect(await answer('policies', 'set', 'sample', '--off', '--keep', '30')).toMatchObject({
      enabled: false,
      scheduledHour: 23,
      retentionCount: 30,
      nextRunAt: null,
    });
  });

  it('takes limits in minutes, shows them, and refuses what is out of range with the range', async () => {
    const limits = { timeLimitMinutes: 90, stallLimitMinutes: 15 };
    const set = await answer('policies', 'set', 'sample', '--time-limit', '90', '--stall-limit', '15');
    expect(set).toMatchObject(limits);
    expect(await answer('policies', 'set', 'sample', '--keep', '29')).toMatchObject(limits);
    expect((await holdfast('policies', 'list')).stdout).toMatch(/sample .* 90 min +15 min /);
    expect(await failed('policies', 'set', 'sample', '--time-limit', '10081')).toMatchObject({
      status: 2,
      message: expect.stringContaining('from 1 to 10080 (7 days)'),
    });
    expect(await failed('policies', 'set', 'sample', '--stall-limit', '0')).toMatchObject({
      status: 2,
      message: expect.stringContaining('from 1 to 1440 (1 day)'),
    });
  });
});

describe('what a backup may take', () => {
  it('is set in megabytes a second, shown, and given back', async () => {
    const impact = {
      readPreference: 'secondaryPreferred',
      parallelCollections: 2,
      bandwidthLimitBytesPerSecond: 2_500_000,
    };
    const options = [
      '--read-preference',
      'secondaryPreferred',
      '--parallel-collections',
      '2',
      '--bandwidth-limit',
      '2.5',
    ];
    expect(await answer('policies', 'set', 'sample', ...options)).toMatchObject(impact);
    const shown = (await holdfast('policies', 'set', 'sample', '--verify', 'off')).stdout;
    expect(shown).toMatch(/Reads from +secondaryPreferred/);
    expect(shown).toMatch(/Bandwidth +2.5 MB\/s/);
    expect(shown).toMatch(/Verified +by the scrub/);
    const none = ['--read-preference', 'default', '--parallel-collections', '4', '--bandwidth-limit', 'none'];
    expect(await answer('policies', 'set', 'sample', ...none, '--verify', 'on')).toMatchObject({
      ...{ readPreference: null, parallelCollections: 4, bandwidthLimitBytesPerSecond: null, verifyAfterBackup: true },
    });
    expect(await failed('policies', 'set', 'sample', '--bandwidth-limit', '0.5')).toMatchObject({
      status: 2,
      message: expect.stringContaining('from 1 to 100000 megabytes a second, or none'),
    });
  });
});

describe('the scrub', () => {
  it('is shown and set, and refuses what is out of range with the range', async () => {
    expect(await answer('scrub', 'set', '--every-days', '7', '--bandwidth-limit', 'none')).toMatchObject({
      scrub: { enabled: true, everyDays: 7, bytesPerSecond: null },
    });
    const shown = (await holdfast('scrub')).stdout;
    expect(shown).toMatch(/Scrub +on, each archive once in 7 days/);
    expect(shown).toMatch(/Reads at most +no limit/);
    expect(shown).toMatch(/Verified +\d+ of \d+ backup/);
    expect((await answer('scrub', 'set', '--off')).scrub).toEqual({
      enabled: false,
      everyDays: 7,
      bytesPerSecond: null,
    });
    expect(await failed('scrub', 'set', '--every-days', '0')).toMatchObject({
      status: 2,
      message: expect.stringContaining('from 1 to 365'),
    });
    await answer('scrub', 'set', '--on', '--every-days', '30', '--bandwidth-limit', '32');
  });
});

describe('encryption', () => {
  it('begins with a key and a kit whose code was entered, and is a choice of each policy', async () => {
    const kit = join(folder, 'kit.age');
    await answer('keys', 'create', 'main');
    expect(await failed('keys', 'use', 'main')).toMatchObject({ status: 5, code: 'RECOVERY_KIT_REQUIRED' });
    const { passphrase } = await answer('keys', 'kit', kit, '--generate');
    expect((await stat(kit)).mode & 0o777).toBe(0o600);
    expect(await failed('keys', 'kit', kit, '--generate')).toMatchObject({ status: 2, code: 'USAGE' });
    const opened = await run(['keys', 'open', kit, '--code', '--passphrase-stdin'], { input: `${passphrase}\n` });
    expect(opened.stdout).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}\n$/);
    const wrong = await run(['keys', 'open', kit, '--json', '--passphrase-stdin'], { input: 'not the passphrase\n' });
    expect([wrong.status, JSON.parse(wrong.stderr).code]).toEqual([2, 'KIT_UNREADABLE']);
    expect(await failed('keys', 'confirm', '0000-0000')).toMatchObject({ status: 5, code: 'RECOVERY_KIT_CODE_WRONG' });
    expect(await answer('keys', 'confirm', opened.stdout.trim())).toMatchObject({ kitIsCurrent: true });
    await answer('policies', 'set', 'sample', '--encryption', 'main');
    expect(await answer('backup', 'sample')).toMatchObject({ encryption: { keys: [{ name: 'main' }] } });
    await answer('policies', 'set', 'sample', '--encryption', 'inherit');
    expect((await answer('backup', 'sample')).encryption).toBeNull();
    expect((await holdfast('keys')).stdout).toMatch(/^main +kept +yes +1 +0 /m);
    expect(await failed('keys', 'retire', 'main', '--yes')).toMatchObject({ status: 5, code: 'ENCRYPTION_KEY_IN_USE' });
  });
});

describe('configuration', () => {
  it('goes out to a file of its owner, and back in once it is confirmed', async () => {
    const file = join(folder, 'configuration.json');
    await answer('policies', 'set', 'sample', '--hour', '4');
    await answer('config', 'export', file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await answer('policies', 'set', 'sample', '--hour', '5');
    const preview = await answer('config', 'import', file, '--preview');
    expect(preview.changes).toContainEqual(
      expect.objectContaining({
        kind: 'policy-changed',
        deployment: 'sample',
        next: expect.objectContaining({ scheduledHour: 4 }),
      }),
    );
    expect(await failed('config', 'import', file)).toMatchObject({ status: 5, code: 'NOT_CONFIRMED' });
    const { status, stderr } = await holdfast('config', 'import', file, '--yes');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^sample +daily +changed +off, 05:00 .* +off, 04:00 /m);
    expect((await answer('policies', 'set', 'sample', '--on')).scheduledHour).toBe(4);
  });

  it('brings limits back, and leaves them where a file from before them has none', async () => {
    const file = join(folder, 'limits.json');
    await answer('policies', 'set', 'sample', '--time-limit', '60', '--stall-limit', '5');
    await answer('config', 'export', file);
    await answer('policies', 'set', 'sample', '--time-limit', '61');
    expect((await holdfast('config', 'import', file, '--preview')).stdout).toMatch(
      /^sample +daily +changed .*limits 61 and 5 min .*limits 60 and 5 min$/m,
    );
    await answer('config', 'import', file, '--yes');
    const configuration = JSON.parse(await readFile(file, 'utf8'));
    for (const { policies } of configuration.deployments)
      for (const policy of policies) {
        delete policy.timeLimitMinutes;
        delete policy.stallLimitMinutes;
      }
    await answer('policies', 'set', 'sample', '--hour', '6');
    await writeFile(file, JSON.stringify(configuration));
    await holdfast('config', 'import', file, '--yes');
    const [policy] = (await answer('policies')).filter(({ stallLimitMinutes }: Policy) => stallLimitMinutes === 5);
    expect(policy).toMatchObject({ scheduledHour: 4, timeLimitMinutes: 60 });
  });
});

describe('audit', () => {
  it('exports every event as a line, oldest first, over many pages', async () => {
    const client = createHoldfastClient({ url, apiKey: await key() });
    const [policy] = await client.policies.list.query();
    if (policy === undefined) throw new Error('there is no policy');
    const { id, enabled, retentionCount, timezone } = policy;
    for (let hour = 0; (await client.audit.head.query()).position <= 520; hour = (hour + 1) % 24)
      await client.policies.set.mutate({ id, enabled, retentionCount, timezone, scheduledHour: hour });
    const { position, hash } = await answer('audit', 'head');
    const { status, stdout } = await holdfast('audit', 'export', '--json');
    expect(status).toBe(0);
    const events: LedgerEvent[] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map((event) => event.position)).toEqual(Array.from({ length: position }, (_, index) => index + 1));
    expect(events.at(-1)?.hash).toBe(hash);
    const rest = await holdfast('audit', 'export', '--after', String(position - 3));
    expect(rest.stdout.trimEnd().split('\n')).toHaveLength(3);
  }, 120_000);

  it('leaves quietly when its reader does', async () => {
    const exporting = startHoldfast(['audit', 'export'], environment());
    exporting.child.stdout.destroy();
    exporting.ended.catch(() => {});
    const status = await new Promise((resolve) => exporting.child.on('exit', resolve));
    expect(status).toBe(0);
  });

  it('filters by operation, type and time', async () => {
    const backup: Backup = await answer('backup', 'sample');
    const types = async (...filters: string[]) =>
      (await answer('audit', 'search', ...filters)).events.map(({ type }: LedgerEvent) => type);
    // That the archive is read again comes when it comes.
    const ofBackup = (await types('--operation', backup.id)).filter((type: string) => type !== 'BackupVerified');
    expect(ofBackup).toEqual(['BackupCompleted', 'BackupSealed', 'BackupStarted', 'BackupRequested']);
    expect(await types('--operation', backup.id, '--type', 'backupsealed')).toEqual(['BackupSealed']);
    expect(await types('--deployment', 'sample', '--to', '2020-01-01')).toEqual([]);
    expect(await types('--operation', backup.id, '--from', backup.createdAt.slice(0, 10))).toHaveLength(4);
  });

  it('walks the chain', async () => {
    const report = await answer('audit', 'verify');
    expect(report).toMatchObject({ intact: true, differsAt: null });
    expect(report.events).toBeGreaterThan(500);
  });
});

describe('doctor', () => {
  it('answers with what the server found', async () => {
    const checks = await answer('doctor');
    const ids = checks.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(['mongodump', 'storage', 'clock']));
    expect(ids).not.toContain('server');
  });

  it('looks by itself where no server runs, makes no folder, and exits with 1 for what does not work', async () => {
    const dataDir = join(folder, 'not-there');
    const env = { HOLDFAST_DATA_DIR: dataDir, MONGODB_URI: 'mongodb://u:p4ssw0rd@127.0.0.1:1/x' };
    const { status, stdout, stderr } = await run(['doctor', '--json'], { env });
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ id: 'server', status: 'warning' }));
    expect([status, JSON.parse(stderr).details]).toEqual([1, { failed: ['deployment:default'] }]);
    expect(stdout + stderr).not.toContain('p4ssw0rd');
    await expect(stat(dataDir)).rejects.toThrow('ENOENT');
  });
});

describe('as a process', () => {
  it('exits with the status, and keeps the answer apart from everything else', async () => {
    const { status, stdout, stderr } = await startHoldfast(['backup', 'sample', '--json'], environment()).ended;
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' });
    const refused = await startHoldfast(['backup', 'nowhere', '--json'], environment()).ended;
    expect([refused.status, refused.stdout, JSON.parse(refused.stderr).code]).toEqual([4, '', 'DEPLOYMENT_NOT_FOUND']);
  });

  it('reads a connection string from its standard input', async () => {
    const { status, stdout } = await startHoldfast(['deployments', 'test', '--uri-stdin'], environment(), mongo.uri)
      .ended;
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^Replica set +rs0$/m)]);
  });
});

describe('access', () => {
  it('makes a code with which a browser signs in, once', async () => {
    const { code, url: address } = await answer('login-code');
    const signIn = () =>
      fetch(new URL('auth/login', `${address}/`), {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: address },
        body: JSON.stringify({ code }),
      });
    expect([(await signIn()).status, (await signIn()).status]).toEqual([204, 401]);
  });

  it.each([['backups'], ['login-code'], ['audit', 'verify']])('%s exits with 3 with a wrong key', async (...args) => {
    const { status, stderr } = await startHoldfast([...args, '--json'], { ...environment(), HOLDFAST_API_KEY: 'wrong' })
      .ended;
    expect([status, JSON.parse(stderr).code]).toEqual([3, 'NOT_SIGNED_IN']);
  });
});

/** As a user has it, but for what would name another server. */
function environment() {
  return {
    ...process.env,
    INIT_CWD: folder,
    HOLDFAST_DATA_DIR: join(folder, 'data'),
    HOLDFAST_URL: url,
    HOLDFAST_API_KEY: undefined,
    MONGODB_URI: undefined,
    LEDGER_URI: undefined,
    NODE_OPTIONS: undefined,
  };
}

/** In this process, as `main.ts` does it: starting one takes most of a command's time. */
async function run(args: readonly string[], options: { env?: Record<string, string>; input?: string } = {}) {
  const [stdout, stderr] = [sink(), sink()];
  const status = await runCommandLine({
    args,
    stdin: Readable.from([options.input ?? '']) as never,
    stdout: stdout.stream,
    stderr: stderr.stream,
    config: loadConfig({ ...environment(), ...options.env }),
  });
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

function holdfast(...args: string[]) {
  return run(args);
}

// biome-ignore lint/suspicious/noExplicitAny: what the process wrote, checked by each test
async function answer(...args: string[]): Promise<any> {
  const { status, stdout, stderr } = await run([...args, '--json']);
  expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
  return JSON.parse(stdout);
}

async function failed(...args: string[]) {
  const { status, stderr } = await run([...args, '--json']);
  const report = JSON.parse(stderr) as { code: string; message: string; hint: string; details: unknown };
  return { status, ...report };
}

async function key(): Promise<string> {
  return (await readFile(join(folder, 'data', 'admin.key'), 'utf8')).trim();
}

async function waitForIdle(deployment: string): Promise<void> {
  const client = createHoldfastClient({ url, apiKey: await key() });
  const deadline = Date.now() + 60_000;
  while ((await client.deployments.byId.query({ id: deployment })).status !== 'idle') {
    if (Date.now() > deadline) throw new Error(`${deployment} was not idle within a minute`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function cancelWhatRuns(): Promise<void> {
  const client = createHoldfastClient({ url, apiKey: await key() });
  const deadline = Date.now() + 30_000;
  for (;;) {
    const [running] = await client.operations.current.query();
    if (running) return void (await client.operations.cancel.mutate({ id: running.operationId }));
    if (Date.now() > deadline) throw new Error('nothing ran within 30 s');
  }
}

/** The second deployment's server does not answer until this is disposed. */
function frozen(): Disposable {
  if (mongo.pids.length === 0)
    throw new Error('a server is stopped by its process id here, and it runs in a container');
  const { pids } = mongo;
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return {
    [Symbol.dispose]: () => {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    },
  };
}
