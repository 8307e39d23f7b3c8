// What is there now where a restore would write, as the server says it itself. Changes nothing.
import { AppError } from '@holdfast/shared/errors';
import type { RestoreTarget } from '@holdfast/shared/restore';
import { EJSON } from 'bson';
import type { MongoClient } from 'mongodb';
import { type CollectionShape, shapeText } from '../../domain/collection-shape.ts';
import { baseOf, type IsProtected, type RestoreScope } from '../../domain/restore-scope.ts';
import { viewsInTheWay } from '../../domain/views-in-the-way.ts';
import { collectionIndexes } from '../../engine/collection-indexes.ts';
import { type CollectionSize, collectionSizes } from '../../engine/collection-sizes.ts';
import { explained } from '../../engine/driver-failure.ts';
import { databaseExists, type ListedNamespace, listStructure } from '../../engine/inspect-deployment.ts';

/** A namespace that is there now. */
export interface LiveNamespace extends ListedNamespace {
  /** Of views, and of those that the restore writes to or drops, where the user may see the indexes. */
  readonly shape: CollectionShape | null;
}

/** By `database.collection`. */
export type LiveNamespaces = ReadonlyMap<string, LiveNamespace>;

/** What is asked for is in which databases of the deployment that is written to. */
export interface Where {
  readonly scope: RestoreScope;
  /** Its copy's name is filled in. */
  readonly target: RestoreTarget;
  readonly isProtected: IsProtected;
}

/**
 * Everything in the databases concerned, with options and indexes of what the restore would change. For a copy nothing may be
 * there. Raises TARGET_EXISTS; throws OperationFailure.
 */
export async function lookAtLive(client: MongoClient, where: Where): Promise<LiveNamespaces> {
  if (where.target.kind === 'copy') {
    await explained(() => refuseExisting(client, where.scope.databases ?? []));
    return new Map();
  }
  const listed = await listConcerned(client, where);
  const targets = new Set(where.scope.placed.map(nameOf));
  const isConcerned = (one: ListedNamespace) => targets.has(nameOf(one)) || where.scope.drops(one);
  const concerned = listed.filter((one) => one.type === 'view' || isConcerned(one));
  const indexes = await collectionIndexes(client, concerned);
  const shapes = new Map(concerned.map((one) => [one, shapeOf(one, indexes.get(nameOf(one)))]));
  return new Map(listed.map((one) => [nameOf(one), { ...one, shape: shapes.get(one) ?? null }]));
}

/** What the server believes each to hold, by name; a view holds nothing. Throws OperationFailure. */
export async function sizesOf(client: MongoClient, live: LiveNamespaces): Promise<ReadonlyMap<string, CollectionSize>> {
  const stored = [...live.values()].filter(({ type }) => type !== 'view');
  const sizes = await explained(() => collectionSizes(client, stored));
  return new Map(sizes.map((size, index) => [nameOf(stored[index] as LiveNamespace), size]));
}

/**
 * What tells that something changed since: names, types, identities, options and indexes of all that the restore writes to or
 * drops, the names where nothing is yet, whether what a restored view reads is there, and which views are in the way. Not documents.
 */
export function liveFacts({ scope }: Pick<Where, 'scope'>, live: LiveNamespaces): string {
  const names = new Set(scope.placed.map(nameOf));
  for (const one of live.values()) if (scope.drops(one)) names.add(nameOf(one));
  const facts = [...names].sort().map((name) => {
    const found = live.get(name);
    return found === undefined ? [name] : [name, found.uuid, found.shape && shapeText(found.shape)];
  });
  const bases = scope.placed.flatMap(({ namespace, database }) => {
    const base = baseOf(namespace);
    return base === null ? [] : [`${database}.${base}`];
  });
  const basesNow = [...new Set(bases)].sort().map((base) => [base, live.has(base)]);
  return JSON.stringify([facts, basesNow, viewsInTheWay(scope, live)]);
}

/** `database.collection`. */
export function nameOf({ database, collection }: { readonly database: string; readonly collection: string }): string {
  return `${database}.${collection}`;
}

async function listConcerned(client: MongoClient, { scope, isProtected }: Where): Promise<ListedNamespace[]> {
  if (scope.databases === null) return await listStructure(client, { exclude: isProtected });
  const found: ListedNamespace[] = [];
  for (const database of scope.databases) {
    found.push(...(await listStructure(client, { database, exclude: isProtected })));
  }
  return found;
}

/** The server's BSON as manifests have it: canonical extended JSON. */
function shapeOf({ type, options }: ListedNamespace, listed: readonly object[] | undefined): CollectionShape | null {
  if (listed === undefined && type !== 'view') return null;
  const indexes = listed ?? [];
  const plain = EJSON.serialize({ options, indexes }, { relaxed: false });
  return { type, options: plain.options, indexes: plain.indexes };
}

/** What is restored in place goes into databases of the very names. Raises TARGET_EXISTS for one in other letters; throws OperationFailure. */
export async function refuseOtherCase(client: MongoClient, { scope }: Pick<Where, 'scope'>): Promise<void> {
  const databases = [...new Set(scope.placed.map(({ database }) => database))];
  const existing = await explained(() => inOtherCase(client, databases));
  if (existing.length > 0) throw new AppError('TARGET_EXISTS', { databases: existing });
}

async function refuseExisting(client: MongoClient, databases: readonly string[]): Promise<void> {
  const existing = await inOtherCase(client, databases);
  for (const name of databases) {
    if (await databaseExists(client, name)) existing.push(name);
  }
  if (existing.length > 0) throw new AppError('TARGET_EXISTS', { databases: existing });
}

/** No two databases of a server may differ in the case of letters alone. */
async function inOtherCase(client: MongoClient, databases: readonly string[]): Promise<string[]> {
  const wanted = new Set(databases.map((name) => name.toLowerCase()));
  const listed = await client.db('admin').admin().listDatabases({ nameOnly: true, authorizedDatabases: true });
  const names = listed.databases.map(({ name }) => name);
  return names.filter((name) => wanted.has(name.toLowerCase()) && !databases.includes(name));
}
