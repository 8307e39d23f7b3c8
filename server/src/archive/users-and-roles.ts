// Users and roles in a dump lie among its namespaces: in `admin` where the whole deployment was dumped, as `$admin...` in the
// one database that was. They hold password hashes, so nobody browses them and no restore takes them for data.
import type { HeldUsers, Manifest, ManifestNamespace } from '@holdfast/shared/manifest';

/** Whether a namespace, by the name that people know, holds users, roles, or the version that tells how to read them. */
export function holdsUsersAndRoles(database: string, collection: string): boolean {
  if (database === 'admin') return authorization.has(collection);
  return collection.startsWith(dumpedPrefix) && authorization.has(collection.slice(dumpedPrefix.length));
}

/** Under which names one database's dump has what `admin` has of the others. */
export const dumpedPrefix = '$admin.';

const authorization: ReadonlySet<string> = new Set(['system.users', 'system.roles', 'system.version']);

/** What is data: all but users and roles. */
export function dataOf<T extends Pick<ManifestNamespace, 'database' | 'collection'>>(namespaces: readonly T[]): T[] {
  return namespaces.filter(({ database, collection }) => !holdsUsersAndRoles(database, collection));
}

/** undefined where none were asked for. */
export function heldUsersOf(namespaces: readonly ManifestNamespace[]): HeldUsers | undefined {
  const held = namespaces.filter(({ database, collection }) => holdsUsersAndRoles(database, collection));
  if (held.length === 0) return undefined;
  const count = (name: string) =>
    held.filter(({ collection }) => collection.endsWith(name)).reduce((total, { documents }) => total + documents, 0);
  return { users: count('system.users'), roles: count('system.roles') };
}

/** What the ledger is told of the size of what an archive holds. Users and roles are counted by themselves. */
export function archiveTotals({ dump, namespaces, usersAndRoles }: Manifest) {
  const data = dataOf(namespaces);
  return {
    rawBytes: dump.rawBytes,
    documents: data.reduce((total, { documents }) => total + documents, 0),
    collections: data.length,
    ...(usersAndRoles === undefined ? {} : { usersAndRoles }),
  };
}
