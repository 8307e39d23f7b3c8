// A time-series, from its proven shadow: the live one is dropped and made again with the same options, and the buckets are copied
// as the bytes that they are. Between the two it is empty for readers, and what is written to it meanwhile stays beside the copy.
import { OperationFailure } from '@holdfast/shared/failures';
import type { MongoClient } from 'mongodb';
import { documentValue } from '../../archive/encode-bson.ts';
import { exactValue } from '../../archive/exact-value.ts';
import { idKey, idOf } from '../../archive/id-key.ts';
import { asBytes } from '../../engine/exact-bson.ts';
import { insertRaw, rawBatches } from '../../engine/insert-raw.ts';
import { dropNamespace } from './drop-namespace.ts';
import { type NamespaceNow, namespaceNow } from './namespace-now.ts';
import type { Rewrite, RewriteOptions } from './rewrite-last.ts';

/**
 * Idempotent: which time-series is there says, by its uuid, whether it is the one that is replaced or the copy that was begun.
 * Throws OperationFailure('restore-incomplete') when the copy does not hold every bucket, and what the driver throws.
 */
export async function rewriteTimeseries(
  client: MongoClient,
  rewrite: Rewrite & { readonly shadow: string },
  options: RewriteOptions,
): Promise<void> {
  const { database, live, shadow } = rewrite;
  const staged = await namespaceNow(client, database, shadow);
  if (staged === null) return;
  options.before?.();
  await makeAnew(client, rewrite, staged);
  for await (const documents of rawBatches(bucketsOf(client, database, shadow))) {
    options.before?.();
    await copy(client, { database, collection: bucketsName(live), documents });
  }
  await copyIndexes(client, rewrite, staged);
  await prove(client, rewrite);
  options.before?.();
  await dropNamespace(client, database, shadow);
  await options.after?.();
}

/** The raw buckets of a time-series in the order of their `_id`, as the majority has them. */
async function* bucketsOf(client: MongoClient, database: string, name: string): AsyncGenerator<Buffer> {
  const cursor = client
    .db(database)
    .collection(bucketsName(name))
    .find({}, { raw: true, sort: { _id: 1 }, batchSize: 1_000, readConcern: { level: 'majority' } });
  for await (const bucket of cursor) yield bucket as unknown as Buffer;
}

function bucketsName(name: string): string {
  return `system.buckets.${name}`;
}

async function makeAnew(
  client: MongoClient,
  { database, live, replaces }: Rewrite,
  { options }: NamespaceNow,
): Promise<void> {
  const now = await namespaceNow(client, database, live);
  const isBegun = now !== null && now.type === 'timeseries' && now.uuid !== replaces;
  if (isBegun) return;
  if (now !== null) await dropNamespace(client, database, live);
  await client.db(database).command({ create: live, ...options, writeConcern: { w: 'majority' } });
}

const duplicateKey = 11_000;

async function copy(
  client: MongoClient,
  write: { readonly database: string; readonly collection: string; readonly documents: readonly Uint8Array[] },
): Promise<void> {
  const refused = (await insertRaw(client, write)).find(({ code }) => code !== duplicateKey);
  if (refused === undefined) return;
  const { database, collection } = write;
  throw new OperationFailure(
    'restore-incomplete',
    `${database}.${collection} did not take a bucket (${refused.code}).`,
  );
}

type Index = Map<string, unknown>;

/** What an index of a collection with a collation has that is listed without one: it would follow the collection's else. */
const simple = { locale: 'simple' };

async function copyIndexes(
  client: MongoClient,
  { database, live, shadow }: Rewrite & { readonly shadow: string },
  { options }: NamespaceNow,
): Promise<void> {
  const listed: unknown[] = await client.db(database).collection(shadow).listIndexes(asBytes).toArray();
  if (listed.length === 0) return;
  const indexes = listed.map((bytes) => exactValue(documentValue(Buffer.from(bytes as Uint8Array))) as Index);
  if ('collation' in options) for (const index of indexes) if (!index.has('collation')) index.set('collation', simple);
  await client.db(database).command({ createIndexes: live, indexes, writeConcern: { w: 'majority' } });
}

/**
 * Every bucket of the shadow is in the copy, byte for byte. Beside them there may be what was written since, and a bucket to which
 * the server added such has grown.
 */
async function prove(
  client: MongoClient,
  { database, live, shadow }: Rewrite & { readonly shadow: string },
): Promise<void> {
  await using copies = bucketsOf(client, database, live);
  for await (const bucket of bucketsOf(client, database, shadow)) {
    const found = await atOrAfter(copies, idBytes(bucket));
    const isHeld =
      found !== undefined && (found.equals(bucket) || (sameId(found, bucket) && found.length > bucket.length));
    if (!isHeld) {
      throw new OperationFailure('restore-incomplete', `A bucket of ${database}.${live} does not equal the backup.`);
    }
  }
}

/** Passes over the buckets before that id. */
async function atOrAfter(buckets: AsyncGenerator<Buffer>, id: Uint8Array): Promise<Buffer | undefined> {
  for (;;) {
    const { value, done } = await buckets.next();
    if (done) return undefined;
    if (Buffer.compare(idBytes(value), id) >= 0) return value;
  }
}

function sameId(a: Buffer, b: Buffer): boolean {
  return Buffer.compare(idBytes(a), idBytes(b)) === 0;
}

/** Buckets have object ids, whose order is that of their bytes. */
function idBytes(bucket: Buffer): Buffer {
  const id = idOf(bucket, 0);
  if (id === undefined) throw new Error('a bucket has no _id');
  return Buffer.from(idKey(id));
}
