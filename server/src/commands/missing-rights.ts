// What the user in a connection string may not do, asked before something begins that would stop half-way for want of it.
import type { MongoClient } from 'mongodb';
import { explained } from '../engine/driver-failure.ts';
import { allows, type Need, type Privilege } from '../tools/privileges.ts';

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
