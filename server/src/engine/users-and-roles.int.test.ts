import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { accessNeeds, missingRights } from '../commands/missing-rights.ts';
import { startReplicaSet, startStandalone, type TestMongo } from '../testing/mongo.ts';
import type { Need } from '../tools/privileges.ts';
import { ownAccess } from './own-access.ts';
import { type AccessDocuments, changeAccess, everHadUsers, readAccess } from './users-and-roles.ts';

let mongo: TestMongo;
let service: MongoClient;

beforeAll(async () => {
  mongo = await startReplicaSet({ auth: true });
  service = new MongoClient(await mongo.addUser('service', ['backup', 'restore']));
});
afterAll(async () => {
  await service.close();
  await mongo.stop();
});
beforeEach(makeShop);

async function makeShop(): Promise<void> {
  const shop = mongo.client.db('shop');
  await shop.command({ dropAllUsersFromDatabase: 1 });
  await shop.command({ dropAllRolesFromDatabase: 1 });
  await shop.command({ createRole: 'base', roles: ['read'], privileges: [] });
  const privileges: Document[] = [{ resource: { db: 'shop', collection: 'orders' }, actions: ['insert', 'update'] }];
  const authenticationRestrictions: Document[] = [{ clientSource: ['127.0.0.1'] }];
  const clerk = { createRole: 'clerk', roles: ['base', 'readWrite'], privileges };
  await shop.command({ ...clerk, authenticationRestrictions });
  await shop.command({ createUser: 'anna', pwd: 'first', roles: ['clerk'], customData: { since: 2020 } });
  await shop.command({ createUser: 'bert', pwd: 'first', roles: ['read'] });
}

async function ofShop(): Promise<AccessDocuments> {
  const { users, roles } = await readAccess(service);
  const isShops = ({ database }: { readonly database: string }) => database === 'shop';
  return { users: users.filter(isShops), roles: roles.filter(isShops) };
}

async function changeShop(): Promise<void> {
  const shop = mongo.client.db('shop');
  await shop.command({ updateUser: 'anna', pwd: 'second', roles: [], customData: {} });
  await shop.command({ dropUser: 'bert' });
  await shop.command({ updateRole: 'clerk', roles: [], privileges: [], authenticationRestrictions: [] });
  await shop.command({ dropRole: 'base' });
  await shop.command({ createUser: 'carl', pwd: 'first', roles: [] });
  await shop.command({ createRole: 'new', roles: [], privileges: [] });
}

const contents = ({ users, roles }: AccessDocuments) =>
  [...users, ...roles].map(({ name, content }) => `${name} ${content}`).sort();

async function signsIn(user: string, password: string): Promise<boolean> {
  const address = mongo.uri
    .replace(/\/\/[^@]*@/, `//${user}:${password}@`)
    .replace('authSource=admin', 'authSource=shop');
  await using client = new MongoClient(address);
  return await client
    .db('shop')
    .command({ ping: 1 })
    .then(
      () => true,
      () => false,
    );
}

it('brings users back with their passwords, and roles with all that they say, as the roles backup and restore may', async () => {
  const before = await ofShop();
  await changeShop();
  expect(
    await changeAccess(service, { put: before, drop: { users: ['shop.carl'], roles: ['shop.new'] } }),
  ).toStrictEqual([]);
  expect(contents(await ofShop())).toStrictEqual(contents(before));
  expect([
    await signsIn('anna', 'first'),
    await signsIn('anna', 'second'),
    await signsIn('bert', 'first'),
  ]).toStrictEqual([true, false, true]);
  // Again: what is done is done.
  const again = { put: before, drop: { users: ['shop.carl'], roles: ['shop.new'] } };
  expect(await changeAccess(service, again)).toStrictEqual([]);
});

it('needs the rights that it names, and no others', async () => {
  const put = await ofShop();
  await changeShop();
  const change = { put, drop: { users: ['shop.carl'], roles: ['shop.new'] } };
  const needs = accessNeeds(change, await readAccess(service));
  const reads = ['system.users', 'system.roles', 'system.version'].map((collection) => ({
    ...{ action: 'find', database: 'admin', collection },
  }));
  const privilegesOf = (given: readonly Need[]) =>
    [...reads, ...given].map(({ action, database, collection }) => ({
      resource: { db: database ?? '', collection: collection ?? '' },
      actions: [action],
    }));
  const admin = mongo.client.db('admin');
  await admin.command({ createRole: 'exactly', privileges: [], roles: [] });
  await using exactly = new MongoClient(await mongo.addUser('exactly', ['exactly']));
  const outcome = async (given: readonly Need[]) => {
    await admin.command({ updateRole: 'exactly', privileges: privilegesOf(given) });
    await makeShop();
    await changeShop();
    expect(await missingRights(exactly, needs)).toStrictEqual(needs.filter((need) => !given.includes(need)));
    return await changeAccess(exactly, change).catch(({ reason }) => reason);
  };
  for (const left of needs)
    expect([left, await outcome(needs.filter((need) => need !== left))]).toStrictEqual([left, 'not-authorized']);
  expect(await outcome(needs)).toStrictEqual([]);
  expect(contents(await ofShop())).toStrictEqual(contents(put));
});

it('turns round who inherits from whom, and lets nothing that the server refuses keep it from the rest', async () => {
  const shop = mongo.client.db('shop');
  await mongo.client.db('$external').command({ createUser: 'CN=eve', roles: [{ role: 'clerk', db: 'shop' }] });
  const before = await ofShop();
  const external = (await readAccess(service)).users.filter(({ database }) => database === '$external');
  await shop.command({ updateRole: 'clerk', roles: ['read'] });
  await shop.command({ updateRole: 'base', roles: ['clerk'] });
  await mongo.client.db('$external').command({ updateUser: 'CN=eve', roles: [] });
  const [odd, ...others] = before.roles.toSorted((a, b) => (a.name < b.name ? 1 : -1));
  if (odd === undefined) throw new Error('there is no role');
  const privileges = [{ resource: { db: 'shop', collection: 'orders' }, actions: ['ofALaterRelease'] }];
  const unknown = { ...odd, name: 'shop.odd', document: { ...odd.document, role: 'odd', privileges } };
  const users = [...before.users, ...external];
  const put = { users, roles: [unknown, odd, ...others] };
  expect(await changeAccess(service, { put, drop: { users: [], roles: [] } })).toStrictEqual([
    expect.stringMatching(/^shop\.odd \(the server answered \w+ \(\d+\)\)$/),
  ]);
  expect(contents(await ofShop())).toStrictEqual(contents(before));
  const now = (await readAccess(service)).users.filter(({ database }) => database === '$external');
  expect(now).toMatchObject([{ name: '$external.CN=eve', roles: ['shop.clerk'] }]);
  await mongo.client.db('$external').command({ dropUser: 'CN=eve' });
});

it('keeps a connection signed in whose user is brought back', async () => {
  const before = await ofShop();
  const uri = mongo.uri.replace(/\/\/[^@]*@/, '//anna:first@').replace('authSource=admin', 'authSource=shop');
  await using anna = new MongoClient(uri);
  await anna.db('shop').collection('orders').findOne();
  await mongo.client.db('shop').command({ updateUser: 'anna', customData: { since: 2026 } });
  await changeAccess(service, { put: before, drop: { users: [], roles: [] } });
  await anna.db('shop').collection('orders').findOne();
  expect(contents(await ofShop())).toStrictEqual(contents(before));
});

it('leaves out what a role inherits from and is not there', async () => {
  const { users, roles } = await ofShop();
  const shop = mongo.client.db('shop');
  await shop.command({ dropAllUsersFromDatabase: 1 });
  await shop.command({ dropAllRolesFromDatabase: 1 });
  const clerk = roles.filter(({ name }) => name === 'shop.clerk');
  expect(await changeAccess(service, { put: { users, roles: clerk }, drop: { users: [], roles: [] } })).toStrictEqual(
    [],
  );
  const { roles: found } = await shop.command({ rolesInfo: 'clerk', showPrivileges: true });
  expect(found[0]?.roles).toStrictEqual([{ role: 'readWrite', db: 'shop' }]);
});

it('brings users to a server that never had one, who sign in once it asks for passwords', async () => {
  await using empty = await startStandalone();
  const { users } = await ofShop();
  expect([await everHadUsers(empty.client), await everHadUsers(service)]).toStrictEqual([false, true]);
  expect(await changeAccess(empty.client, { put: { users, roles: [] }, drop: { users: [], roles: [] } })).toStrictEqual(
    [],
  );
  const admin = empty.client.db('admin');
  expect(await admin.collection('system.version').findOne({ _id: 'authSchema' as never })).toMatchObject({
    currentVersion: 5,
  });
  const indexes = await admin.collection('system.users').listIndexes().toArray();
  expect(indexes.map(({ name }) => name).sort()).toStrictEqual(['_id_', 'user_1_db_1']);
  await using client = new MongoClient(empty.uri.replace('//', '//bert:first@').replace('/?', '/?authSource=shop&'));
  expect((await client.db('shop').command({ connectionStatus: 1 })).authInfo.authenticatedUsers).toHaveLength(1);
});

it('says who a client is signed in as, with inherited roles', async () => {
  const own = await ownAccess(service);
  expect(own.users).toStrictEqual(['admin.service']);
  expect(own.roles).toContain('admin.restore');
  await using nobody = new MongoClient(`mongodb://127.0.0.1:${mongo.port}/?directConnection=true`);
  expect(await ownAccess(nobody)).toStrictEqual({ users: [], roles: [] });
});
