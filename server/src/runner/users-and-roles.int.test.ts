import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { PolicyId } from '@holdfast/shared/ids';
import type { Restore, RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import type { MissingRight } from '@holdfast/shared/restore-plan';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openArchive } from '../archive/open-archive.ts';
import { archiveSource } from '../storage/archive-source.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';

let source: TestMongo;
let holdfast: TestHoldfast;
let serviceUri: string;
let failpoints: string;

beforeAll(async () => {
  source = await startReplicaSet({ auth: true });
  serviceUri = await source.addUser('service', ['backup', 'restore']);
  const shop = source.client.db('shop');
  await shop.collection('items').insertMany([{ n: 1 }, { n: 2 }]);
  await shop.command({ createRole: 'clerk', roles: ['read'], privileges: [] });
  await shop.command({ createUser: 'anna', pwd: 'annas-password', roles: ['clerk'] });
  failpoints = await mkdtemp(join(tmpdir(), 'holdfast-failpoints-'));
  holdfast = await startHoldfast({ mongodbUri: serviceUri, config: { failpointsDir: failpoints } });
});
afterAll(async () => {
  await holdfast.close();
  await holdfast[Symbol.asyncDispose]();
  await Promise.all([source.stop(), rm(failpoints, { recursive: true })]);
});

async function askForUsers(usersAndRoles: boolean, deploymentId = 'default') {
  const deployment = await holdfast.api.deployments.byId({ id: deploymentId });
  const policies = await holdfast.api.policies.list();
  const policy = policies.find((one) => one.deploymentId === deployment.id);
  if (policy === undefined) throw new Error('the deployment has no policy');
  await holdfast.api.policies.set({ ...policy, id: policy.id as PolicyId, usersAndRoles });
}

async function backedUp(deploymentId = 'default') {
  const { id } = await holdfast.api.backups.request({ deploymentId });
  const backup = await holdfast.backupEnd(id);
  expect(backup.error).toBeNull();
  return backup;
}

async function namesIn(filePath: string | null): Promise<string[]> {
  const archive = await openArchive(await archiveSource(holdfast.services.destinations.main, filePath ?? ''));
  return archive.manifest.namespaces.map(({ database, collection }) => `${database}.${collection}`).sort();
}

describe('a backup', () => {
  it('has no users and roles unless its policy asks for them', async () => {
    await askForUsers(false);
    const backup = await backedUp();
    expect(await namesIn(backup.filePath)).toStrictEqual(['shop.items']);
    expect(backup.usersAndRoles).toBeUndefined();
  });

  it('has those of the whole deployment when it does, and nobody browses them', async () => {
    await askForUsers(true);
    const backup = await backedUp();
    const names = ['admin.system.roles', 'admin.system.users', 'admin.system.version', 'shop.items'];
    expect(await namesIn(backup.filePath)).toStrictEqual(names);
    expect(backup).toMatchObject({ usersAndRoles: { users: 3, roles: 1 }, documents: 2, collections: 1 });
    const listed = await holdfast.api.backups.collections({ id: backup.id });
    expect(listed.items.map(({ collection }) => collection)).toStrictEqual(['items']);
    const asked = holdfast.api.backups.documents({ id: backup.id, namespace: 'admin.system.users' });
    await expect(asked).rejects.toMatchObject({ cause: { code: 'COLLECTION_NOT_FOUND' } });
    await expectConsistent(holdfast.services, [source.client]);
  });

  it("has those of its one database, and not another's", async () => {
    const uri = serviceUri.replace('/?', '/shop?');
    const deployment = await holdfast.api.deployments.register({ name: 'one', uri });
    await askForUsers(true, deployment.id);
    const backup = await backedUp('one');
    const names = ['shop.$admin.system.roles', 'shop.$admin.system.users', 'shop.$admin.system.version', 'shop.items'];
    expect(await namesIn(backup.filePath)).toStrictEqual(names);
    expect(backup).toMatchObject({ usersAndRoles: { users: 1, roles: 1 }, documents: 2, collections: 1 });
    const asked = holdfast.api.backups.documents({ id: backup.id, namespace: 'shop.$admin.system.users' });
    await expect(asked).rejects.toMatchObject({ cause: { code: 'COLLECTION_NOT_FOUND' } });
    await expectConsistent(holdfast.services, [source.client]);
  });
});

describe('a restore', () => {
  let backup: Backup;

  beforeAll(async () => {
    const shop = source.client.db('shop');
    await shop.command({ createUser: 'bert', pwd: 'berts-password', roles: ['read'] });
    await source.client.db('till').collection('sales').insertOne({ n: 1 });
    await source.client.db('till').command({ createUser: 'dora', pwd: 'doras-password', roles: ['read'] });
    await askForUsers(true);
    backup = await backedUp();
    // The dump has another password for the service's own user than the one that it signs in with now.
    await source.client.db('admin').command({ updateUser: 'service', pwd: 'a-new-password' });
    const uri = serviceUri.replace('password-of-service', 'a-new-password');
    await holdfast.api.deployments.update({ id: 'default', uri });
  });
  /** Changed since in every way. */
  beforeEach(async () => {
    const shop = source.client.db('shop');
    await shop.command({ dropAllUsersFromDatabase: 1 });
    await shop.command({ updateRole: 'clerk', roles: [] });
    await shop.command({ createUser: 'anna', pwd: 'another', roles: [] });
    await shop.command({ createUser: 'carl', pwd: 'carls-password', roles: [] });
    await source.client.db('till').command({ updateUser: 'dora', pwd: 'another' });
    await source.client.db('admin').command({ updateUser: 'service', customData: { changed: 'since' } });
  });

  async function restored(
    options: Partial<RestoreOptions>,
    target: RestoreTarget = { kind: 'original' },
  ): Promise<Restore> {
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target, ...options });
    const { id } = await holdfast.api.restores.confirm({
      planId: plan.id,
      ...(plan.phrase && { phrase: plan.phrase }),
    });
    const restore = await holdfast.restoreEnd(id);
    expect(restore.error).toBeNull();
    return restore;
  }

  async function undone({ id }: Pick<Restore, 'id'>): Promise<Restore> {
    const plan = await holdfast.api.restores.planUndo({ id });
    const undo = await holdfast.api.restores.undo({ id, planId: plan.id, phrase: plan.phrase });
    const ended = await holdfast.restoreEnd(undo.id);
    expect(ended).toMatchObject({ status: 'completed', error: null });
    return ended;
  }

  async function signIns(): Promise<string[]> {
    const tried = [
      'shop.anna:annas-password',
      'shop.anna:another',
      'shop.bert:berts-password',
      'shop.carl:carls-password',
      'shop.eve:eves-password',
    ];
    const others = ['till.dora:doras-password', 'till.dora:another', 'admin.service:a-new-password'];
    const found = await Promise.all([...tried, ...others].map(async (one) => ((await signsIn(one)) ? [one] : [])));
    return found.flat();
  }

  async function signsIn(credentials: string): Promise<boolean> {
    const [name = '', password] = credentials.split(':');
    const [database = '', user] = name.split('.');
    const uri = source.uri
      .replace(/\/\/[^@]*@/, `//${user}:${password}@`)
      .replace('authSource=admin', `authSource=${database}`);
    await using client = new MongoClient(uri);
    return await client
      .db(database)
      .command({ ping: 1 })
      .then(
        () => true,
        () => false,
      );
  }

  /** Its destination goes away right before users and roles are written, which were read by then. */
  async function finishedWithoutArchives<T>(begin: () => Promise<T>, meanwhile = async (): Promise<unknown> => 0) {
    const held = join(failpoints, 'finishing');
    const archives = join(holdfast.config.dataDir, 'backups');
    await writeFile(held, '');
    const ended = begin();
    await until(
      () => readdir(failpoints),
      (files) => files.includes('finishing.reached'),
    );
    await meanwhile();
    expect((await holdfast.api.restores.list({})).items[0]).toMatchObject({
      ...{ status: 'running', liveData: 'partly-replaced' },
    });
    await rename(archives, `${archives}-away`);
    await Promise.all([rm(held), rm(`${held}.reached`)]);
    const result = await ended;
    await rename(`${archives}-away`, archives);
    return result;
  }

  const rolesOf = async (name: string) => {
    const { users } = await source.client.db('shop').command({ usersInfo: name });
    return users[0]?.roles.map(({ role }: { role: string }) => role);
  };

  const changed = [
    'shop.anna:another',
    'shop.carl:carls-password',
    'till.dora:another',
    'admin.service:a-new-password',
  ];

  it('leaves users alone unless it is asked for them, and into a copy always', async () => {
    await restored({ namespaces: ['shop'] });
    await restored({ namespaces: ['shop'], usersAndRoles: true }, { kind: 'copy', suffix: '_copy' });
    expect(await signIns()).toStrictEqual(changed);
    await source.client.db('shop_copy').dropDatabase();
  });

  it('brings them back with their passwords and roles, merged, never its own; and its safety backup takes it back', async () => {
    const plan = await holdfast.api.restores.plan({
      backupId: backup.id,
      target: { kind: 'original' },
      usersAndRoles: true,
    });
    expect(plan.users).toStrictEqual({
      added: ['shop.bert'],
      changed: ['shop.anna', 'till.dora', 'shop.clerk'],
      notInBackup: ['shop.carl'],
      vanish: false,
    });
    expect(plan.safetyBackupOf).toStrictEqual(['users']);
    expect(plan.warnings.map(({ code }) => code)).not.toContain('LEFT_OUT');
    const restore = await restored({ usersAndRoles: true });
    const back = ['shop.anna:annas-password', 'shop.bert:berts-password', 'shop.carl:carls-password'];
    expect(await signIns()).toStrictEqual([...back, 'till.dora:doras-password', 'admin.service:a-new-password']);
    expect(await rolesOf('anna')).toStrictEqual(['clerk']);
    const clerk = await source.client.db('shop').command({ rolesInfo: 'clerk' });
    expect(clerk.roles[0]?.roles).toStrictEqual([{ role: 'read', db: 'shop' }]);
    const { users } = await source.client.db('admin').command({ usersInfo: 'service' });
    expect(users[0]?.customData).toStrictEqual({ changed: 'since' });
    const safety = await holdfast.api.backups.byId({ id: restore.safetyBackupId as never });
    expect(safety).toMatchObject({
      trigger: 'safety',
      usersAndRoles: { users: 5, roles: 1 },
      documents: 0,
      collections: 0,
    });
    const restoredSignIns = await signIns();
    const undo = await finishedWithoutArchives(() => undone(restore));
    expect(await signIns()).toStrictEqual(changed);
    expect(await rolesOf('anna')).toStrictEqual([]);
    await undone(undo);
    expect(await signIns()).toStrictEqual(restoredSignIns);
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('drops in the mode exact those that the backup does not have, but not who was made meanwhile', async () => {
    const makeEve = () =>
      source.client.db('shop').command({ createUser: 'eve', pwd: 'eves-password', roles: ['read'] });
    await finishedWithoutArchives(
      () => restored({ usersAndRoles: true, mode: 'exact', namespaces: ['shop'] }),
      makeEve,
    );
    const ofShop = ['shop.anna:annas-password', 'shop.bert:berts-password', 'shop.eve:eves-password'];
    expect(await signIns()).toStrictEqual([...ofShop, 'till.dora:another', 'admin.service:a-new-password']);
    await expectConsistent(holdfast.services, [source.client]);
  });

  it('begins nothing without the rights that it takes, and says which in its plan; nor does its undo', async () => {
    const admin = source.client.db('admin');
    const privileges = ownRights.map(({ db, collection, actions }) => ({ resource: { db, collection }, actions }));
    await admin.command({ createRole: 'data', privileges, roles: [] });
    await admin.command({ createRole: 'more', privileges: [], roles: [] });
    const grant = async (rights: readonly MissingRight[]) => {
      const more = rights.map(({ action, database, collection }) => ({
        resource: { db: database ?? '', collection: collection ?? '' },
        actions: [action],
      }));
      await admin.command({ updateRole: 'more', privileges: more });
    };
    const uri = await source.addUser('own', ['data', 'more']);
    await using _again = await signedInAs(uri);
    const asked = { backupId: backup.id, target: inPlace, namespaces: ['shop'] };
    expect((await holdfast.api.restores.plan(asked)).missingRights).toBeUndefined();
    const { missingRights = [], warnings } = await holdfast.api.restores.plan({ ...asked, usersAndRoles: true });
    expect(missingRights.map(({ action, database }) => `${action} ${database}`)).toStrictEqual([
      ...['listIndexes admin', 'listIndexes admin', 'listIndexes admin'],
      ...['insert admin', 'update admin', 'revokeRole null', 'grantRole shop', 'viewRole shop'],
      'setAuthenticationRestriction shop',
    ]);
    const named =
      /Missing: listIndexes, insert, update on admin\.system\.users; .*revokeRole on every database; grantRole, .* on shop\./;
    expect(warnings[0]).toMatchObject({ code: 'RIGHTS_MISSING', message: expect.stringMatching(named) });
    const options = { usersAndRoles: true, namespaces: ['shop'] };
    expect(await refused(options)).not.toContain('stage');
    await grant(missingRights);
    // They go again while it is staged.
    const held = join(failpoints, 'restored');
    await writeFile(held, '');
    const staging = refused(options);
    await until(
      () => readdir(failpoints),
      (files) => files.includes('restored.reached'),
    );
    await grant([]);
    await Promise.all([rm(held), rm(`${held}.reached`)]);
    expect(await staging).toContain('prove');
    expect(await signIns()).toStrictEqual(changed);
    await grant(missingRights);
    const restore = await restored(options);
    const of = (names: readonly string[], database: string) => names.filter((name) => name.startsWith(database));
    expect(of(await signIns(), 'shop')).toStrictEqual([
      ...['shop.anna:annas-password', 'shop.bert:berts-password', 'shop.carl:carls-password'],
    ]);
    await grant([]);
    const notAllowed = { cause: { code: 'UNDO_UNAVAILABLE', details: { why: 'not-allowed' } } };
    await expect(holdfast.api.restores.planUndo({ id: restore.id })).rejects.toMatchObject(notAllowed);
    await grant([...missingRights, { action: 'remove', database: 'admin', collection: 'system.users' }]);
    await undone(restore);
    expect(await signIns()).toStrictEqual(changed);
  });

  it('never touches whom the service signs in as for other deployments, nor drops a role that somebody else has', async () => {
    const shop = source.client.db('shop');
    await shop.command({ createRole: 'keeper', roles: [], privileges: [] });
    await shop.command({ createRole: 'shared', roles: ['read'], privileges: [] });
    await shop.command({ createRole: 'over', roles: ['shared'], privileges: [] });
    await shop.command({ createRole: 'unused', roles: ['shared'], privileges: [] });
    const roles = [...['backup', 'restore'].map((role) => ({ role, db: 'admin' })), { role: 'keeper', db: 'shop' }];
    await shop.command({ createUser: 'second', pwd: 'seconds-password', roles });
    await source.client.db('till').command({ updateUser: 'dora', roles: [{ role: 'over', db: 'shop' }] });
    const second = serviceUri
      .replace('service:password-of-service', 'second:seconds-password')
      .replace('authSource=admin', 'authSource=shop');
    await holdfast.api.deployments.register({ name: 'till', uri: second.replace('/?', '/till?') });
    const options = { usersAndRoles: true, mode: 'exact' as const, namespaces: ['shop'] };
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target: inPlace, ...options });
    expect(plan.users?.notInBackup).toStrictEqual(['shop.carl', 'shop.unused']);
    await restored(options);
    const { users } = await shop.command({ usersInfo: 1 });
    expect(users.map(({ user }: { user: string }) => user).sort()).toStrictEqual(['anna', 'bert', 'second']);
    const { roles: left } = await shop.command({ rolesInfo: 1 });
    expect(left.map(({ role }: { role: string }) => role).sort()).toStrictEqual(['clerk', 'keeper', 'over', 'shared']);
    const dora = await source.client.db('till').command({ usersInfo: 'dora' });
    expect(dora.users[0]?.roles).toStrictEqual([{ role: 'over', db: 'shop' }]);
    await expectConsistent(holdfast.services, [source.client]);
  });

  it.each([
    ['the role restore alone', [{ role: 'restore', db: 'admin' }], 'find, listIndexes on shop'],
    ['the role readWrite alone', [{ role: 'readWrite', db: 'shop' }], 'bypassDocumentValidation on shop'],
  ])('of data says in its plan what %s may not, and changes nothing', async (name, roles, missing) => {
    const uri = await source.addUser(name.replaceAll(' ', '-'), roles);
    await using _again = await signedInAs(uri);
    const asked = { backupId: backup.id, target: inPlace, namespaces: ['shop'] };
    const { warnings } = await holdfast.api.restores.plan(asked);
    expect(warnings[0]).toMatchObject({ code: 'RIGHTS_MISSING', message: expect.stringContaining(missing) });
    await refused({ namespaces: ['shop'] });
    const unread = { cause: { details: { message: expect.stringContaining('missing: find on admin.system.') } } };
    await expect(holdfast.api.restores.plan({ ...asked, usersAndRoles: true })).rejects.toMatchObject(unread);
  });

  /** The phases that it came through. */
  async function refused(options: Partial<RestoreOptions>): Promise<string[]> {
    const plan = await holdfast.api.restores.plan({ backupId: backup.id, target: { kind: 'original' }, ...options });
    const phrase = plan.phrase ?? '';
    const { id } = await holdfast.api.restores.confirm({ planId: plan.id, phrase });
    const restore = await holdfast.restoreEnd(id);
    expect(restore).toMatchObject({ status: 'failed', liveData: 'untouched', error: { reason: 'not-authorized' } });
    const names = (await source.client.db('shop').listCollections().toArray()).map((one) => one.name);
    expect(names.filter((one) => one.startsWith('hf_') && !one.includes('_u'))).toStrictEqual([]);
    const events = await holdfast.services.ledger.read({ after: 0, limit: 10_000 });
    return events.flatMap((event) =>
      event.type === 'RestorePhaseStarted' && event.data.restoreId === id ? [event.data.phase] : [],
    );
  }

  /** Of the deployment, until it is disposed of. */
  async function signedInAs(uri: string): Promise<AsyncDisposable> {
    await holdfast.api.deployments.update({ id: 'default', uri });
    const own = serviceUri.replace('password-of-service', 'a-new-password');
    return {
      [Symbol.asyncDispose]: async () => void (await holdfast.api.deployments.update({ id: 'default', uri: own })),
    };
  }
});

const inPlace: RestoreTarget = { kind: 'original' };
const data = ['find', 'listCollections', 'listIndexes', 'collStats', 'insert', 'createCollection', 'createIndex'];
/** Of somebody who made a role of his own for data, and did not think of users. */
const ownRights = [
  { db: '', collection: '', actions: [...data, 'dropCollection', 'bypassDocumentValidation', 'collMod', 'dbStats'] },
  ...['system.users', 'system.roles', 'system.version'].map((collection) => ({
    ...{ db: 'admin', collection, actions: ['find'] },
  })),
];
