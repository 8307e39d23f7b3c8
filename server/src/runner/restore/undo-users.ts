// Users and roles when a restore is taken back: what it changed or dropped is as it was, and what it added is gone. Its safety backup
// says which, and holds how they were; others stay, whatever became of them since.
import { OperationFailure } from '@holdfast/shared/failures';
import type { RestoreId } from '@holdfast/shared/ids';
import type { SafetyFacts } from '@holdfast/shared/manifest';
import type { MongoClient } from 'mongodb';
import type { OpenArchive } from '../../archive/open-archive.ts';
import { type DumpedUsers, readUsers } from '../../archive/read-users.ts';
import { protectedAccess } from '../../commands/access-to-restore.ts';
import type { BackupState } from '../../domain/backup.ts';
import { within } from '../../domain/compare-users.ts';
import type { RestoreState } from '../../domain/restore.ts';
import { inspectDeployment } from '../../engine/inspect-deployment.ts';
import { type AccessDocument, type AccessDocuments, parseAccess, readAccess } from '../../engine/users-and-roles.ts';
import type { Services } from '../../services.ts';
import { bringAccess, named, openAnyCopy } from './restore-users.ts';

/** How users and roles were before a restore. */
export interface UsersBefore {
  readonly dumped: DumpedUsers;
  readonly safety: SafetyFacts;
}

/** Out of its safety backup; null where it changed none. Throws OperationFailure. */
export async function readUsersBefore(services: Services, restoreId: RestoreId): Promise<UsersBefore | null> {
  const held = await usersHeldFor(services, restoreId);
  return held === null ? null : { dumped: await readUsers(held.archive), safety: held.safety };
}

/** Does nothing where there are none. Idempotent. Throws OperationFailure. */
export async function takeBackUsers(services: Services, client: MongoClient, held: UsersBefore | null): Promise<void> {
  const access = await usersTakenBack(services, client, held);
  if (access !== null) await bringAccess(client, access.change);
}

/** What taking them back writes of users and roles, and which go; null where there are none. Throws OperationFailure. */
export async function usersTakenBack(services: Services, client: MongoClient, held: UsersBefore | null) {
  if (held === null) return null;
  const { dumped, safety } = held;
  const all = await readAccess(client);
  const guard = await protectedAccess(services, client, { server: await inspectDeployment(client), live: all });
  const before = within(parseAccess(dumped), everywhere, guard);
  const live = within(all, everywhere, guard);
  const change = { put: chosen(before, safety.replaced), drop: namesOf(chosen(live, safety.added)) };
  return { change, live: all };
}

/**
 * Of the users and roles that taking this restore back would bring or remove, which are there now (and are replaced) and which are not
 * (and are added); null where there are none. Throws OperationFailure.
 */
export async function accessOfUndo(
  services: Services,
  client: MongoClient,
  undoOf: RestoreId,
): Promise<Pick<SafetyFacts, 'added' | 'replaced'> | null> {
  const held = await usersHeldFor(services, undoOf);
  if (held === null) return null;
  const { added, replaced } = held.safety;
  const live = await readAccess(client);
  const isThere = {
    users: new Set(live.users.map(({ name }) => name)),
    roles: new Set(live.roles.map(({ name }) => name)),
  };
  const here = (kind: 'users' | 'roles') =>
    [...replaced[kind], ...added[kind]].filter((name) => isThere[kind].has(name));
  const gone = (kind: 'users' | 'roles') => replaced[kind].filter((name) => !isThere[kind].has(name));
  return {
    added: { users: gone('users'), roles: gone('roles') },
    replaced: { users: here('users'), roles: here('roles') },
  };
}

async function usersHeldFor(
  services: Services,
  restoreId: RestoreId,
): Promise<{ readonly archive: OpenArchive; readonly safety: SafetyFacts } | null> {
  const restore = (await services.ledger.state(`restore:${restoreId}`)) as RestoreState | undefined;
  if (!restore?.options.usersAndRoles || restore.safetyBackupId === null) return null;
  const backup = (await services.ledger.state(`backup:${restore.safetyBackupId}`)) as BackupState | undefined;
  if (backup?.status !== 'completed') {
    throw new OperationFailure('undo-missing', 'The safety backup, which holds users and roles as they were, is gone.');
  }
  const archive = await openAnyCopy(services, backup);
  const { safety, usersAndRoles } = archive.manifest;
  return safety === undefined || usersAndRoles === undefined ? null : { archive, safety };
}

const everywhere = () => true;

function chosen({ users, roles }: AccessDocuments, names: SafetyFacts['added']): AccessDocuments {
  return { users: users.filter(named(names.users)), roles: roles.filter(named(names.roles)) };
}

function namesOf({ users, roles }: AccessDocuments): { readonly users: string[]; readonly roles: string[] } {
  const nameOf = ({ name }: AccessDocument) => name;
  return { users: users.map(nameOf), roles: roles.map(nameOf) };
}
