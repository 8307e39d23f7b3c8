// Deletes documents by the bytes that they were when they were read: for values that an object could not hold, and so that none goes
// that was changed since. The counterpart of insert-raw.ts.
import { type MongoClient, MongoServerError } from 'mongodb';
import { DocumentSequence } from 'mongodb/lib/cmap/commands.js';

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
  return await deleteBy(client, { database, collection, filters: ids.map((id) => bsonDocument([idElement(id)])) });
}

async function deleteBy(
  client: MongoClient,
  { database, collection, filters }: { database: string; collection: string; filters: readonly Uint8Array[] },
): Promise<number> {
  const sequence = new DocumentSequence('deletes');
  const one = element(int32, 'limit', Buffer.from([1, 0, 0, 0]));
  for (const filter of filters) sequence.push({}, bsonDocument([element(embedded, 'q', filter), one]));
  const command = { delete: collection, deletes: sequence, ordered: false, writeConcern: { w: 'majority' } };
  const answer = await client.db(database).command(command);
  if (answer.writeConcernError) throw new MongoServerError(answer.writeConcernError);
  const [first] = answer.writeErrors ?? [];
  if (first !== undefined) throw new MongoServerError(first);
  return Number(answer.n);
}

const string = 0x02;
const embedded = 0x03;
const array = 0x04;
const int32 = 0x10;

/** `{_id, $expr: {$eq: ['$$ROOT', {$literal: document}]}}`: by the index, then compared as a whole. */
function filterOf(read: ReadDocument): Uint8Array {
  const literal = bsonDocument([element(embedded, '$literal', read.document)]);
  const operands = bsonDocument([element(string, '0', text('$$ROOT')), element(embedded, '1', literal)]);
  const comparison = bsonDocument([element(array, '$eq', operands)]);
  return bsonDocument([idElement(read), element(embedded, '$expr', comparison)]);
}

function idElement({ idType, id }: Omit<ReadDocument, 'document'>): Uint8Array {
  return element(idType, '_id', id);
}

function element(type: number, name: string, value: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), value]);
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(`${value}\0`);
  return Buffer.concat([lengthOf(bytes.length), bytes]);
}

function bsonDocument(elements: readonly Uint8Array[]): Uint8Array {
  const length = elements.reduce((sum, { length: one }) => sum + one, 5);
  return Buffer.concat([lengthOf(length), ...elements, Buffer.from([0])]);
}

function lengthOf(length: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(length);
  return bytes;
}
