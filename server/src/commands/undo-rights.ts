// What taking a merge back needs and the roles `backup` and `restore` do not give: what was inserted goes document by document.
import type { MongoClient } from 'mongodb';
import { explained } from '../engine/driver-failure.ts';
import { allows, type Privilege } from '../tools/privileges.ts';

/** What goes is kept by an update where it holds an empty timestamp. */
const actions = ['remove', 'update'];

/**
 * Of these databases those in which the client's user may not take a merge back; none where the server asks nobody who he is. Needs
 * no privilege. Throws OperationFailure.
 */
export async function withoutUndoRights(client: MongoClient, databases: readonly string[]): Promise<string[]> {
  if (databases.length === 0) return [];
  const asked = client.db('admin').command({ connectionStatus: 1, showPrivileges: true });
  const { authInfo } = await explained(() => asked);
  if (authInfo.authenticatedUsers.length === 0) return [];
  const privileges: readonly Privilege[] = authInfo.authenticatedUserPrivileges ?? [];
  const may = (database: string) =>
    actions.every((action) => allows(privileges, { action, database, collection: null }));
  return [...new Set(databases)].filter((database) => !may(database));
}
