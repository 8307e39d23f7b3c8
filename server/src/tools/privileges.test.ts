import { describe, expect, test } from 'vitest';
import {
  allows,
  missingForBackup,
  missingForChanges,
  missingForRestore,
  missingForUsers,
  type Need,
  type Privilege,
} from './privileges.ts';

const need = (action: string, database: string | null, collection: string | null): Need => ({
  action,
  database,
  collection,
});
const on = (resource: Privilege['resource'], ...actions: string[]): Privilege => ({ resource, actions });

describe('what a resource stands for', () => {
  const cases: [string, Privilege['resource'], Need, boolean][] = [
    ['everything reaches everything', { anyResource: true }, need('find', null, null), true],
    ['the cluster is no namespace', { cluster: true }, need('find', 'shop', 'items'), false],
    ['every database', { db: '', collection: '' }, need('find', null, null), true],
    ['every database stands for one', { db: '', collection: '' }, need('find', 'shop', null), true],
    ['one database does not stand for every', { db: 'shop', collection: '' }, need('find', null, null), false],
    ['nor for another', { db: 'shop', collection: '' }, need('find', 'till', null), false],
    ['one collection does not stand for all', { db: 'shop', collection: 'items' }, need('find', 'shop', null), false],
    ['one collection', { db: 'shop', collection: 'items' }, need('find', 'shop', 'items'), true],
    ["not the server's own collections", { db: 'shop', collection: '' }, need('find', 'shop', 'system.js'), false],
    ['unless it names them', { db: '', collection: 'system.js' }, need('find', 'shop', 'system.js'), true],
    ['all time-series', { system_buckets: '' }, need('find', 'shop', 'system.buckets.load'), true],
    ['one time-series', { db: 'shop', system_buckets: 'load' }, need('find', 'shop', 'system.buckets.load'), true],
    ['not another', { db: 'shop', system_buckets: 'load' }, need('find', 'shop', 'system.buckets.heat'), false],
    ['time-series are no other collections', { system_buckets: '' }, need('find', 'shop', null), false],
  ];
  test.each(cases)('%s', (_, resource, wanted, expected) => {
    expect(allows([on(resource, 'find')], wanted)).toBe(expected);
  });

  test('another action is not allowed by it', () => {
    expect(allows([on({ anyResource: true }, 'find')], need('insert', 'shop', 'items'))).toBe(false);
  });
});

const read = ['find', 'listCollections', 'listIndexes', 'collStats'];
const write = ['insert', 'createCollection', 'createIndex', 'dropCollection', 'bypassDocumentValidation', 'collMod'];

test('a backup of one database names each right that is missing', () => {
  const privileges = [on({ db: 'shop', collection: '' }, 'find', 'listCollections')];
  const scope = { database: 'shop', serversOwn: ['system.buckets.load'] };
  expect(missingForBackup(privileges, scope)).toEqual([
    need('listIndexes', 'shop', null),
    need('collStats', 'shop', null),
    need('find', 'shop', 'system.buckets.load'),
  ]);
});

test('a backup of everything needs the users too', () => {
  const privileges = [on({ db: '', collection: '' }, ...read)];
  const scope = { database: null, serversOwn: [] };
  expect(missingForBackup(privileges, scope)).toEqual([need('find', 'admin', 'system.users')]);
  const users = on({ db: '', collection: 'system.users' }, 'find');
  expect(missingForBackup([...privileges, users], scope)).toEqual([]);
});

test('rights on one database are enough in place, and not for a copy', () => {
  const privileges = [on({ db: 'shop', collection: '' }, ...read, ...write)];
  const scope = { database: 'shop', serversOwn: [] };
  expect(missingForRestore(privileges, scope, 'in place')).toEqual([]);
  expect(missingForRestore(privileges, scope, 'copy')).toHaveLength(read.length + write.length);
});

const roleRights = ['createRole', 'dropRole', 'grantRole', 'revokeRole', 'viewRole', 'setAuthenticationRestriction'];

test('users and roles need to be read in admin, written there, and granted on every database', () => {
  const reading = ['system.users', 'system.roles', 'system.version'].map((name) =>
    on({ db: 'admin', collection: name }, 'find'),
  );
  const writing = on({ db: '', collection: 'system.users' }, 'insert', 'update', 'remove');
  const granted = (database: string) => on({ db: database, collection: '' }, ...roleRights);
  const missing = roleRights.map((action) => need(action, null, null));
  expect(missingForUsers([...reading, writing])).toEqual(missing);
  expect(missingForUsers([...reading, writing, granted('shop')])).toEqual(missing);
  expect(missingForUsers([...reading, writing, granted('')])).toEqual([]);
  expect(missingForUsers([writing, granted('')])).toHaveLength(3);
});

test('what only some restores need is named, on the server’s own collections too', () => {
  const scope = { database: 'shop', serversOwn: [] };
  const plain = on({ db: 'shop', collection: '' }, 'update', 'dropDatabase', 'insert', 'find');
  const functions = on({ db: '', collection: 'system.js' }, ...write, 'find');
  const series = on({ db: 'shop', system_buckets: '' }, 'find', 'bypassDocumentValidation');
  expect(missingForChanges([plain, functions, series], scope)).toEqual([
    need('remove', 'shop', null),
    need('insert', 'shop', 'system.buckets.*'),
  ]);
});

test('a user who may do everything lacks nothing: the server lists that alone', () => {
  const everything = [on({ anyResource: true }, 'anyAction')];
  expect(missingForBackup(everything, { database: null, serversOwn: [] })).toEqual([]);
  expect(missingForRestore(everything, { database: 'shop', serversOwn: [] }, 'copy')).toEqual([]);
  expect(missingForUsers(everything)).toEqual([]);
  expect(missingForChanges(everything, { database: null, serversOwn: [] })).toEqual([]);
});
