// Inserts documents as the bytes that they are. Decoding and encoding them again would lose what JavaScript objects cannot
// hold: the order of fields that look like numbers, dates far off, a field that is there twice. The driver sends such bytes
// itself, in the document sequences of its bulk writes, but offers no way to hand them over: hence its own class.
import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import { DocumentSequence } from 'mongodb/lib/cmap/commands.js';
import type { BsonValue } from '../archive/bson-elements.ts';
import { hasEmptyTimestamp } from '../archive/empty-timestamps.ts';
import { arrayValue, booleanValue, bsonDocument, bsonElement, documentValue } from '../archive/encode-bson.ts';
import { idOf } from '../archive/id-key.ts';

export interface RawWrite {
  readonly database: string;
  /** May be `system.buckets.<name>`, of a time-series. */
  readonly collection: string;
  readonly documents: readonly Uint8Array[];
}

/** A document that the server did not take. */
export interface RawWriteError {
  /** Its place among the documents. */
  readonly index: number;
  readonly code: number;
}

/**
 * Inserts with majority, unordered and without validation; resolves with the documents that the server refused, each with its
 * code. At most 48 MB and 100,000 documents at once (`rawBatches`). Not retried: a caller that repeats it meets what went in as
 * duplicates. Throws what the driver throws.
 */
export async function insertRaw(
  client: MongoClient,
  { database, collection, documents }: RawWrite,
): Promise<RawWriteError[]> {
  const buffers = documents.map(asBuffer);
  const plain = buffers.flatMap((bytes, index) => (hasEmptyTimestamp(bytes) ? [] : [{ index, bytes }]));
  const filledIn = buffers.flatMap((bytes, index) =>
    hasEmptyTimestamp(bytes) ? [{ index, bytes: upsert(bytes) }] : [],
  );
  const send = (command: string, field: string, statements: readonly Statement[]) =>
    sendStatements(client, { database, collection, command, field, statements });
  const refused = [...(await send('insert', 'documents', plain)), ...(await send('update', 'updates', filledIn))];
  return refused.sort((a, b) => a.index - b.index);
}

/**
 * Writes documents over those of the same `_id`, as `insertRaw` writes them: a field that holds an empty timestamp keeps it. What is
 * not there is not made. Resolves with the documents that the server refused. Throws what the driver throws.
 */
export async function replaceRaw(
  client: MongoClient,
  { database, collection, documents }: RawWrite,
): Promise<RawWriteError[]> {
  const statements = documents.map((document, index) => ({ index, bytes: replacement(asBuffer(document)) }));
  return await sendStatements(client, { database, collection, command: 'update', field: 'updates', statements });
}

/** What one message carries well: the server takes three times as much. */
const batchBytes = 16 * 1024 * 1024;
const batchDocuments = 1_000;

/** Groups documents for `insertRaw`; holds one group at a time. */
export async function* rawBatches(documents: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for await (const document of documents) {
    const isFull = batch.length === batchDocuments || bytes + document.length > batchBytes;
    if (isFull && batch.length > 0) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(document);
    bytes += document.length;
  }
  if (batch.length > 0) yield batch;
}

interface Statement {
  readonly index: number;
  readonly bytes: Buffer;
}

interface Statements {
  readonly database: string;
  readonly collection: string;
  readonly command: string;
  /** Of the command, which the statements are the value of. */
  readonly field: string;
  readonly statements: readonly Statement[];
}

async function sendStatements(
  client: MongoClient,
  { database, collection, command, field, statements }: Statements,
): Promise<RawWriteError[]> {
  if (statements.length === 0) return [];
  const sequence = new DocumentSequence(field);
  for (const { bytes } of statements) sequence.push({}, bytes);
  const answer = await client.db(database).command({
    ...{ [command]: collection, [field]: sequence, ordered: false },
    ...{ bypassDocumentValidation: true, writeConcern: { w: 'majority' } },
  });
  if (answer.writeConcernError) throw new MongoServerError(answer.writeConcernError);
  return (answer.writeErrors ?? []).map(({ index, code }: Document) => ({
    index: statements[index]?.index ?? index,
    code,
  }));
}

/** An update that finds nothing, ever, and so inserts the document, or meets its `_id` as a duplicate as an insert would. */
function upsert(bytes: Buffer): Buffer {
  const id = idOf(bytes, 0);
  if (id === undefined) return bytes;
  const isAbsent = documentValue(bsonDocument(bsonElement('$exists', booleanValue(false))));
  const conditions = [bsonElement('_id', id), bsonElement('_id', isAbsent)].map((one) =>
    documentValue(bsonDocument(one)),
  );
  return bsonDocument(
    bsonElement('q', documentValue(bsonDocument(bsonElement('$and', arrayValue(...conditions))))),
    bsonElement('u', pipeline(bytes)),
    bsonElement('upsert', booleanValue(true)),
  );
}

function replacement(bytes: Buffer): Buffer {
  const id = idOf(bytes, 0);
  if (id === undefined) throw new Error('a document without _id can replace none');
  return bsonDocument(
    bsonElement('q', documentValue(bsonDocument(bsonElement('_id', id)))),
    bsonElement('u', pipeline(bytes)),
  );
}

/** `[{$replaceWith: {$literal: document}}]` */
function pipeline(document: Buffer): BsonValue {
  const literal = documentValue(bsonDocument(bsonElement('$literal', documentValue(document))));
  return arrayValue(documentValue(bsonDocument(bsonElement('$replaceWith', literal))));
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
