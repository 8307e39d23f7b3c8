// How a swap may be done: all renames in one command, where the user may give that command.
import type { MongoClient } from 'mongodb';
import { isNotAuthorized } from './driver-failure.ts';

/**
 * `apply-ops` where the user may do everything (a role with `anyAction` on `anyResource`, which `root` is not) or the server asks
 * nobody who he is; else `renames`. Needs no privilege. Throws what the driver throws.
 */
export async function findSwapMethod(client: MongoClient): Promise<'apply-ops' | 'renames'> {
  const { authInfo } = await client.db('admin').command({ connectionStatus: 1, showPrivileges: true });
  const privileges: readonly GrantedPrivilege[] = authInfo.authenticatedUserPrivileges ?? [];
  const open = authInfo.authenticatedUsers.length === 0 && (await mayAskAnything(client));
  return open || mayDoEverything(privileges) ? 'apply-ops' : 'renames';
}

interface GrantedPrivilege {
  readonly resource: { readonly anyResource?: boolean };
  readonly actions: readonly string[];
}

/** Whether one of the privileges, as `connectionStatus` lists them, is all that there is. */
export function mayDoEverything(privileges: readonly GrantedPrivilege[]): boolean {
  return privileges.some(({ resource, actions }) => resource.anyResource === true && actions.includes('anyAction'));
}

/** A server without access control answers; one that wants a user does not. */
async function mayAskAnything(client: MongoClient): Promise<boolean> {
  return await client
    .db('admin')
    .command({ listDatabases: 1, nameOnly: true })
    .then(
      () => true,
      (error: unknown) => {
        if (isNotAuthorized(error)) return false;
        throw error;
      },
    );
}
