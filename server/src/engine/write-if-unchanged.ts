// Writes one document as the bytes that it is, over the very document that somebody has looked at, or over nothing.
import { deserialize } from 'bson';
import { type MongoClient, MongoServerError } from 'mongodb';
import { DocumentSequence } from 'mongodb/lib/cmap/commands.js';
import type { BsonValue } from '../archive/bson-elements.ts';
import {
  arrayValue,
  booleanValue,
  bsonDocument,
  bsonElement,
  documentValue,
  textValue,
} from '../archive/encode-bson.ts';
import { idOf } from '../archive/id-key.ts';
import { insertRaw } from './insert-raw.ts';

export interface ConditionalWrite {
  readonly database: string;
  readonly collection: string;
  readonly document: Buffer;
  /** What was there when it was looked at; null: nothing was. */
  readonly seen: Buffer | null;
}

/**
 * `changed`: something else is there now. `refused`: the server did not take it, with its code. `too-large`: both documents
 * together are more than the server takes in one step.
 */
export type WriteOutcome =
  | { readonly outcome: 'written' | 'changed' | 'too-large' }
  | { readonly outcome: 'refused'; readonly code: number };

/** With majority, past the validator. Atomic: nothing can come between the look and the write. Throws what the driver throws. */
export async function writeIfUnchanged(client: MongoClient, write: ConditionalWrite): Promise<WriteOutcome> {
  try {
    return write.seen === null ? await insert(client, write) : await replace(client, write, write.seen);
  } catch (error) {
    if (error instanceof MongoServerError && error.code === objectTooLarge) return { outcome: 'too-large' };
    throw error;
  }
}

const duplicateKey = 11_000;
const objectTooLarge = 10_334;
/** Of one statement, in bytes: what the server lets a document have, and 16 KiB for what stands around it. */
const largestStatement = 16 * 1024 * 1024 + 16 * 1024;

async function insert(client: MongoClient, write: ConditionalWrite): Promise<WriteOutcome> {
  const { database, collection, document } = write;
  const [error] = await insertRaw(client, { database, collection, documents: [document] });
  if (error === undefined) return { outcome: 'written' };
  const isThere = error.code === duplicateKey && (await readById(client, write)) !== null;
  return isThere ? { outcome: 'changed' } : { outcome: 'refused', code: error.code };
}

async function replace(
  client: MongoClient,
  { database, collection, document }: ConditionalWrite,
  seen: Buffer,
): Promise<WriteOutcome> {
  const statement = replacement(document, seen);
  if (statement.length > largestStatement) return { outcome: 'too-large' };
  const updates = new DocumentSequence('updates');
  updates.push({}, statement);
  const answer = await client.db(database).command({
    ...{ update: collection, updates, bypassDocumentValidation: true, writeConcern: { w: 'majority' } },
  });
  if (answer.writeConcernError) throw new MongoServerError(answer.writeConcernError);
  const [error] = answer.writeErrors ?? [];
  if (error !== undefined) return { outcome: 'refused', code: Number(error.code) };
  return { outcome: answer.n === 1 ? 'written' : 'changed' };
}

/** `{q: {_id, $expr: {$eq: ['$$ROOT', {$literal: seen}]}}, u: [{$replaceWith: {$literal: document}}], multi: false}` */
function replacement(document: Buffer, seen: Buffer): Buffer {
  const isSeen = nested('$eq', arrayValue(textValue('$$ROOT'), nested('$literal', documentValue(seen))));
  const query = bsonDocument(bsonElement('_id', requireId(seen)), bsonElement('$expr', isSeen));
  const stage = nested('$replaceWith', nested('$literal', documentValue(document)));
  return bsonDocument(
    bsonElement('q', documentValue(query)),
    bsonElement('u', arrayValue(stage)),
    bsonElement('multi', booleanValue(false)),
  );
}

/** The live document with the same `_id`, as its bytes; null where there is none. Majority read. Throws what the driver throws. */
export async function readById(
  client: MongoClient,
  { database, collection, document }: Pick<ConditionalWrite, 'database' | 'collection' | 'document'>,
): Promise<Buffer | null> {
  const filter = bsonDocument(bsonElement('_id', requireId(document)));
  const [found] = await client
    .db(database)
    .collection(collection)
    .find(deserialize(filter, { promoteValues: false }), { raw: true, limit: 1, readConcern: { level: 'majority' } })
    .toArray();
  return found === undefined ? null : Buffer.from(found as unknown as Uint8Array);
}

function requireId(document: Buffer): BsonValue {
  const id = idOf(document, 0);
  if (id === undefined) throw new Error('a document without an _id is in no collection');
  return id;
}

function nested(name: string, value: BsonValue): BsonValue {
  return documentValue(bsonDocument(bsonElement(name, value)));
}
