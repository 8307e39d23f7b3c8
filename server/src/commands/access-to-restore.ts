// Users and roles of a backup and of the deployment that it is restored into: what would be added, changed and dropped, and what
// is never touched. The plan shows it, the safety backup and the restore act on it.

import type { Manifest } from '@holdfast/shared/manifest';
import type { RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import type { MongoClient } from 'mongodb';
import type { DumpedUsers } from '../archive/read-users.ts';
import {
  compareUsers,
  type ProtectedNames,
  type UsersDifference,
  usersScope,
  within,
} from '../domain/compare-users.ts';
import type { DeploymentFacts } from '../engine/inspect-deployment.ts';
import { ownAccess } from '../engine/own-access.ts';
import { isSameSet } from '../engine/same-set.ts';
import { type AccessDocuments, parseAccess, readAccess } from '../engine/users-and-roles.ts';
import type { Services } from '../services.ts';

export interface AccessQuestion {
  readonly manifest: Pick<Manifest, 'database' | 'usersAndRoles'>;
  /** Reads them out of the archive, when they are needed. */
  readonly dumped: () => Promise<DumpedUsers>;
  readonly target: RestoreTarget;
  readonly options: Pick<RestoreOptions, 'usersAndRoles' | 'namespaces' | 'mode'>;
  /** To the deployment that is written to. */
  readonly client: MongoClient;
  readonly server: Pick<DeploymentFacts, 'replicaSetId' | 'replicaSetMembers'>;
  /** The one database that the deployment is limited to, or null. */
  readonly limitedTo: string | null;
}

/** Within the scope of the restore, without what is protected. */
export interface AccessToRestore {
  readonly backup: AccessDocuments;
  readonly live: AccessDocuments;
  readonly difference: UsersDifference;
}

/**
 * null where no users and roles are restored: they were not asked for, the backup holds none, or it goes into a copy, whose databases
 * nobody is a user of. Throws OperationFailure.
 */
export async function accessToRestore(
  services: Pick<Services, 'ledgerPlace'>,
  { manifest, dumped, target, options, client, server, limitedTo }: AccessQuestion,
): Promise<AccessToRestore | null> {
  if (!options.usersAndRoles || target.kind === 'copy' || manifest.usersAndRoles === undefined) return null;
  const guard = await protectedAccess(services, client, server);
  const isInScope = usersScope({ database: manifest.database, limitedTo, namespaces: options.namespaces });
  const backup = within(parseAccess(await dumped()), isInScope, guard);
  const live = within(await readAccess(client), isInScope, guard);
  const difference = compareUsers(backup, live);
  return { backup, live, difference: options.mode === 'merge' ? withoutChanges(difference) : difference };
}

/** A merge replaces nothing. */
function withoutChanges({ users, roles }: UsersDifference): UsersDifference {
  return { users: { ...users, changed: [] }, roles: { ...roles, changed: [] } };
}

/** Whom no restore touches: the user of the connection string, the ledger's where it lies there, and the roles of both. */
export async function protectedAccess(
  { ledgerPlace }: Pick<Services, 'ledgerPlace'>,
  client: MongoClient,
  server: Pick<DeploymentFacts, 'replicaSetId' | 'replicaSetMembers'>,
): Promise<ProtectedNames> {
  const isLedgers = isSameSet(ledgerPlace, server);
  const own = await Promise.all([client, ...(isLedgers ? [ledgerPlace.client] : [])].map(ownAccess));
  return {
    users: new Set(own.flatMap(({ users }) => users)),
    roles: new Set(own.flatMap(({ roles }) => roles)),
    databases: new Set(isLedgers ? [ledgerPlace.database] : []),
  };
}
