// Deletes documents by the bytes that they were when they were read: for values that an object could not hold, and so that none goes
// that was changed since. The counterpart of insert-raw.ts.
import { type MongoClient, MongoServerError } from 'mongodb';
import { DocumentSequence } from 'mongodb/lib/cmap/commands.js';
import { arrayValue, bsonDocument, bsonElement, documentValue, int32Value, textValue } from '../archive/encode-bson.ts';

/** A document as it was read, and its `_id` in it: the BSON type and the bytes of the value. */
export interface ReadDocument {
  readonly document: Uint8Array;
  readonly idType: number;
  readonly id: Uint8Array;
}

/**
 * Deletes with majority those that still are what was read (a number that another type holds now counts as the same), and resolves
 * with how many. At most 48 MB and 100,000 documents at once. Idempotent. Throws what the driver throws.
 */
export async function deleteUnchanged(
  client: MongoClient,
  { database, collection, documents }: { database: string; collection: string; documents: readonly ReadDocument[] },
): Promise<number> {
  if (documents.length === 0) return 0;
  return await deleteBy(client, { database, collection, filters: documents.map(filterOf) });
}

/** The same for ids alone, whatever the documents are now. */
export async function deleteIds(
  client: MongoClient,
  {
    database,
    collection,
    ids,
  }: { database: string; collection: string; ids: readonly Omit<ReadDocument, 'document'>[] },
): Promise<number> {
  if (ids.length === 0) return 0;
  return await deleteBy(client, { database, collection, filters: ids.map((id) => bsonDocument(idElement(id))) });
}

async function deleteBy(
  client: MongoClient,
  { database, collection, filters }: { database: string; collection: string; filters: readonly Buffer[] },
): Promise<number> {
  const sequence = new DocumentSequence('deletes');
  const one = bsonElement('limit', int32Value(1));
  for (const filter of filters) sequence.push({}, bsonDocument(bsonElement('q', documentValue(filter)), one));
  const command = { delete: collection, deletes: sequence, ordered: false, writeConcern: { w: 'majority' } };
  const answer = await client.db(database).command(command);
  if (answer.writeConcernError) throw new MongoServerError(answer.writeConcernError);
  const [first] = answer.writeErrors ?? [];
  if (first !== undefined) throw new MongoServerError(first);
  return Number(answer.n);
}

/** `{_id, $expr: {$eq: ['$$ROOT', {$literal: document}]}}`: by the index, then compared as a whole. */
function filterOf({ document, ...read }: ReadDocument): Buffer {
  const literal = bsonElement('$literal', documentValue(Buffer.from(document)));
  const operands = arrayValue(textValue('$$ROOT'), documentValue(bsonDocument(literal)));
  const comparison = documentValue(bsonDocument(bsonElement('$eq', operands)));
  return bsonDocument(idElement(read), bsonElement('$expr', comparison));
}

function idElement({ idType, id }: Omit<ReadDocument, 'document'>): Buffer {
  return bsonElement('_id', { type: idType, bytes: Buffer.from(id), start: 0, end: id.length });
}
