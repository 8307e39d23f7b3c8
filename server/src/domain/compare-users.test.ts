import { expect, test } from 'vitest';
import { compareUsers, type NamedContent, usersScope, within } from './compare-users.ts';

const one = (name: string, content = ''): NamedContent => ({ name, database: name.split('.')[0] ?? '', content });
const nobody = { users: new Set<string>(), roles: new Set<string>(), databases: new Set<string>() };
const scope = { database: null, limitedTo: null, namespaces: undefined };

test('tells added, changed and what is not in the backup, by name', () => {
  const backup = {
    users: [one('shop.b', 'old'), one('shop.a', 'same'), one('shop.c')],
    roles: [one('shop.clerk', 'x')],
  };
  const live = { users: [one('shop.a', 'same'), one('shop.b', 'new'), one('shop.d')], roles: [] };
  expect(compareUsers(backup, live)).toStrictEqual({
    users: { added: ['shop.c'], changed: ['shop.b'], notInBackup: ['shop.d'] },
    roles: { added: ['shop.clerk'], changed: [], notInBackup: [] },
  });
});

test('knows nothing of whom no restore touches', () => {
  const all = {
    users: [one('admin.service'), one('admin.root'), one('holdfast.anyone')],
    roles: [one('admin.backer'), one('shop.clerk')],
  };
  const guard = {
    users: new Set(['admin.service']),
    roles: new Set(['admin.backer']),
    databases: new Set(['holdfast']),
  };
  const left = within(all, () => true, guard);
  expect(left.users.map(({ name }) => name)).toStrictEqual(['admin.root']);
  expect(left.roles.map(({ name }) => name)).toStrictEqual(['shop.clerk']);
});

test.each([
  ['everything', scope, ['admin', 'shop', 'till', '$external']],
  ['a backup of one database', { ...scope, database: 'shop' }, ['shop']],
  ['a deployment of one database', { ...scope, limitedTo: 'till' }, ['till']],
  ['a backup of one database into a deployment of another', { ...scope, database: 'shop', limitedTo: 'till' }, []],
  ['chosen databases', { ...scope, namespaces: ['shop', 'till.orders'] }, ['shop']],
])('%s has the users of %o', (_, input, expected) => {
  expect(['admin', 'shop', 'till', '$external'].filter(usersScope(input))).toStrictEqual(expected);
  expect(within({ users: [one('shop.a')], roles: [] }, usersScope(input), nobody).users).toHaveLength(
    expected.some((name) => name === 'shop') ? 1 : 0,
  );
});
