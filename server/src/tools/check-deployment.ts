import { AppError } from '@holdfast/shared/errors';
import { failureHints, OperationFailure } from '@holdfast/shared/failures';
import { type MongoClient, MongoServerError } from 'mongodb';
import { type DeploymentAddress, parseConnectionString } from '../engine/connection-string.ts';
import { connectDeployment, type DeploymentFacts, inspectDeployment } from '../engine/inspect-deployment.ts';
import { isSameSet } from '../engine/same-set.ts';
import { mayDoEverything } from '../engine/swap-method.ts';
import type { LedgerFinding } from './check-ledger.ts';
import type { DoctorCheck } from './doctor.ts';
import {
  describeNeeds,
  missingForBackup,
  missingForChanges,
  missingForRestore,
  missingForUsers,
  type Need,
  type Privilege,
  type Scope,
} from './privileges.ts';

export interface CheckedDeployment {
  readonly name: string;
  /** null where there is none yet. */
  readonly uri: string | null;
  /** A policy wants them backed up, or a backup holds them. */
  readonly usersAndRoles?: boolean;
}

/** Whether a deployment is reachable, what it is, and whether its user may back it up and restore it. */
export async function checkDeployment(
  { name, uri, usersAndRoles = false }: CheckedDeployment,
  ledger: LedgerFinding | undefined,
): Promise<DoctorCheck[]> {
  const titled = { id: `deployment:${name}`, title: `Deployment ${name}` };
  if (uri === null) return [notConnected(titled)];
  try {
    const address = parseConnectionString(uri);
    const client = await connectDeployment(address, { timeoutMs: 5_000 });
    try {
      const reached = reachedCheck(titled, await inspectDeployment(client), ledger);
      const rights = await findRights(client, address);
      return [
        reached,
        ...privilegeChecks(name, rights),
        ...swapChecks(name, rights),
        ...changeChecks(name, rights),
        ...(usersAndRoles ? usersChecks(name, rights) : []),
      ];
    } finally {
      await client.close();
    }
  } catch (error) {
    if (error instanceof OperationFailure) {
      return [{ ...titled, status: 'failed', found: error.message, advice: failureHints[error.reason] }];
    }
    if (error instanceof AppError) return [{ ...titled, status: 'failed', found: error.message, advice: error.hint }];
    throw error;
  }
}

/** Recovered from its backups, and nobody has said yet where it is. */
function notConnected(titled: { readonly id: string; readonly title: string }): DoctorCheck {
  const advice = 'Give it one with `holdfast deployments update NAME --uri-file FILE`, then turn its policy on.';
  return { ...titled, status: 'warning', found: 'recovered from its backups; it has no connection string yet', advice };
}

function reachedCheck(
  titled: { readonly id: string; readonly title: string },
  facts: DeploymentFacts,
  ledger: LedgerFinding | undefined,
): DoctorCheck {
  const { version, replicaSet, sharded } = facts;
  const kind = sharded ? 'sharded cluster' : replicaSet === null ? 'standalone server' : `replica set ${replicaSet}`;
  const found = `MongoDB ${version}, ${kind}`;
  const shared = ledger?.kind === 'external' && isSameSet(ledger, facts);
  if (!shared) return { ...titled, status: 'ok', found, advice: null };
  return {
    ...titled,
    status: 'warning',
    found: `${found}; the ledger lies in it`,
    advice: 'Losing it would lose the record of its backups too. Give the ledger another place with LEDGER_URI.',
  };
}

/** What the connection's user may do. `open`: the server asks nobody who he is. */
export interface Rights {
  readonly access: 'open' | 'no-user' | 'user';
  readonly privileges: readonly Privilege[];
  readonly scope: Scope;
}

async function findRights(client: MongoClient, { database }: DeploymentAddress): Promise<Rights> {
  const { authInfo } = await client.db('admin').command({ connectionStatus: 1, showPrivileges: true });
  const privileges: readonly Privilege[] = authInfo.authenticatedUserPrivileges ?? [];
  if (authInfo.authenticatedUsers.length === 0) {
    const access = (await mayListDatabases(client)) ? 'open' : 'no-user';
    return { access, privileges, scope: { database, serversOwn: [] } };
  }
  return { access: 'user', privileges, scope: { database, serversOwn: await serversOwn(client, database) } };
}

async function mayListDatabases(client: MongoClient): Promise<boolean> {
  return await client
    .db('admin')
    .command({ listDatabases: 1, nameOnly: true })
    .then(
      () => true,
      (error: unknown) => {
        if (error instanceof MongoServerError) return false;
        throw error;
      },
    );
}

/** For a whole deployment not asked: the roles that reach every database reach these as well. */
async function serversOwn(client: MongoClient, database: string | null): Promise<string[]> {
  if (database === null) return [];
  try {
    const listed = await client
      .db(database)
      .listCollections({ name: /^system\.(js$|buckets\.)/ })
      .toArray();
    return listed.map(({ name }) => name);
  } catch (error) {
    // Without that right the backup is impossible anyway, and said to be.
    if (error instanceof MongoServerError) return [];
    throw error;
  }
}

/** What the rights mean for backup and restore. Pure. */
export function privilegeChecks(name: string, { access, privileges, scope }: Rights): DoctorCheck[] {
  const backup = { id: `backup-rights:${name}`, title: `Rights to back up ${name}` };
  const restore = { id: `restore-rights:${name}`, title: `Rights to restore ${name}` };
  if (access === 'open') return [{ ...backup, ...openServer }];
  if (access === 'no-user') return [{ ...backup, ...noUser }];
  const inPlace = missingForRestore(privileges, scope, 'in place');
  const copy = missingForRestore(privileges, scope, 'copy');
  return [
    rightsCheck(backup, missingForBackup(privileges, scope), 'backup'),
    inPlace.length === 0 && copy.length > 0
      ? { ...restore, ...onlyInPlace(scope) }
      : rightsCheck(restore, inPlace, 'restore'),
  ];
}

/** Whether a restore in place may swap in one command, and how to allow it. Pure. */
export function swapChecks(name: string, { access, privileges, scope }: Rights): DoctorCheck[] {
  if (access !== 'user' || missingForRestore(privileges, scope, 'in place').length > 0) return [];
  const titled = { id: `swap-rights:${name}`, title: `Rights to swap ${name} in one command` };
  if (mayDoEverything(privileges)) return [{ ...titled, status: 'ok', found: 'complete', advice: null }];
  const found =
    'missing: a restore in place renames collection by collection; what is written between two renames is lost';
  return [{ ...titled, status: 'warning', found, advice: swapAdvice }];
}

const swapAdvice = [
  'In mongosh, as an administrator, if a user who may do everything is the lesser evil (DATABASE is its authSource):',
  "db.getSiblingDB('admin').createRole({ role: 'holdfastSwap', privileges: [{ resource: { anyResource: true }, actions: ['anyAction'] }], roles: [] });",
  "db.getSiblingDB('DATABASE').grantRolesToUser('USER', [{ role: 'holdfastSwap', db: 'admin' }])",
].join(' ');

/** What a restore by the roles `backup` and `restore` alone has to leave. Pure. */
export function changeChecks(name: string, { access, privileges, scope }: Rights): DoctorCheck[] {
  if (access !== 'user' || missingForRestore(privileges, scope, 'in place').length > 0) return [];
  const titled = { id: `change-rights:${name}`, title: `Rights to change documents of ${name}` };
  const missing = missingForChanges(privileges, scope);
  if (missing.length === 0) return [{ ...titled, status: 'ok', found: 'complete', advice: null }];
  const found = `missing: ${describeNeeds(missing)}: ${[...new Set(missing.flatMap(withoutIt))].join('; ')}`;
  return [{ ...titled, status: 'warning', found, advice: changeAdvice(missing) }];
}

function withoutIt({ action, collection }: Need): string[] {
  if (collection === 'system.js') return ['stored functions are not restored in place'];
  if (collection !== null) return ['time-series are not restored in place'];
  if (action === 'dropDatabase') return ['of a copy that failed something empty can stay'];
  const merge = 'a merge cannot be taken back';
  return action === 'update' ? [merge, 'documents with an empty timestamp are not restored'] : [merge];
}

function changeAdvice(missing: readonly Need[]): string {
  const places = Map.groupBy(missing, ({ database, collection }) => resourceOf(database ?? '', collection));
  const privileges = [...places].map(
    ([resource, needs]) =>
      `{ resource: ${resource}, actions: [${needs.map(({ action }) => `'${action}'`).join(', ')}] }`,
  );
  return [
    'In mongosh, as an administrator, if the user is to do that, too (DATABASE is its authSource):',
    `db.getSiblingDB('admin').createRole({ role: 'holdfastChange', privileges: [${privileges.join(', ')}], roles: [] });`,
    "db.getSiblingDB('DATABASE').grantRolesToUser('USER', [{ role: 'holdfastChange', db: 'admin' }])",
  ].join(' ');
}

function resourceOf(database: string, collection: string | null): string {
  if (collection?.startsWith('system.buckets.')) return `{ db: '${database}', system_buckets: '' }`;
  return `{ db: '${database}', collection: '${collection ?? ''}' }`;
}

/** What the rights mean for users and roles, where they are backed up. Pure. */
export function usersChecks(name: string, { access, privileges }: Rights): DoctorCheck[] {
  if (access !== 'user') return [];
  const titled = { id: `users-rights:${name}`, title: `Rights to back up and restore users and roles of ${name}` };
  const missing = missingForUsers(privileges);
  if (missing.length === 0) return [{ ...titled, status: 'ok', found: 'complete', advice: null }];
  const mayRead = missing.every(({ action }) => action !== 'find');
  return [
    {
      ...titled,
      status: mayRead ? 'warning' : 'failed',
      found: `${mayRead ? 'backed up, but not restored; ' : ''}missing: ${describeNeeds(missing)}`,
      advice: grantAdvice(mayRead ? 'restore' : 'backup'),
    },
  ];
}

function rightsCheck(
  titled: { readonly id: string; readonly title: string },
  missing: readonly Need[],
  role: 'backup' | 'restore',
): DoctorCheck {
  if (missing.length === 0) return { ...titled, status: 'ok', found: 'complete', advice: null };
  return { ...titled, status: 'failed', found: `missing: ${describeNeeds(missing)}`, advice: grantAdvice(role) };
}

function onlyInPlace({ database }: Scope) {
  return {
    status: 'warning',
    found: `in place (${database}) only: not into another database, which is the safer default`,
    advice: grantAdvice('restore'),
  } as const;
}

const createUser =
  "db.getSiblingDB('admin').createUser({ user: 'holdfast', pwd: passwordPrompt(), roles: ['backup', 'restore'] })";

const openServer = {
  status: 'warning',
  found: 'the server has no access control: whoever reaches it can read and drop everything',
  advice: `Create users, then start mongod with --auth (security.authorization: enabled). For Holdfast: ${createUser}`,
} as const;

const noUser = {
  status: 'failed',
  found: 'the connection string names no user, and the server wants one',
  advice: `Create one in mongosh, as an administrator, and put it into the connection string: ${createUser}`,
} as const;

function grantAdvice(role: 'backup' | 'restore'): string {
  return [
    `In mongosh, as an administrator, give the role ${role} to the user in use (DATABASE is its authSource):`,
    `db.getSiblingDB('DATABASE').grantRolesToUser('USER', [{ role: '${role}', db: 'admin' }])`,
    `or create one for Holdfast, and put it into the connection string: ${createUser}`,
  ].join(' ');
}
