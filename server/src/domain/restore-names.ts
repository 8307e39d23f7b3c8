// Where a restore puts each namespace. Pure.
import { AppError } from '@holdfast/shared/errors';
import type { RestoreTarget } from '@holdfast/shared/restore';

/**
 * The name of a database after the restore: itself, or with the copy's prefix and suffix, which only make it longer. Raises
 * TARGET_NAME_INVALID.
 */
export function targetDatabase(target: RestoreTarget, database: string): string {
  if (target.kind === 'original') return database;
  const name = `${target.prefix ?? ''}${database}${target.suffix ?? ''}`;
  if (Buffer.byteLength(name) > longestDatabase || name === database)
    throw new AppError('TARGET_NAME_INVALID', { name });
  return name;
}

/** In bytes, as the server counts them; that of a collection with its database before it. */
const longestDatabase = 63;
const longestNamespace = 255;

/**
 * A collection of a copy has its own name behind the longer one of the database, a time-series that of its buckets. mongorestore passes
 * over names with a line break; in place they are staged under others. Raises TARGET_NAME_INVALID.
 */
export function requireCopyable({ type, database, collection }: CopiedName): void {
  const stored = type === 'timeseries' ? `system.buckets.${collection}` : collection;
  const name = `${database}.${collection}`;
  if (Buffer.byteLength(`${database}.${stored}`) <= longestNamespace && !collection.includes('\n')) return;
  throw new AppError('TARGET_NAME_INVALID', { name });
}

interface CopiedName {
  readonly type: string;
  /** As it is called in the copy. */
  readonly database: string;
  readonly collection: string;
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
