// What the server listed before the dump and still lists after it must be in the archive, whatever the tool's exit code says:
// collections and views, their options, their indexes.
import { OperationFailure } from '@holdfast/shared/failures';
import type { Manifest, ManifestNamespace } from '@holdfast/shared/manifest';
import type { MongoClient } from 'mongodb';
import { indexNames } from '../engine/index-names.ts';
import { type FoundNamespace, type ListOptions, listNamespaces } from '../engine/inspect-deployment.ts';

/** What a deployment holds, as it says itself. */
export interface Listing {
  readonly namespaces: readonly FoundNamespace[];
  /** By `database.collection`, of collections. */
  readonly indexes: ReadonlyMap<string, readonly string[]>;
}

/** Throws OperationFailure. */
export async function listDeployment(client: MongoClient, options: ListOptions): Promise<Listing> {
  const namespaces = await listNamespaces(client, options);
  return { namespaces, indexes: await indexNames(client, namespaces) };
}

/** Throws OperationFailure('dump-incomplete') that names the first of what is not there. */
export function requireComplete(before: Listing, after: Listing, manifest: Manifest): void {
  const dumped = new Map(manifest.namespaces.map((namespace) => [nameOf(namespace), namespace]));
  const still = new Map(after.namespaces.map((namespace) => [nameOf(namespace), namespace]));
  const stayed = before.namespaces.filter((namespace) => still.has(nameOf(namespace)));
  const lost = stayed.map(nameOf).filter((name) => !dumped.has(name));
  require(lost, (count) => `${count} collections are not in the dump`);

  const found = stayed.flatMap((namespace) => {
    const [now, archived] = [still.get(nameOf(namespace)), dumped.get(nameOf(namespace))];
    return now === undefined || archived === undefined ? [] : [{ namespace, now, archived }];
  });
  const options = found.flatMap(({ namespace, now, archived }) => lostOptions(namespace, now, archived));
  require(options, (count) => `${count} options of collections are not in the dump`);
  const indexes = found.flatMap(({ namespace, archived }) => lostIndexes(nameOf(namespace), archived, before, after));
  require(indexes, (count) => `${count} indexes are not in the dump`);
}

function require(lost: readonly string[], words: (count: number) => string): void {
  if (lost.length === 0) return;
  throw new OperationFailure('dump-incomplete', `${words(lost.length)}: ${lost.slice(0, 5).join(', ')}.`);
}

/** By name: how the tool writes their values down is its own. */
function lostOptions(before: FoundNamespace, after: FoundNamespace, archived: ManifestNamespace): string[] {
  return Object.keys(before.options)
    .filter((option) => option in after.options && !(option in archived.options))
    .map((option) => `${nameOf(before)}: ${option}`);
}

/** `_id_` is made with the collection. */
function lostIndexes(name: string, archived: ManifestNamespace, before: Listing, after: Listing): string[] {
  const still = new Set(after.indexes.get(name) ?? []);
  const dumped = new Set(archived.indexes.map((index) => index.name));
  return (before.indexes.get(name) ?? [])
    .filter((index) => index !== '_id_' && still.has(index) && !dumped.has(index))
    .map((index) => `${name}: ${index}`);
}

function nameOf({ database, collection }: { readonly database: string; readonly collection: string }): string {
  return `${database}.${collection}`;
}
