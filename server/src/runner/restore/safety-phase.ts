// The phase of the safety backup: what is about to be replaced and no rename could bring back, found out right before it is held.
import type { RestoreMode } from '@holdfast/shared/restore';
import type { AccessToRestore } from '../../commands/access-to-restore.ts';
import { excludedFrom } from '../../commands/excluded.ts';
import { lookAtLive, nameOf, sizesOf } from '../../commands/restore-plan/look-at-live.ts';
import { databasesOf } from '../../commands/undo-scope.ts';
import type { Difference } from '../../domain/compare-users.ts';
import type { RestoreState } from '../../domain/restore.ts';
import { canBeRenamed } from '../../domain/restore-names.ts';
import { safetyNamespaces } from '../../domain/safety-backup.ts';
import { changedNamespaces } from '../../domain/undo-journal.ts';
import { collectionSizes } from '../../engine/collection-sizes.ts';
import { listStructure } from '../../engine/inspect-deployment.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { usersOf, usersWork } from './restore-users.ts';
import type { Work } from './restore-work.ts';
import { type SafetyContents, type SafetyWork, takeSafetyBackup } from './safety-backup.ts';
import { accessOfUndo } from './undo-users.ts';

/** Takes a safety backup where one is needed or asked for; into a copy none is. Throws OperationFailure, live data untouched. */
export async function safetyPhase(work: Work): Promise<void> {
  const { restore, services, server, scope, client, run } = work;
  const { target, options } = restore;
  if (target.kind === 'copy') return;
  const where = { scope, target, isProtected: excludedFrom(services.ledgerPlace, server) };
  const live = await unlessAborted(run.signal, lookAtLive(client, where));
  const namespaces = safetyNamespaces(scope, options, [...live.values()]);
  const access = await unlessAborted(run.signal, usersOf(usersWork(work)));
  const usersAndRoles = access !== null && changesAccess(access, options.mode);
  if (namespaces.length === 0 && !usersAndRoles) return;
  const sizes = await unlessAborted(run.signal, sizesOf(client, live));
  const sizeOf = ({ database, collection }: (typeof namespaces)[number]) =>
    sizes.get(`${database}.${collection}`)?.bytes ?? 0;
  const names = accessNames(access, options.mode);
  await takeSafetyBackup(work, {
    kind: options.safetyBackup,
    namespaces,
    usersAndRoles,
    bytes: namespaces.reduce((total, one) => total + sizeOf(one), 0),
    access: names,
    databases: scope.databases,
  });
  work.attempt.heldAccess = names.replaced;
}

/**
 * The same for taking a restore back: of what no rename could bring back under the names that it changed, as it is now, whoever made
 * it; and of the users and roles that it changed. Throws OperationFailure, live data untouched.
 */
export async function undoSafetyPhase(work: SafetyWork, first: RestoreState): Promise<void> {
  const { services, client, run, restore } = work;
  if (restore.options.undoHours === 0) return;
  const changed = new Set(changedNamespaces(first));
  const databases = databasesOf(first);
  const listed = await Promise.all(databases.map((database) => listStructure(client, { database })));
  const namespaces = listed.flat().filter((one) => changed.has(nameOf(one)) && !canBeRenamed(one));
  const access = await unlessAborted(run.signal, accessOfUndo(services, client, first.restoreId));
  if (namespaces.length === 0 && access === null) return;
  const stored = namespaces.filter(({ type }) => type !== 'view');
  const sizes = await unlessAborted(run.signal, collectionSizes(client, stored));
  await takeSafetyBackup(work, {
    ...{ kind: 'needed', namespaces, databases, usersAndRoles: access !== null },
    bytes: sizes.reduce((total, { bytes }) => total + bytes, 0),
    access: access ?? accessNames(null, restore.options.mode),
  });
}

function accessNames(access: AccessToRestore | null, mode: RestoreMode): SafetyContents['access'] {
  const { users, roles } = access?.difference ?? nothingDiffers;
  const replaced = ({ changed, notInBackup }: Difference) => [...changed, ...(mode === 'exact' ? notInBackup : [])];
  return {
    added: { users: [...users.added], roles: [...roles.added] },
    replaced: { users: replaced(users), roles: replaced(roles) },
  };
}

const nothing: Difference = { added: [], changed: [], notInBackup: [] };
const nothingDiffers = { users: nothing, roles: nothing };

/** Whether any user or role is written or goes. */
export function changesAccess({ difference }: Pick<AccessToRestore, 'difference'>, mode: RestoreMode): boolean {
  return [difference.users, difference.roles].some(
    ({ added, changed, notInBackup }) =>
      added.length + changed.length > 0 || (mode === 'exact' && notInBackup.length > 0),
  );
}
