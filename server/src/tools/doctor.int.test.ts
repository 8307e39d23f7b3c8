import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationFailure } from '@holdfast/shared/failures';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findSwapMethod } from '../engine/swap-method.ts';
import { startReplicaSet, startStandalone, type TestMongo } from '../testing/mongo.ts';
import { testTools } from '../testing/tools.ts';
import { type DoctorCheck, type DoctorOptions, runDoctor } from './doctor.ts';

let mongo: TestMongo;
let dataDir: string;
let base: DoctorOptions;

beforeAll(async () => {
  mongo = await startReplicaSet({ auth: true });
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-doctor-'));
  await mongo.client.db('shop').collection('items').insertOne({ name: 'cup' });
  const timeseries = { timeField: 'at' };
  await mongo.client.db('load').createCollection('pages', { timeseries });
  base = {
    searchPath: '',
    cacheDir: join(dataDir, 'cache'),
    toolPaths: await testTools(),
    dataDir,
    storagePath: join(dataDir, 'backups'),
    probeStorage: async () => {},
    disks: async () => ({ shared: [], unknown: [] }),
    ledger: { kind: 'external', uri: mongo.uri },
    ledgerTime: async () => Date.now(),
  };
});

afterAll(async () => {
  await mongo.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function doctor(more: Partial<DoctorOptions>): Promise<Map<string, DoctorCheck>> {
  return new Map((await runDoctor({ ...base, ...more })).map((check) => [check.id, check]));
}

const withDatabase = (uri: string, database: string) => uri.replace('/?', `/${database}?`);

test('finds nothing to fail on a machine that has everything', async () => {
  const checks = [...(await doctor({})).values()];
  expect(checks.filter(({ status }) => status === 'failed')).toEqual([]);
  expect(checks.map(({ id }) => id)).toEqual([
    ...['node', 'processor', 'mongod', 'mongodump', 'mongorestore', 'disk', 'storage', 'storage-space'],
    ...['storage-disk', 'ledger', 'clock', 'time-zones'],
  ]);
  expect(checks.every(({ found, advice }) => !`${found}${advice}`.includes('\n'))).toBe(true);
});

test('says how to install what is missing, and what a broken path is about', async () => {
  const checks = await doctor({ toolPaths: { mongorestore: '/nowhere/mongorestore' } });
  expect(checks.get('mongodump')).toMatchObject({
    status: 'warning',
    advice: expect.stringContaining('mongodb-database-tools'),
  });
  expect(checks.get('mongorestore')).toMatchObject({
    status: 'failed',
    found: expect.stringContaining('MONGORESTORE_PATH cannot be used: /nowhere/mongorestore does not exist.'),
  });
  expect(checks.get('mongod')).toMatchObject({ status: 'ok', found: expect.stringContaining('not needed') });
});

test('backups beside the data are pointed out, and a destination that refuses', async () => {
  const probeStorage = async () => {
    throw new OperationFailure('storage-unwritable', 'Writing is refused.');
  };
  const shared = [{ deploymentName: 'shop', urls: ['file:/backups'], with: ['database', 'ledger'] as const }];
  const disks = async () => ({ shared: shared.map((one) => ({ ...one, with: [...one.with] })), unknown: [] });
  const checks = await doctor({ probeStorage, disks });
  expect(checks.get('storage-disk')).toMatchObject({
    status: 'warning',
    found: 'the backups of shop at file:/backups lie on the same disk as the database and the ledger',
  });
  const unknown = [{ deploymentName: 'shop', reason: 'not-permitted' as const }];
  expect((await doctor({ disks: async () => ({ shared: [], unknown }) })).get('storage-disk')).toMatchObject({
    status: 'warning',
    found: expect.stringContaining('clusterMonitor'),
  });
  expect(checks.get('storage')).toMatchObject({ status: 'failed', found: 'Writing is refused.' });
});

test('a ledger that is standalone, down, or has a wrong address fails with what to do', async () => {
  await using standalone = await startStandalone();
  const found = async (uri: string) => (await doctor({ ledger: { kind: 'external', uri } })).get('ledger');
  expect(await found(standalone.uri)).toMatchObject({
    status: 'failed',
    advice: expect.stringContaining('rs.initiate()'),
  });
  expect(await found('mongodb://127.0.0.1:1/')).toMatchObject({ status: 'failed' });
  expect(await found('http://127.0.0.1')).toMatchObject({
    status: 'failed',
    advice: expect.stringContaining('LEDGER_URI'),
  });
  const down = await doctor({ ledgerTime: () => Promise.reject(new Error('gone')) });
  expect(down.get('clock')).toMatchObject({ status: 'failed', found: 'the ledger does not answer' });
});

test('a deployment that holds the ledger is pointed out, one that is down fails without its password', async () => {
  const deployments = [
    { name: 'shop', uri: mongo.uri },
    { name: 'gone', uri: 'mongodb://u:S3cretPw@127.0.0.1:1/' },
    { name: 'wrong', uri: mongo.uri.replace('password-of', 'S3cretPw') },
  ];
  const checks = await doctor({ deployments });
  expect(checks.get('deployment:shop')).toMatchObject({
    status: 'warning',
    found: expect.stringContaining('the ledger lies in it'),
  });
  expect(checks.get('deployment:gone')).toMatchObject({ status: 'failed' });
  expect(checks.get('deployment:wrong')).toMatchObject({ status: 'failed' });
  expect(JSON.stringify([...checks.values()])).not.toMatch(/S3cretPw|password-of/);
});

/** What mongodump and mongorestore were seen to do with these roles: of one database, and of everything. */
describe('says of a user what backup and restore are then refused', () => {
  type Outcome = Record<'backup' | 'restore', DoctorCheck['status']>;
  const reader: Outcome = { backup: 'ok', restore: 'failed' };
  const all: Outcome = { backup: 'ok', restore: 'ok' };
  const none: Outcome = { backup: 'failed', restore: 'failed' };
  type Role = string | { role: string; db: string };
  const cases: [string, Role[], Outcome, Outcome][] = [
    ['backup', ['backup'], reader, reader],
    ['backup and restore', ['backup', 'restore'], all, all],
    ['root', ['root'], all, all],
    ['readAnyDatabase', ['readAnyDatabase'], reader, none],
    ['readWriteAnyDatabase', ['readWriteAnyDatabase'], reader, none],
    [
      'readWrite and dbAdmin on any',
      ['readWriteAnyDatabase', 'dbAdminAnyDatabase'],
      all,
      { backup: 'failed', restore: 'ok' },
    ],
    ['owner of the database', [{ role: 'dbOwner', db: 'shop' }], { backup: 'ok', restore: 'warning' }, none],
    ['reader of another database', [{ role: 'read', db: 'load' }], none, none],
  ];
  test.each(cases)('%s', async (name, roles, one, everything) => {
    const uri = await mongo.addUser(`a ${name}`, roles);
    const deployments = [
      { name: 'one', uri: withDatabase(uri, 'shop') },
      { name: 'all', uri },
    ];
    const checks = await doctor({ deployments });
    const outcome = (deployment: string) => ({
      backup: checks.get(`backup-rights:${deployment}`)?.status,
      restore: checks.get(`restore-rights:${deployment}`)?.status,
    });
    expect({ one: outcome('one'), all: outcome('all') }).toEqual({ one, all: everything });
    for (const { status, advice } of checks.values()) expect(advice === null).toBe(status === 'ok');
  });

  test.each([
    ['backup', ['backup'], 'warning'],
    ['backup and restore', ['backup', 'restore'], 'ok'],
    ['root', ['root'], 'ok'],
    ['readAnyDatabase', ['readAnyDatabase'], 'failed'],
  ])('%s may back up and restore users and roles', async (name, roles, status) => {
    const uri = await mongo.addUser(`users ${name}`, roles);
    const checks = await doctor({
      deployments: [
        { name: 'all', uri, usersAndRoles: true },
        { name: 'one', uri: withDatabase(uri, 'shop'), usersAndRoles: true },
        { name: 'unasked', uri },
      ],
    });
    const found = ['all', 'one', 'unasked'].map((deployment) => checks.get(`users-rights:${deployment}`)?.status);
    expect(found).toEqual([status, status, undefined]);
  });

  test('a time-series needs a right that the owner of its database does not have', async () => {
    const uri = withDatabase(await mongo.addUser('load-owner', [{ role: 'dbOwner', db: 'load' }]), 'load');
    const checks = await doctor({ deployments: [{ name: 'load', uri }] });
    expect(checks.get('backup-rights:load')).toMatchObject({
      status: 'failed',
      found: 'missing: find on load.system.buckets.pages',
      advice: expect.stringContaining("grantRolesToUser('USER', [{ role: 'backup', db: 'admin' }])"),
    });
  });

  test('the commands that it prints give what was missing', async () => {
    const uri = await mongo.addUser('poor', ['read']);
    const before = await doctor({ deployments: [{ name: 'it', uri }] });
    const advice = ['backup', 'restore'].map((kind) => before.get(`${kind}-rights:it`)?.advice ?? '');
    for (const text of advice) {
      const role = /grantRolesToUser\('USER', \[\{ role: '(\w+)', db: 'admin' \}\]\)/.exec(text)?.[1];
      await mongo.client.db('admin').command({ grantRolesToUser: 'poor', roles: [{ role, db: 'admin' }] });
    }
    const after = await doctor({ deployments: [{ name: 'it', uri }] });
    expect(after.get('backup-rights:it')).toMatchObject({ status: 'ok' });
    expect(after.get('restore-rights:it')).toMatchObject({ status: 'ok' });
    expect(before.get('swap-rights:it'), 'of who may not restore at all').toBeUndefined();
  });

  test('the role that it prints for the swap in one command allows it', async () => {
    const uri = await mongo.addUser('swapper', ['backup', 'restore']);
    const found = (await doctor({ deployments: [{ name: 'it', uri }] })).get('swap-rights:it');
    expect(found).toMatchObject({ status: 'warning', found: expect.stringContaining('is lost') });
    const privilege = /privileges: \[\{ resource: \{ (\w+): true \}, actions: \['(\w+)'\] \}\]/.exec(
      found?.advice ?? '',
    );
    const [, resource = '', action] = privilege ?? [];
    const privileges = [{ resource: { [resource]: true }, actions: [action] }];
    await mongo.client.db('admin').command({ createRole: 'holdfastSwap', privileges, roles: [] });
    const grant = { grantRolesToUser: 'swapper', roles: [{ role: 'holdfastSwap', db: 'admin' }] };
    await mongo.client.db('admin').command(grant);
    const after = await doctor({ deployments: [{ name: 'it', uri }] });
    expect(after.get('swap-rights:it')).toMatchObject({ status: 'ok', advice: null });
    await using client = await new MongoClient(uri).connect();
    expect(await findSwapMethod(client)).toBe('apply-ops');
  });

  test('the role that it prints for changes gives what was missing, on all databases and on one', async () => {
    const owner = await mongo.addUser('changer', ['backup', 'restore']);
    const deployments = [
      { name: 'all', uri: owner },
      { name: 'one', uri: withDatabase(owner, 'shop') },
    ];
    const looked = async (name: string) => (await doctor({ deployments })).get(`change-rights:${name}`);
    expect(await looked('all')).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(/^missing: update, remove, dropDatabase on every database: a merge cannot/),
    });
    for (const name of ['one', 'all']) {
      const advice = (await looked(name))?.advice ?? '';
      const printed = /createRole\((\{.*\})\);/.exec(advice)?.[1] ?? '';
      const json = printed.replaceAll("'", '"').replace(/(\w+):/g, '"$1":');
      const { role, ...content } = JSON.parse(json);
      const own = `${role}-${name}`;
      await mongo.client.db('admin').command({ createRole: own, ...content });
      await mongo.client.db('admin').command({ grantRolesToUser: 'changer', roles: [{ role: own, db: 'admin' }] });
      expect(await looked(name)).toMatchObject({ status: 'ok', advice: null });
    }
  });

  test('what is missing on the collections of the server, it gives too', async () => {
    const actions = [
      'find',
      'listCollections',
      'listIndexes',
      'collStats',
      'insert',
      'createCollection',
      'createIndex',
    ];
    const more = ['dropCollection', 'bypassDocumentValidation', 'collMod'];
    const privileges = [{ resource: { db: 'shop', collection: '' }, actions: [...actions, ...more] }];
    await mongo.client.db('admin').command({ createRole: 'plain', privileges, roles: [] });
    const uri = withDatabase(await mongo.addUser('plain', ['plain']), 'shop');
    const check = (await doctor({ deployments: [{ name: 'it', uri }] })).get('change-rights:it');
    expect(check?.found).toContain('bypassDocumentValidation on shop.system.buckets.*');
    const printed = /privileges: (\[.*\]), roles/.exec(check?.advice ?? '')?.[1] ?? '';
    const given = JSON.parse(printed.replaceAll("'", '"').replace(/(\w+):/g, '"$1":'));
    await mongo.client.db('admin').command({ updateRole: 'plain', privileges: [...privileges, ...given] });
    const after = (await doctor({ deployments: [{ name: 'it', uri }] })).get('change-rights:it');
    expect(after).toMatchObject({ status: 'ok', advice: null });
  });

  test('no user at all where one is needed', async () => {
    const uri = `mongodb://127.0.0.1:${mongo.port}/?directConnection=true`;
    const checks = await doctor({ deployments: [{ name: 'it', uri }] });
    expect(checks.get('backup-rights:it')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('names no user'),
    });
  });
});
