// Proof that the comparison looks: one byte of one document is altered behind everybody's back.
import { type Document, EJSON, serialize } from 'bson';
import type { Db, MongoClient } from 'mongodb';
import { describeDatabase } from './describe-database.ts';
import { decode, readCollection, readDocument } from './raw-documents.ts';

/** What was altered: the document, and where in its bytes. `id` is the extended JSON of its `_id`. */
export interface Sabotage {
  readonly namespace: string;
  readonly id: string;
  readonly field: string;
  readonly offset: number;
}

/**
 * Alters one letter in one text of one document: of the collection `namespace` (`database.collection`), or of the first
 * one that holds such a document. Throws where there is none.
 */
export async function alterOneByte(client: MongoClient, database: string, namespace?: string): Promise<Sabotage> {
  const db = client.db(database);
  for (const { name, type } of (await describeDatabase(db)).values()) {
    if (type !== 'collection' || (namespace && namespace !== `${database}.${name}`)) continue;
    const altered = await alterIn(db, name);
    if (altered) return altered;
  }
  throw new Error(`${namespace ?? database} holds no document with a text in which a letter could be altered.`);
}

async function alterIn(db: Db, collection: string): Promise<Sabotage | undefined> {
  for await (const before of readCollection(db, collection)) {
    const place = findLetter(before);
    if (!place) continue;
    const after = Buffer.from(before);
    after.writeUInt8(before.readUInt8(place.offset) ^ 1, place.offset);
    const document = decode(after);
    await db
      .collection(collection)
      .replaceOne({ _id: { $eq: document._id } }, document, { bypassDocumentValidation: true });
    const stored = await readDocument(db, collection, document._id);
    if (!stored?.equals(after))
      throw new Error(`${db.databaseName}.${collection} did not store exactly one other byte.`);
    return {
      namespace: `${db.databaseName}.${collection}`,
      id: EJSON.stringify(document._id, { relaxed: false }),
      ...place,
    };
  }
  return undefined;
}

/** The first top-level text other than the key that begins with a letter which is a letter still when its last bit is turned. */
function findLetter(raw: Buffer): { field: string; offset: number } | undefined {
  const document: Document = decode(raw);
  // Only what survives decoding and encoding can be written back with a single byte changed.
  if (Buffer.compare(serialize(document), raw) !== 0) return undefined;
  let elementAt = 4;
  for (const [field, value] of Object.entries(document)) {
    const offset = elementAt + Buffer.byteLength(field) + 6;
    if (field !== '_id' && typeof value === 'string' && /^[b-yB-Y]/.test(value)) return { field, offset };
    elementAt += serialize({ [field]: value }).length - 5;
  }
  return undefined;
}
