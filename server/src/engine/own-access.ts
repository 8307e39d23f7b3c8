import type { Document, MongoClient } from 'mongodb';
import { explained } from './driver-failure.ts';

/** Whom a client is signed in as, and all roles that this gives it, inherited ones too: `database.name`. */
export interface OwnAccess {
  readonly users: readonly string[];
  readonly roles: readonly string[];
}

/** Empty where nobody signs in. Throws OperationFailure. */
export async function ownAccess(client: MongoClient): Promise<OwnAccess> {
  const { authInfo } = await explained(() => client.db('admin').command({ connectionStatus: 1 }));
  return {
    users: authInfo.authenticatedUsers.map(({ user, db }: Document) => `${db}.${user}`),
    roles: authInfo.authenticatedUserRoles.map(({ role, db }: Document) => `${db}.${role}`),
  };
}
