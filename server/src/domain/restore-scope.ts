// What a restore concerns and where each part goes: from the backup's namespaces, the options and the target. Pure; the plan
// asks it for the difference that it shows, the runner for the work that it does, so that both mean the same.
import { AppError } from '@holdfast/shared/errors';
import type { Manifest, ManifestNamespace } from '@holdfast/shared/manifest';
import type { RestoreMode, RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import type { PlanAction, PlanMethod } from '@holdfast/shared/restore-plan';
import { canBeRenamed, isShadowName, requireCopyable, targetDatabase } from './restore-names.ts';

/** Says of a namespace of the deployment that is written to whether it is left alone: the ledger's, the server's own, shadows. */
export type IsProtected = (database: string, collection: string) => boolean;

export interface RestoreScopeInput {
  readonly manifest: Pick<Manifest, 'database' | 'namespaces' | 'origin' | 'safety'>;
  /** The suffix of a copy is filled in. */
  readonly target: RestoreTarget;
  readonly options: Pick<RestoreOptions, 'namespaces' | 'mode'>;
  /** Of the deployment that is written to: the one database that it is limited to, or null. */
  readonly limitedTo: string | null;
  readonly isProtected: IsProtected;
}

/** A namespace of the backup and its name once it is restored. */
export interface PlacedNamespace {
  readonly namespace: ManifestNamespace;
  readonly database: string;
  readonly collection: string;
}

/** A namespace that the deployment has now. */
export interface LiveNamespace {
  readonly database: string;
  readonly collection: string;
  readonly type: ManifestNamespace['type'];
  /** As the server lists them. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface RestoreScope {
  readonly mode: RestoreMode;
  /** In the order of the manifest. */
  readonly placed: readonly PlacedNamespace[];
  /** Chosen, or in a chosen database, and yet never restored there: `database.collection` in the backup. */
  readonly leftOut: readonly string[];
  /** What is live in these concerns the restore; null: in every database of the deployment. */
  readonly databases: readonly string[] | null;
  /** Whether a live namespace goes because the backup does not have it; only in the mode `exact`. */
  drops(live: Pick<LiveNamespace, 'database' | 'collection'>): boolean;
}

/** Raises COLLECTION_NOT_FOUND, NAMESPACE_PROTECTED, RESTORE_OPTIONS_INVALID, TARGET_NAME_INVALID. */
export function restoreScope(input: RestoreScopeInput): RestoreScope {
  const { manifest, target, options, isProtected } = input;
  requireSensible(input);
  const chosen = chooseNamespaces(manifest.namespaces, options.namespaces);
  const all = chosen.map((namespace) => place(namespace, target));
  const isLeftOut = (placed: PlacedNamespace) => staysOut(placed, isProtected);
  const placed = all.filter((one) => !isLeftOut(one));
  if (target.kind === 'copy') for (const one of placed) requireCopyable({ ...one, type: one.namespace.type });
  const leftOut = all.filter(isLeftOut).map(({ namespace }) => nameOf(namespace));
  requireWritable(options.namespaces ?? [], all, isLeftOut);
  const written = [...new Set(placed.map(({ database }) => database))];
  const { mode } = options;
  if (mode !== 'exact') return { mode, placed, leftOut, databases: written, drops: () => false };
  const covered = exactDatabases(input, written);
  const kept = new Set(placed.map(nameOf));
  const drops = (live: Pick<LiveNamespace, 'database' | 'collection'>) =>
    (covered === null || covered.includes(live.database)) &&
    !kept.has(nameOf(live)) &&
    !staysOut({ ...live, namespace: live }, isProtected);
  // What is written beyond the one database that the deployment is limited to is looked at as well.
  const databases = covered && [...new Set([...covered, ...written])];
  return { mode, placed, leftOut, databases, drops };
}

/** What is done to a namespace, and how. */
export interface RestoreWay {
  readonly action: Exclude<PlanAction, 'dropped'>;
  readonly method: PlanMethod | null;
}

/**
 * How a placed namespace comes to its place, by what is live there now. A merge inserts into plain collections only: what is
 * capped would lose its oldest documents, a time-series knows no single `_id`, and a view is not data.
 */
export function wayOf(mode: RestoreMode, { namespace }: PlacedNamespace, live: LiveNamespace | undefined): RestoreWay {
  if (live === undefined) return { action: 'added', method: methodOf(namespace) };
  if (mode !== 'merge') return { action: 'replaced', method: methodOf(namespace, live) };
  const takesDocuments = namespace.type === 'collection' && live.type === 'collection' && live.options.capped !== true;
  return takesDocuments ? { action: 'merged', method: 'insert' } : { action: 'untouched', method: null };
}

/**
 * The placed views whose base will not be there: neither restored along nor live in the same database, or live and dropped.
 * `isLive` is asked by the names of the deployment that is written to.
 */
export function viewsWithoutBase(
  { placed, drops }: RestoreScope,
  isLive: (database: string, collection: string) => boolean,
): PlacedNamespace[] {
  const restored = new Set(placed.map(nameOf));
  return placed.filter(({ namespace, database }) => {
    const base = baseOf(namespace);
    if (base === null || restored.has(`${database}.${base}`)) return false;
    return !isLive(database, base) || drops({ database, collection: base });
  });
}

/** What a view reads directly, by its name in the view's own database; null for anything else. */
export function baseOf({ type, options }: Pick<ManifestNamespace, 'type' | 'options'>): string | null {
  return type === 'view' && typeof options.viewOn === 'string' ? options.viewOn : null;
}

/**
 * Through mongos nothing is swapped in: its collections may lie on several shards. A shard reached past mongos is written to not at
 * all, as the cluster would not know of it.
 */
export function isShardingInTheWay(
  { sharded, shardMember }: { readonly sharded: boolean; readonly shardMember: boolean },
  target: RestoreTarget,
): boolean {
  return shardMember || (sharded && target.kind === 'original');
}

/** Databases whose users, settings or oplog are the server's own. */
export function isServerDatabase(database: string): boolean {
  return database === 'admin' || database === 'config' || database === 'local';
}

/** A choice names a database, or a collection behind the first dot: databases have none in their names. */
function chooseNamespaces(
  namespaces: readonly ManifestNamespace[],
  choices: readonly string[] | undefined,
): readonly ManifestNamespace[] {
  if (choices === undefined) return namespaces;
  const held = new Set(namespaces.flatMap((namespace) => [namespace.database, nameOf(namespace)]));
  const unknown = choices.find((choice) => !held.has(choice));
  if (unknown !== undefined) throw new AppError('COLLECTION_NOT_FOUND', { namespace: unknown });
  const chosen = new Set(choices);
  return namespaces.filter((namespace) => chosen.has(namespace.database) || chosen.has(nameOf(namespace)));
}

function place(namespace: ManifestNamespace, target: RestoreTarget): PlacedNamespace {
  const { database, collection } = namespace;
  return { namespace, database: targetDatabase(target, database), collection };
}

function staysOut(
  { namespace, database, collection }: Omit<PlacedNamespace, 'namespace'> & { readonly namespace: Named },
  isProtected: IsProtected,
): boolean {
  return (
    isServerDatabase(namespace.database) ||
    isShadowName(namespace.collection.replace(/^system\.buckets\./, '')) ||
    isServerDatabase(database) ||
    isProtected(database, collection)
  );
}

function requireSensible({ target, options, manifest }: RestoreScopeInput): void {
  const { mode, namespaces = [] } = options;
  if (mode === 'replace') return;
  if (target.kind === 'copy') throw new AppError('RESTORE_OPTIONS_INVALID', { problem: 'copy-mode' });
  if (mode !== 'exact') return;
  if (namespaces.some((choice) => choice.includes('.')))
    throw new AppError('RESTORE_OPTIONS_INVALID', { problem: 'exact-of-collections' });
  // What such backups lack was not missing.
  if (manifest.safety !== undefined || manifest.origin?.kind === 'bson')
    throw new AppError('RESTORE_OPTIONS_INVALID', { problem: 'exact-of-part' });
}

/** Somebody who names what is never restored is told so, rather than that all went well. */
function requireWritable(
  choices: readonly string[],
  all: readonly PlacedNamespace[],
  isLeftOut: (placed: PlacedNamespace) => boolean,
): void {
  for (const choice of choices) {
    const matching = all.filter(({ namespace }) => namespace.database === choice || nameOf(namespace) === choice);
    if (matching.every(isLeftOut)) throw new AppError('NAMESPACE_PROTECTED', { namespace: choice });
  }
}

/**
 * Everything that the backup covers: the chosen databases, its one database, else all of the deployment. Of an imported dump nobody
 * knows what it was taken of, so that only the databases that it holds count.
 */
function exactDatabases({ manifest, options, limitedTo }: RestoreScopeInput, written: string[]): string[] | null {
  const within = (databases: readonly string[]) =>
    databases.filter((name) => !isServerDatabase(name) && (limitedTo === null || name === limitedTo));
  if (options.namespaces !== undefined) return within(options.namespaces);
  if (manifest.database !== null) return within([manifest.database]);
  if (manifest.origin !== undefined) return within(written);
  return limitedTo === null ? null : [limitedTo];
}

/** Into its place by a rename; what the server does not rename, or would have to rename away, is written or defined there. */
function methodOf(namespace: ManifestNamespace, live?: LiveNamespace): PlanMethod {
  if (canBeRenamed(namespace) && (live === undefined || canBeRenamed(live))) return 'rename';
  return namespace.type === 'view' ? 'define' : 'rewrite';
}

interface Named {
  readonly database: string;
  readonly collection: string;
}

function nameOf({ database, collection }: Named): string {
  return `${database}.${collection}`;
}
