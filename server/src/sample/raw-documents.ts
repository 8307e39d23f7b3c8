// Raw BSON documents as streams: from a live collection, into a spool file and back. Memory stays bounded by a batch.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Document, deserialize, serialize } from 'bson';
import type { Collection, Db } from 'mongodb';
import { exactly } from '../archive/exact-value.ts';

const batchSize = 500;
const chunkBytes = 1024 * 1024;

/** The stored bytes of every document, in the server's order of `_id` under the collection's own collation. */
export async function* readCollection(db: Db, collection: string): AsyncGenerator<Buffer> {
  const cursor = rawCollection(db, collection).find({}, { batchSize, sort: { _id: 1 }, allowDiskUse: true });
  for await (const document of cursor) yield document as unknown as Buffer;
}

/** The stored bytes of the document whose key the server holds to be equal to `id`; null where there is none. */
export async function readDocument(db: Db, collection: string, id: unknown): Promise<Buffer | null> {
  const filter: Document = { _id: { $eq: id } };
  return (await rawCollection(db, collection).findOne(filter)) as unknown as Buffer | null;
}

/** Decodes without losing a type: numbers stay wrapped, regular expressions and binaries as they are. */
export function decode(raw: Uint8Array): Document {
  return deserialize(raw, exactly);
}

/** The bytes of a document's key with its type; equal for equal bytes only. */
export function keyOf(raw: Uint8Array): { readonly id: unknown; readonly bytes: Buffer } {
  const { _id: id } = decode(raw);
  return { id, bytes: Buffer.from(serialize({ id })) };
}

/** Writes documents one after another, as `mongodump` writes its `.bson` files; readable by their owner only. */
export async function spool(
  documents: AsyncIterable<Buffer>,
  path: string,
): Promise<{ documents: number; bytes: number }> {
  const written = { documents: 0, bytes: 0 };
  await using file = await open(path, 'wx', 0o600);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const document of documents) {
    pending.push(document);
    pendingBytes += document.length;
    written.documents += 1;
    written.bytes += document.length;
    if (pendingBytes < chunkBytes) continue;
    await file.appendFile(Buffer.concat(pending));
    [pending, pendingBytes] = [[], 0];
  }
  await file.appendFile(Buffer.concat(pending));
  return written;
}

/** The documents of a spool file in their order. Throws where the file ends within one. */
export async function* readSpool(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
    let bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    while (bytes.length >= 4 && bytes.length >= bytes.readInt32LE(0)) {
      const length = bytes.readInt32LE(0);
      yield bytes.subarray(0, length);
      bytes = bytes.subarray(length);
    }
    rest = bytes;
  }
  if (rest.length > 0) throw new Error(`${path} ends within a document.`);
}

function rawCollection(db: Db, collection: string): Collection<Document> {
  return db.collection(collection, { raw: true, readConcern: { level: 'majority' }, readPreference: 'primary' });
}
