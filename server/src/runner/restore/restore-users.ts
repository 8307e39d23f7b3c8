// Users and roles after the swap: merged into those that are there, or, in the mode `exact`, without those that the backup does
// not have. Idempotent, so that whoever finishes an abandoned restore does it again from the start.
import { OperationFailure } from '@holdfast/shared/failures';
import type { MongoClient } from 'mongodb';
import { type OpenArchive, openArchive } from '../../archive/open-archive.ts';
import { type DumpedUsers, readUsers } from '../../archive/read-users.ts';
import { type AccessToRestore, accessToRestore, protectedAccess } from '../../commands/access-to-restore.ts';
import { readableCopies } from '../../destinations/readable-copy.ts';
import type { BackupState } from '../../domain/backup.ts';
import { within } from '../../domain/compare-users.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import type { RestoreState } from '../../domain/restore.ts';
import { inspectDeployment } from '../../engine/inspect-deployment.ts';
import { type AccessDocument, changeAccess, parseAccess, readAccess } from '../../engine/users-and-roles.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { Services } from '../../services.ts';
import type { Work } from './restore-work.ts';

export type UsersWork = Pick<Work, 'client' | 'server' | 'restore'> & {
  readonly services: Pick<Services, 'ledger' | 'ledgerPlace'>;
  readonly archive: Pick<OpenArchive, 'manifest'>;
  readonly dumped: () => Promise<DumpedUsers>;
};

/** Of a restore that runs here. They are read once, before anything is changed, from a copy in which they are whole. */
export function usersWork(work: Work): UsersWork {
  const { services, client, server, restore, archive, attempt } = work;
  const dumped = async () => {
    attempt.users ??= await readFromCopies(work);
    return attempt.users;
  };
  return { services, client, server, restore, archive, dumped };
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

/** Does nothing where none were asked for. Throws OperationFailure, after which some may be as in the backup and some not. */
export async function restoreUsers(work: UsersWork): Promise<void> {
  const access = await usersOf(work);
  if (access === null) return;
  const { backup, difference } = access;
  const written = ({ users, roles }: typeof backup) => ({
    users: users.filter(named([...difference.users.added, ...difference.users.changed])),
    roles: roles.filter(named([...difference.roles.added, ...difference.roles.changed])),
  });
  const isExact = work.restore.options.mode === 'exact';
  const drop = {
    users: isExact ? difference.users.notInBackup : [],
    roles: isExact ? difference.roles.notInBackup : [],
  };
  await change(work.client, { put: written(backup), drop });
}

/**
 * The last step of a restore from its journal; nothing is done where none were asked for. `users`: where the archive was read before;
 * else any copy of it is opened. Throws OperationFailure, `restore-incomplete` when there is no backup to read any more.
 */
export async function finishUsers(forward: FinishingUsers, restore: RestoreState): Promise<void> {
  const { services, client } = forward;
  const { options, target, backupId, undoOf } = restore;
  if (!options.usersAndRoles || target.kind === 'copy' || undoOf !== null) return;
  const backup = (await services.ledger.state(`backup:${backupId}`)) as BackupState | undefined;
  if (backup?.status !== 'completed') throw incomplete('the backup that holds them is not there any more');
  const archive = await openAny(services, backup);
  const dumped = forward.users ?? (() => readUsers(archive));
  await restoreUsers({ services, client, restore, archive, dumped, server: await inspectDeployment(client) });
}

export interface FinishingUsers {
  readonly services: Services;
  readonly client: MongoClient;
  readonly users?: (() => Promise<DumpedUsers>) | undefined;
}

function incomplete(what: string): OperationFailure {
  return new OperationFailure('restore-incomplete', `Users and roles were not brought back: ${what}.`);
}

/**
 * Takes back what a restore did to users and roles, by its safety backup: what it changed or dropped is as it was, and what it added
 * is gone; others stay, whatever became of them since. Does nothing where the backup holds none. Idempotent. Throws OperationFailure.
 */
export async function takeBackUsers(
  services: Pick<Services, 'ledgerPlace'>,
  { client, safety }: { readonly client: MongoClient; readonly safety: OpenArchive },
): Promise<void> {
  const { manifest } = safety;
  if (manifest.safety === undefined || manifest.usersAndRoles === undefined) return;
  const { added, replaced } = manifest.safety;
  const guard = await protectedAccess(services, client, await inspectDeployment(client));
  const before = within(parseAccess(await readUsers(safety)), () => true, guard);
  const live = within(await readAccess(client), () => true, guard);
  const gone = (wanted: readonly string[], there: readonly AccessDocument[]) => there.filter(named(wanted)).map(nameOf);
  await change(client, {
    put: { users: before.users.filter(named(replaced.users)), roles: before.roles.filter(named(replaced.roles)) },
    drop: { users: gone(added.users, live.users), roles: gone(added.roles, live.roles) },
  });
}

function nameOf({ name }: AccessDocument): string {
  return name;
}

async function openAny(services: Services, backup: BackupState): Promise<OpenArchive> {
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

async function change(client: MongoClient, wanted: Parameters<typeof changeAccess>[1]): Promise<void> {
  const failed = await changeAccess(client, wanted);
  if (failed.length === 0) return;
  const names = failed.slice(0, 5).join(', ');
  throw new OperationFailure(
    'restore-incomplete',
    `${failed.length} users or roles are not as in the backup: ${names}.`,
  );
}

function named(names: readonly string[]): (one: AccessDocument) => boolean {
  const wanted = new Set(names);
  return ({ name }) => wanted.has(name);
}
