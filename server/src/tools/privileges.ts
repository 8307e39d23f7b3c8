// What a user's privileges allow Holdfast to do. Pure: made from the answer of `connectionStatus`.

/** One entry of `authenticatedUserPrivileges`. */
export interface Privilege {
  readonly resource: {
    readonly db?: string;
    readonly collection?: string;
    readonly system_buckets?: string;
    readonly cluster?: boolean;
    readonly anyResource?: boolean;
  };
  readonly actions: readonly string[];
}

/** An action on a namespace; database null: on every database, collection null: on every one that is not the server's own. */
export interface Need {
  readonly action: string;
  readonly database: string | null;
  readonly collection: string | null;
}

const readActions = ['find', 'listCollections', 'listIndexes', 'collStats'];

/**
 * mongorestore writes past validators, which is an action of its own; the rest is for shadow collections and their renames, and at the
 * end for views and TTL indexes.
 */
const writeActions = [
  'insert',
  'createCollection',
  'createIndex',
  'dropCollection',
  'bypassDocumentValidation',
  'collMod',
];

/** What every restore takes, on the databases that it writes to. */
export const stagingActions = [
  ...readActions.filter((action) => action !== 'collStats'),
  ...writeActions.filter((action) => action !== 'collMod'),
];

export interface Scope {
  /** null: the whole deployment. */
  readonly database: string | null;
  /** What exists in a scope of one database and `collection: null` does not stand for: `system.js`, `system.buckets.*`. */
  readonly serversOwn: readonly string[];
}

/** What a backup of the scope needs and the user may not. */
export function missingForBackup(privileges: readonly Privilege[], { database, serversOwn }: Scope): Need[] {
  const needs = readActions.map((action) => ({ action, database, collection: null }));
  const special = serversOwn.map((collection) => ({ action: 'find', database, collection }));
  const users = database === null ? [{ action: 'find', database: 'admin', collection: 'system.users' }] : [];
  return [...needs, ...special, ...users].filter((need) => !allows(privileges, need));
}

/** What a restore into the place where the scope came from needs (`in place`), or into other databases (`copy`). */
export function missingForRestore(privileges: readonly Privilege[], scope: Scope, into: 'copy' | 'in place'): Need[] {
  const database = into === 'copy' ? null : scope.database;
  const actions = [...readActions, ...writeActions];
  return actions.map((action) => ({ action, database, collection: null })).filter((need) => !allows(privileges, need));
}

/** Documents that are there are never changed, but by the undo of a merge, and where an empty timestamp is to stay empty. */
const changeActions = ['update', 'remove', 'dropDatabase'];

/** On `system.js` and the buckets of a time-series, which are written after the swap. */
export const writtenLast = ['find', 'insert', 'bypassDocumentValidation'] as const;
/** To rename `system.js`, where its documents may not be removed. */
const functionActions = ['createCollection', 'createIndex', 'dropCollection'];

/** What only some restores need, beside `missingForRestore`: the roles `backup` and `restore` do not give all of it. */
export function missingForChanges(privileges: readonly Privilege[], { database }: Scope): Need[] {
  const on = (collection: string | null, actions: readonly string[]) =>
    actions.map((action) => ({ action, database, collection }));
  return [
    ...on(null, changeActions),
    ...on('system.js', [...writtenLast, ...functionActions]),
    ...on('system.buckets.*', writtenLast),
  ].filter((need) => !allows(privileges, need));
}

/** In `admin`. */
export const usersAndRolesPlaces = ['system.users', 'system.roles', 'system.version'];
const userWrites = ['insert', 'update', 'remove'];
/** What brings roles back; users are written as documents, because no command takes a password that is hashed already. */
const roleWrites = ['createRole', 'dropRole', 'grantRole', 'revokeRole', 'viewRole', 'setAuthenticationRestriction'];

/**
 * What backing users and roles up, and restoring them, needs and the user may not: on every database, because a role may grant what is
 * in another one than its own.
 */
export function missingForUsers(privileges: readonly Privilege[]): Need[] {
  const inAdmin = (action: string, collection: string) => ({ action, database: 'admin', collection });
  return [
    ...usersAndRolesPlaces.map((collection) => inAdmin('find', collection)),
    ...userWrites.map((action) => inAdmin(action, 'system.users')),
    ...roleWrites.map((action) => ({ action, database: null, collection: null })),
  ].filter((need) => !allows(privileges, need));
}

/** Whether the privileges allow an action; several that do so together for parts of the scope are not added up. */
export function allows(privileges: readonly Privilege[], need: Need): boolean {
  return privileges.some(
    ({ resource, actions }) =>
      (actions.includes(need.action) || actions.includes('anyAction')) && covers(resource, need),
  );
}

/** Grouped by where they are. */
export function describeNeeds(needs: readonly Need[]): string {
  const places = Map.groupBy(needs, ({ database, collection }) => placeOf(database, collection));
  return [...places].map(([place, of]) => `${of.map(({ action }) => action).join(', ')} on ${place}`).join('; ');
}

/** Why a restore takes the right to update: a sentence, or nothing where nothing holds such documents. */
export function emptyTimestampWords(namespaces: readonly string[]): string {
  if (namespaces.length === 0) return '';
  const [first, more] = [namespaces.slice(0, 5).join(', '), namespaces.length > 5 ? ', …' : ''];
  return ` Documents with an empty timestamp (0, 0), which only an update keeps empty, are in ${first}${more}.`;
}

function placeOf(database: string | null, collection: string | null): string {
  if (database === null) return collection === null ? 'every database' : `${collection} of every database`;
  return collection === null ? database : `${database}.${collection}`;
}

function covers(resource: Privilege['resource'], { database, collection }: Need): boolean {
  if (resource.anyResource === true) return true;
  if (resource.cluster === true) return false;
  const everyDatabase = resource.db === undefined || resource.db === '';
  if (!everyDatabase && resource.db !== database) return false;
  if (resource.system_buckets !== undefined) return isBuckets(collection, resource.system_buckets);
  if (resource.collection === '') return collection === null || !collection.startsWith('system.');
  return resource.collection === collection;
}

/** `system_buckets: 'm'` stands for `system.buckets.m`, and the empty name for all of them. */
function isBuckets(collection: string | null, name: string): boolean {
  return collection?.startsWith('system.buckets.') === true && (name === '' || collection === `system.buckets.${name}`);
}
