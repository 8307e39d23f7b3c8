// Users and roles after the swap: merged into those that are there, or, in the mode `exact`, without those that the backup does
// not have. Idempotent, so that whoever finishes an abandoned restore does it again from the start.
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId } from '@holdfast/shared/ids';
import type { SafetyFacts } from '@holdfast/shared/manifest';
import type { MongoClient } from 'mongodb';
import { type OpenArchive, openArchive } from '../../archive/open-archive.ts';
import { type DumpedUsers, readUsers } from '../../archive/read-users.ts';
import {
  type AccessToRestore,
  accessChange,
  accessToRestore,
  type ProtectingServices,
} from '../../commands/access-to-restore.ts';
import { readableCopies } from '../../destinations/readable-copy.ts';
import type { BackupState } from '../../domain/backup.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import type { RestoreState } from '../../domain/restore.ts';
import { inspectDeployment } from '../../engine/inspect-deployment.ts';
import { type AccessChange, type AccessDocument, changeAccess } from '../../engine/users-and-roles.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { Services } from '../../services.ts';
import type { NeededRights } from './require-rights.ts';
import type { Work } from './restore-work.ts';
import { readUsersBefore, takeBackUsers, type UsersBefore } from './undo-users.ts';

/** The archive itself may be out of reach once they were read. */
export interface UsersInBackup {
  readonly archive: Pick<OpenArchive, 'manifest'>;
  readonly dumped: () => Promise<DumpedUsers>;
}

/** The same of a restore that runs here. */
export interface UsersAtHand extends UsersInBackup {
  /** Whom its safety backup holds; undefined where there is none. */
  readonly held?: SafetyFacts['replaced'] | undefined;
}

export type UsersWork = Pick<Work, 'client' | 'server' | 'restore'> &
  UsersAtHand & { readonly services: ProtectingServices };

/** Of a restore that runs here. They are read once, before anything is changed, from a copy in which they are whole. */
export function usersWork(work: Work): UsersWork {
  const { services, client, server, restore, archive, attempt } = work;
  const dumped = async () => {
    attempt.users ??= await readFromCopies(work);
    return attempt.users;
  };
  return { services, client, server, restore, archive, dumped, held: attempt.heldAccess };
}

/** What is restored of them; null where nothing is. Throws OperationFailure. */
export async function usersOf(work: UsersWork): Promise<AccessToRestore | null> {
  const { services, archive, dumped, restore, client, server } = work;
  const { target, options, deploymentId } = restore;
  const deployment = (await services.ledger.state(`deployment:${deploymentId}`)) as DeploymentState;
  const limitedTo = deployment.facts.database;
  const question = { manifest: archive.manifest, dumped, target, options, client, server, limitedTo };
  return await accessToRestore(services, question);
}

/** Of them what is written or goes, for `requireRights`; null where nothing is. Throws OperationFailure. */
export async function usersChange(work: UsersWork): Promise<NeededRights['access']> {
  const access = await usersOf(work);
  return access && { change: accessChange(access, work.restore.options.mode), live: access.all };
}

async function readFromCopies({ copies, run }: Work): Promise<DumpedUsers> {
  for (;;) {
    try {
      return await readUsers(copies.current);
    } catch (error) {
      if (!(error instanceof OperationFailure) || error.reason !== 'archive-damaged') throw error;
      await copies.next(error, run.signal);
    }
  }
}

type Names = SafetyFacts['replaced'];

/**
 * Does nothing where none were asked for. In the mode `exact` those go that the backup does not have, of them only such as `held` names:
 * somebody may have made others since. Throws OperationFailure, after which some may be as in the backup and some not.
 */
async function restoreUsers(work: UsersWork, held: () => Promise<Names>): Promise<void> {
  const access = await usersOf(work);
  if (access === null) return;
  const { put, drop } = accessChange(access, work.restore.options.mode);
  await bringAccess(work.client, { put, drop: await amongHeld(drop, held) });
}

async function amongHeld({ users, roles }: AccessChange['drop'], held: () => Promise<Names>) {
  if (users.length + roles.length === 0) return { users, roles };
  const safe = await held();
  const among = (names: readonly string[], kept: readonly string[]) => names.filter((name) => kept.includes(name));
  return { users: among(users, safe.users), roles: among(roles, safe.roles) };
}

const nobody: Names = { users: [], roles: [] };

/** Whom an undo could bring back; nobody where there is no safety backup. Throws OperationFailure. */
async function heldForSafety(services: Services, { safetyBackupId }: RestoreState): Promise<Names> {
  if (safetyBackupId === null) return nobody;
  const backup = (await services.ledger.state(`backup:${safetyBackupId}`)) as BackupState | undefined;
  if (backup?.status !== 'completed') return nobody;
  return (await openAnyCopy(services, backup)).manifest.safety?.replaced ?? nobody;
}

/**
 * The last step of a restore from its journal; nothing is done where none were asked for. `users`: where they were read before;
 * else any copy of the archive is opened. Throws OperationFailure, `restore-incomplete` when there is no backup to read any more.
 */
export async function finishUsers(forward: FinishingUsers, restore: RestoreState): Promise<void> {
  const { services, client } = forward;
  const { options, target, backupId, undoOf } = restore;
  if (!options.usersAndRoles || target.kind === 'copy') return;
  if (undoOf !== null) {
    const { usersBefore = await readUsersBefore(services, undoOf) } = forward;
    return await takeBackUsers(services, client, usersBefore);
  }
  const { archive, dumped, held }: UsersAtHand = forward.users ?? (await openAgain(services, backupId));
  const work = { services, client, restore, archive, dumped, server: await inspectDeployment(client) };
  await restoreUsers(work, async () => held ?? (await heldForSafety(services, restore)));
}

async function openAgain(services: Services, backupId: BackupId): Promise<UsersInBackup> {
  const backup = (await services.ledger.state(`backup:${backupId}`)) as BackupState | undefined;
  if (backup?.status !== 'completed') throw incomplete('the backup that holds them is not there any more');
  const archive = await openAnyCopy(services, backup);
  return { archive, dumped: () => readUsers(archive) };
}

export interface FinishingUsers {
  readonly services: Services;
  readonly client: MongoClient;
  readonly users?: UsersAtHand;
  readonly usersBefore?: UsersBefore | null;
}

/** Users and roles are not as they should be. */
export function incomplete(what: string): OperationFailure {
  return new OperationFailure('restore-incomplete', `Users and roles were not brought back: ${what}.`);
}

/** The first of its copies that opens. Throws OperationFailure, what the first one said, when none does. */
export async function openAnyCopy(services: Services, backup: BackupState): Promise<OpenArchive> {
  const identities = await throughFailover(() => services.keys.identities());
  let first: unknown;
  for await (const { source } of readableCopies(services, backup)) {
    try {
      return await openArchive(source, { identities });
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      first ??= error;
    }
  }
  throw first;
}

/** Throws `restore-incomplete` that names whom it could not be brought to. */
export async function bringAccess(client: MongoClient, wanted: AccessChange): Promise<void> {
  const failed = await changeAccess(client, wanted);
  if (failed.length > 0) throw incomplete(`${failed.length} are not as asked for: ${failed.slice(0, 5).join(', ')}`);
}

/** Says of one whether its name is among these. */
export function named(names: readonly string[]): (one: AccessDocument) => boolean {
  const wanted = new Set(names);
  return ({ name }) => wanted.has(name);
}
