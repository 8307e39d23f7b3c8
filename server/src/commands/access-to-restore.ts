// Users and roles of a backup and of the deployment that it is restored into: what would be added, changed and dropped, and what
// is never touched. The plan shows it, the safety backup and the restore act on it.

import { OperationFailure } from '@holdfast/shared/failures';
import type { Manifest } from '@holdfast/shared/manifest';
import type { RestoreMode, RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import type { MongoClient } from 'mongodb';
import type { DumpedUsers } from '../archive/read-users.ts';
import {
  compareUsers,
  type Difference,
  type ProtectedNames,
  rolesHeldBy,
  type UsersDifference,
  usersScope,
  within,
} from '../domain/compare-users.ts';
import type { DeploymentState, RegistryState } from '../domain/deployment.ts';
import { userOf } from '../engine/client-connection-strings.ts';
import { parseConnectionString } from '../engine/connection-string.ts';
import { ownAccess } from '../engine/own-access.ts';
import { isSameSet, type WhichSet } from '../engine/same-set.ts';
import { type AccessChange, type AccessDocuments, parseAccess, readAccess } from '../engine/users-and-roles.ts';
import { throughFailover } from '../ledger/through-failover.ts';
import type { Services } from '../services.ts';
import { describeNeeds } from '../tools/privileges.ts';
import { connectionStringOf } from './connection-string-of.ts';
import { accessReading, missingRights } from './missing-rights.ts';

export interface AccessQuestion {
  readonly manifest: Pick<Manifest, 'database' | 'usersAndRoles'>;
  /** Reads them out of the archive, when they are needed. */
  readonly dumped: () => Promise<DumpedUsers>;
  readonly target: RestoreTarget;
  readonly options: Pick<RestoreOptions, 'usersAndRoles' | 'namespaces' | 'mode'>;
  /** To the deployment that is written to. */
  readonly client: MongoClient;
  readonly server: WhichSet;
  /** The one database that the deployment is limited to, or null. */
  readonly limitedTo: string | null;
}

/** Within the scope of the restore, without what is protected. */
export interface AccessToRestore {
  readonly backup: AccessDocuments;
  readonly live: AccessDocuments;
  /** Whatever is there, also what is protected. */
  readonly all: AccessDocuments;
  readonly difference: UsersDifference;
}

/**
 * null where no users and roles are restored: they were not asked for, the backup holds none, or it goes into a copy, whose databases
 * nobody is a user of. Throws OperationFailure.
 */
export async function accessToRestore(
  services: ProtectingServices,
  { manifest, dumped, target, options, client, server, limitedTo }: AccessQuestion,
): Promise<AccessToRestore | null> {
  if (!options.usersAndRoles || target.kind === 'copy' || manifest.usersAndRoles === undefined) return null;
  await requireReading(client);
  const all = await readAccess(client);
  const guard = await protectedAccess(services, client, { server, live: all });
  const isInScope = usersScope({ database: manifest.database, limitedTo, namespaces: options.namespaces });
  const backup = within(parseAccess(await dumped()), isInScope, guard);
  const live = within(all, isInScope, guard);
  const difference = compareUsers(backup, live);
  if (options.mode === 'merge') return { backup, live, all, difference: withoutChanges(difference) };
  return { backup, live, all, difference: options.mode === 'exact' ? withoutHeld(difference, all, live) : difference };
}

/** In more words than the server has. */
async function requireReading(client: MongoClient): Promise<void> {
  const missing = await missingRights(client, accessReading);
  if (missing.length === 0) return;
  const message = `The user may not read users and roles; missing: ${describeNeeds(missing)}.`;
  throw new OperationFailure('not-authorized', message);
}

/** A merge replaces nothing. */
function withoutChanges({ users, roles }: UsersDifference): UsersDifference {
  return { users: { ...users, changed: [] }, roles: { ...roles, changed: [] } };
}

/** A role that goes would be taken from everybody: one stays that somebody has who is none of the restore's business. */
function withoutHeld({ users, roles }: UsersDifference, all: AccessDocuments, concerned: AccessDocuments) {
  const ours = new Set([...concerned.users, ...concerned.roles]);
  const others = [...all.users, ...all.roles].filter((one) => !ours.has(one));
  const held = rolesHeldBy(others, all.roles);
  return { users, roles: { ...roles, notInBackup: roles.notInBackup.filter((name) => !held.has(name)) } };
}

/** What is written of the backup, and what goes in the mode `exact`. */
export function accessChange({ backup, difference }: AccessToRestore, mode: RestoreMode): AccessChange {
  const written = ({ added, changed }: Difference) => new Set([...added, ...changed]);
  const [users, roles] = [written(difference.users), written(difference.roles)];
  const put = {
    users: backup.users.filter(({ name }) => users.has(name)),
    roles: backup.roles.filter(({ name }) => roles.has(name)),
  };
  const gone = ({ notInBackup }: Difference) => (mode === 'exact' ? notInBackup : []);
  return { put, drop: { users: gone(difference.users), roles: gone(difference.roles) } };
}

/** What is needed to know whom no restore touches. */
export type ProtectingServices = Pick<Services, 'ledgerPlace' | 'ledger' | 'secrets'>;

/**
 * Whom no restore touches: the user of the connection string, those of other deployments in the same set, the ledger's where it lies
 * there, and the roles of all of these. Throws OperationFailure.
 */
export async function protectedAccess(
  services: ProtectingServices,
  client: MongoClient,
  { server, live }: { readonly server: WhichSet; readonly live: AccessDocuments },
): Promise<ProtectedNames> {
  const { ledgerPlace } = services;
  const isLedgers = isSameSet(ledgerPlace, server);
  const own = await Promise.all([client, ...(isLedgers ? [ledgerPlace.client] : [])].map(ownAccess));
  const users = new Set([...own.flatMap((one) => one.users), ...(await usersOfDeployments(services, client, server))]);
  const held = rolesHeldBy(
    live.users.filter(({ name }) => users.has(name)),
    live.roles,
  );
  const roles = new Set([...own.flatMap((one) => one.roles), ...held]);
  return { users, roles, databases: new Set(isLedgers ? [ledgerPlace.database] : []) };
}

/** Whom the service signs in as at the same servers, for whichever deployment. */
async function usersOfDeployments(services: ProtectingServices, client: MongoClient, server: WhichSet) {
  const hosts = client.options.hosts.map(String);
  const registered = await throughFailover(() => deploymentsOf(services));
  const there = registered.filter(
    ({ facts }) =>
      isSameSet({ replicaSetId: facts.replicaSetId, replicaSetMembers: facts.hosts }, server) ||
      facts.hosts.some((host) => hosts.includes(host)),
  );
  const found = there.map(async ({ facts }) =>
    facts.secretRef === null ? null : userOf(parseConnectionString(await connectionStringOf(services, facts))),
  );
  return (await throughFailover(() => Promise.all(found))).filter((user) => user !== null);
}

async function deploymentsOf({ ledger }: ProtectingServices): Promise<DeploymentState[]> {
  const registry = (await ledger.state('configuration')) as RegistryState | undefined;
  const states = (registry?.deployments ?? []).map(({ id }) => ledger.state(`deployment:${id}`));
  return ((await Promise.all(states)) as DeploymentState[]).filter(({ removed }) => !removed);
}
