// What the user in a connection string may not do, asked before something begins that would stop half-way for want of it.
import type { Document } from 'bson';
import type { MongoClient } from 'mongodb';
import { explained } from '../engine/driver-failure.ts';
import type { AccessChange, AccessDocument, AccessDocuments } from '../engine/users-and-roles.ts';
import { allows, type Need, type Privilege, stagingActions, usersAndRolesPlaces } from '../tools/privileges.ts';

/** Of these needs those that the client's user may not; none where the server asks nobody who he is. Needs no privilege. Throws OperationFailure. */
export async function missingRights(client: MongoClient, needs: readonly Need[]): Promise<Need[]> {
  if (needs.length === 0) return [];
  const asked = client.db('admin').command({ connectionStatus: 1, showPrivileges: true });
  const { authInfo } = await explained(() => asked);
  if (authInfo.authenticatedUsers.length === 0) return [];
  const privileges: readonly Privilege[] = authInfo.authenticatedUserPrivileges ?? [];
  return needs.filter((need) => !allows(privileges, need));
}

/**
 * What taking merges back needs, and the roles `backup` and `restore` do not give: what was inserted goes document by document, and is
 * kept by an update where it holds an empty timestamp.
 */
export function unmergeNeeds(merges: readonly { readonly database: string }[]): Need[] {
  const databases = [...new Set(merges.map(({ database }) => database))];
  return databases.flatMap((database) =>
    ['remove', 'update'].map((action) => ({ action, database, collection: null })),
  );
}

/** What staging and the proof need, whatever there is. */
export function stagingNeeds(databases: readonly string[]): Need[] {
  return databases.flatMap((database) => stagingActions.map((action) => inDatabase(action, database)));
}

/** What the safety backup needs before users and roles are changed. */
export function safetyNeeds({ put, drop }: AccessChange): Need[] {
  const changed = [put, drop].flatMap(({ users, roles }): readonly unknown[] => [...users, ...roles]);
  if (changed.length === 0) return [];
  const indexes = usersAndRolesPlaces.map((collection) => inAdmin('listIndexes', collection));
  return [inDatabase('listCollections', 'admin'), ...indexes];
}

const inAdmin = (action: string, collection: string): Need => ({ action, database: 'admin', collection });

/** Without these nobody knows which users and roles there are. */
export const accessReading = usersAndRolesPlaces.map((collection) => inAdmin('find', collection));

/** What bringing users and roles to what is asked for needs; `live`: all that there are now. */
export function accessNeeds({ put, drop }: AccessChange, live: AccessDocuments): Need[] {
  const known = new Map(live.roles.map((role) => [role.name, role]));
  const custom = new Set([...known.keys(), ...put.roles.map(({ name }) => name)]);
  const dropped = drop.roles.flatMap((name) => known.get(name) ?? []);
  const needs = [
    ...(put.users.length > 0 ? ['insert', 'update'] : []).map(onUsers),
    ...(drop.users.length > 0 ? ['remove'] : []).map(onUsers),
    ...put.roles.flatMap((role) => roleNeeds(role, known.has(role.name), custom)),
    ...dropped.map(({ database }) => inDatabase('dropRole', database)),
  ];
  return [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
}

const onUsers = (action: string): Need => inAdmin(action, 'system.users');
const inDatabase = (action: string, database: string | null): Need => ({ action, database, collection: null });

/** Of one that is there, `updateRole` may take what it had, in whichever database. */
function roleNeeds({ database, document }: AccessDocument, isThere: boolean, custom: ReadonlySet<string>): Need[] {
  const { roles = [], privileges = [], authenticationRestrictions = [] } = document;
  const inherited: string[] = roles.map(({ db }: Document) => String(db));
  const asked: string[] = roles.flatMap(({ role, db }: Document) => (custom.has(`${db}.${role}`) ? [] : [String(db)]));
  return [
    inDatabase(isThere ? 'revokeRole' : 'createRole', isThere ? null : database),
    ...[...inherited, ...privileges.map(grantedIn)].map((granted) => inDatabase('grantRole', granted)),
    ...asked.map((other) => inDatabase('viewRole', other)),
    ...(isThere || authenticationRestrictions.length > 0 ? [inDatabase('setAuthenticationRestriction', database)] : []),
  ];
}

/** The database in which one has to be allowed to grant a privilege: its own, or `admin` for one that reaches further. */
function grantedIn({ resource }: Document): string {
  return resource.db && resource.collection !== undefined ? String(resource.db) : 'admin';
}
