// Where a restore puts each namespace. Pure.
import { AppError } from '@holdfast/shared/errors';
import { databaseName, type RestoreTarget } from '@holdfast/shared/restore';

/** The name of a database after the restore: itself, or with the copy's prefix and suffix. Raises TARGET_NAME_INVALID. */
export function targetDatabase(target: RestoreTarget, database: string): string {
  if (target.kind === 'original') return database;
  const name = `${target.prefix ?? ''}${database}${target.suffix ?? ''}`;
  const valid = databaseName.safeParse(name).success && Buffer.byteLength(name) <= 63 && name !== database;
  if (!valid) throw new AppError('TARGET_NAME_INVALID', { name });
  return name;
}

/** The suffix of a copy that asked for none: `_restored_20261124_0930`, in UTC. */
export function defaultSuffix(now: string): string {
  return `_restored_${now.slice(0, 10).replaceAll('-', '')}_${now.slice(11, 16).replace(':', '')}`;
}

/**
 * The words that a restore in place asks for: the database's name when there is one, else the deployment's. In another deployment
 * than the backup's always that one's: the database is called alike in both.
 */
export function confirmationPhrase(
  target: RestoreTarget,
  databases: readonly string[],
  deploymentName: string,
): string | null {
  if (target.kind === 'copy') return null;
  const [only, ...others] = target.deploymentId === undefined ? databases : [];
  return only !== undefined && others.length === 0 ? only : deploymentName;
}

/** A shadow collection's name: short whatever the real name's length, never used again, never part of a backup. */
export function shadowName(restoreId: string, index: number): string {
  return `${shadowPrefix(restoreId)}${index}`;
}

/** The name under which a restore keeps what it replaced: as a shadow's, and likewise never part of a backup. */
export function undoName(restoreId: string, index: number): string {
  return `${shadowPrefix(restoreId)}u${index}`;
}

/** What the names of all shadows of one restore, and of all that it keeps, begin with. */
export function shadowPrefix(restoreId: string): string {
  return `hf_${restoreId.replaceAll('-', '')}_`;
}

/** Whether a collection is a shadow of some restore, or kept by one. */
export function isShadowName(collection: string): boolean {
  return /^hf_[0-9a-f]{32}_u?\d+$/.test(collection);
}

/** Whether a shadow can be renamed into its place: the server renames no view, no time-series and nothing of its own (`system.js`). */
export function canBeRenamed({ type, collection }: { readonly type: string; readonly collection: string }): boolean {
  return type === 'collection' && !collection.startsWith('system.');
}
