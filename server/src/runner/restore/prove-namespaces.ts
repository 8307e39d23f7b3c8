// Reads restored collections back and compares them with the manifest: counts, content fingerprints, index names and keys.
// Never believes the stream that went in, nor an exit code.
import { OperationFailure } from '@holdfast/shared/failures';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import { EJSON } from 'bson';
import type { MongoClient } from 'mongodb';
import type { ArchiveProgress } from '../../archive/archive-progress.ts';
import { createFingerprint } from '../../archive/fingerprint.ts';
import { explained } from '../../engine/driver-failure.ts';

/** A namespace of the manifest and the name under which it was restored. */
export interface StagedNamespace {
  readonly namespace: ManifestNamespace;
  readonly database: string;
  readonly collection: string;
}

/** Throws `restore-incomplete` that names the first namespace that differs, and how, or `connection-lost`. */
export async function proveNamespaces(
  client: MongoClient,
  staged: readonly StagedNamespace[],
  options: { readonly progress?: ArchiveProgress; readonly signal: AbortSignal },
): Promise<void> {
  for (const one of staged) {
    options.signal.throwIfAborted();
    await explained(() => prove(client, one, options));
  }
}

async function prove(
  client: MongoClient,
  staged: StagedNamespace,
  options: Parameters<typeof proveNamespaces>[2],
): Promise<void> {
  if (staged.namespace.type === 'view') return await proveView(client, staged);
  await proveDocuments(client, staged, options);
  await proveIndexes(client, staged);
}

async function proveDocuments(
  client: MongoClient,
  { namespace, database, collection }: StagedNamespace,
  { progress, signal }: { readonly progress?: ArchiveProgress; readonly signal: AbortSignal },
): Promise<void> {
  const fingerprint = await createFingerprint();
  const name = namespace.type === 'timeseries' ? `system.buckets.${collection}` : collection;
  const counted = progress?.namespace(`${namespace.database}.${namespace.collection}`);
  const cursor = client
    .db(database)
    .collection(name)
    .find({}, { raw: true, batchSize: 1_000, readConcern: { level: 'majority' } });
  let documents = 0;
  for await (const document of cursor) {
    const bytes = document as unknown as Uint8Array;
    fingerprint.add(bytes);
    documents += 1;
    counted?.add(bytes.length);
    if (documents % 4_096 === 0) signal.throwIfAborted();
  }
  if (counted) counted.done = true;
  if (mayExpire(namespace) && documents < namespace.documents) return;
  if (documents !== namespace.documents)
    throw differs(namespace, `${documents} documents instead of ${namespace.documents}`);
  if (fingerprint.hex() !== namespace.fingerprint)
    throw differs(namespace, 'the documents are not the ones of the backup');
}

/** Documents that expired since the backup vanish by themselves as soon as the index exists. */
function mayExpire(namespace: ManifestNamespace): boolean {
  return namespace.indexes.some((index) => 'expireAfterSeconds' in index) || 'expireAfterSeconds' in namespace.options;
}

async function proveIndexes(client: MongoClient, { namespace, database, collection }: StagedNamespace): Promise<void> {
  const found = await client.db(database).collection(collection).listIndexes().toArray();
  const expected = new Map(namespace.indexes.map((index) => [String(index.name), keyText(index.key)]));
  const present = new Map(found.map((index) => [String(index.name), keyText(index.key)]));
  for (const [name, key] of expected) {
    if (present.get(name) !== key) throw differs(namespace, `the index ${name} is missing or different`);
  }
}

async function proveView(client: MongoClient, { namespace, database, collection }: StagedNamespace): Promise<void> {
  const [found] = await client.db(database).listCollections({ name: collection }).toArray();
  if (found?.type !== 'view') throw differs(namespace, 'the view is missing');
}

/** Numbers compare by value whatever BSON type the archive's extended JSON gives them. */
function keyText(key: unknown): string {
  return JSON.stringify(EJSON.deserialize(JSON.parse(EJSON.stringify(key ?? {}, { relaxed: true }))));
}

function differs({ database, collection }: ManifestNamespace, how: string): OperationFailure {
  return new OperationFailure('restore-incomplete', `${database}.${collection} does not equal the backup: ${how}.`);
}
