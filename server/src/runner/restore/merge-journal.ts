// The journal of a merge, a collection beside the live one, to which documents are only ever added: a user with the roles `backup` and
// `restore` may remove none. `{_id, fingerprint}` of a document is there before it goes in; once the server has refused it, a second
// one says so, under an `_id` of its own that no document has: the hash of that `_id`, as a binary of a subtype that is free for users.
import { createHash } from 'node:crypto';
import { Binary, BSON, type MongoClient } from 'mongodb';
import type { BsonValue } from '../../archive/bson-elements.ts';
import { bsonDocument, bsonElement, textValue } from '../../archive/encode-bson.ts';
import { idKey } from '../../archive/id-key.ts';

export interface MergeJournal {
  readonly database: string;
  readonly journal: string;
}

/** What is written before a document is inserted. */
export function candidateEntry(id: BsonValue, digest: Uint8Array): Buffer {
  return bsonDocument(
    bsonElement('_id', id),
    bsonElement('fingerprint', textValue(Buffer.from(digest).toString('hex'))),
  );
}

/** What is written once it is known that a document was not inserted: the same bytes whenever it is written. */
export function leftOutEntry(id: BsonValue): Uint8Array {
  return BSON.serialize({ _id: leftOutId(id), leftOut: true });
}

/** Of these ids those that were left out, by their places. Throws what the driver throws. */
export async function findLeftOut(
  client: MongoClient,
  { database, journal }: MergeJournal,
  ids: readonly BsonValue[],
): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const places = new Map(ids.map((id, index) => [hashOf(id), index]));
  const filter = { _id: { $in: ids.map(leftOutId) as never[] } };
  const found = client
    .db(database)
    .collection(journal)
    .find(filter, { readConcern: { level: 'majority' } });
  const leftOut = new Set<number>();
  for await (const { _id } of found) {
    const place = places.get(Buffer.from((_id as unknown as Binary).value()).toString('hex'));
    if (place !== undefined) leftOut.add(place);
  }
  return leftOut;
}

function leftOutId(id: BsonValue): Binary {
  return new Binary(Buffer.from(hashOf(id), 'hex'), Binary.SUBTYPE_USER_DEFINED);
}

/** Hex; alike for ids that are equal to the server. */
function hashOf(id: BsonValue): string {
  return createHash('sha256').update('left out').update(idKey(id)).digest('hex');
}
