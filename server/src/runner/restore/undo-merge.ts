// Takes a merge back: of the documents that its journal collection names, and does not say to have been refused, those go that are still
// as they were inserted. They are kept, too, so that the undo can be undone. May be called again after it was interrupted anywhere.
import { type MongoClient, MongoServerError } from 'mongodb';
import { type BsonValue, fieldOf } from '../../archive/bson-elements.ts';
import { createDocumentHasher } from '../../archive/fingerprint.ts';
import { idOf } from '../../archive/id-key.ts';
import { deleteIds, deleteUnchanged, type ReadDocument } from '../../engine/delete-raw.ts';
import { insertRaw } from '../../engine/insert-raw.ts';
import { findLeftOut, type MergeJournal } from './merge-journal.ts';
import { takenBy } from './not-taken.ts';

export interface MergeToTakeBack extends MergeJournal {
  readonly live: string;
  /** Where what goes is kept; null: nowhere. */
  readonly undo: string | null;
}

/**
 * Resolves with how many documents went. `before` is called right before each step that changes live data, and stops it by
 * throwing. The journal stays. Throws OperationFailure: `connection-lost`; `not-authorized` where the user may not remove documents;
 * `restore-incomplete` that names a collection from which the server removes nothing.
 */
export async function takeBackMerge(
  client: MongoClient,
  merge: MergeToTakeBack,
  { before = () => undefined }: { readonly before?: () => void } = {},
): Promise<number> {
  return await takenBy(`${merge.database}.${merge.live}`, async () => {
    let removed = 0;
    for await (const found of batches(asInserted(client, merge))) {
      const batch = await inserted(client, merge, found);
      await keep(client, merge, batch);
      before();
      removed += await deleteUnchanged(client, { database: merge.database, collection: merge.live, documents: batch });
    }
    await forgetWhatStayed(client, merge);
    return removed;
  });
}

const fingerprintField = Buffer.from('fingerprint');
const liveField = Buffer.from('live');

/** The journal's documents that are live and as they were inserted. */
async function* asInserted(
  client: MongoClient,
  { database, live, journal }: MergeToTakeBack,
): AsyncGenerator<ReadDocument> {
  const hasher = await createDocumentHasher();
  const pipeline = [
    { $lookup: { from: live, localField: '_id', foreignField: '_id', as: 'live' } },
    { $unwind: '$live' },
    { $project: { _id: 0, fingerprint: 1, live: 1 } },
  ];
  for await (const raw of client.db(database).collection(journal).aggregate(pipeline, majority)) {
    const joined = bytesOf(raw);
    const [fingerprint, found] = [fieldOf(joined, 0, fingerprintField), fieldOf(joined, 0, liveField)];
    if (fingerprint === undefined || found === undefined) continue;
    const document = Buffer.from(joined.subarray(found.start, found.end));
    const expected = joined.toString('latin1', fingerprint.start + 4, fingerprint.end - 1);
    if (Buffer.from(hasher.digest(document)).toString('hex') === expected) yield withId(document);
  }
}

/** Without those that the server had refused: somebody has put them there since. */
async function inserted(client: MongoClient, merge: MergeToTakeBack, found: readonly ReadDocument[]) {
  const ids = found.map(({ document }) => requireId(document));
  const leftOut = await findLeftOut(client, merge, ids);
  return found.filter((_, index) => !leftOut.has(index));
}

const majority = { raw: true, batchSize: 1_000, readConcern: { level: 'majority' } } as const;

async function keep(client: MongoClient, { database, undo }: MergeToTakeBack, batch: readonly ReadDocument[]) {
  if (undo === null) return;
  const refused = await insertRaw(client, { database, collection: undo, documents: batch.map((one) => one.document) });
  // From an earlier attempt.
  const other = refused.find(({ code }) => code !== duplicateKey);
  if (other !== undefined) throw new MongoServerError({ code: other.code });
}

const duplicateKey = 11_000;

/** What was changed while it was being taken back is live as it is now, and so not kept. */
async function forgetWhatStayed(client: MongoClient, { database, live, undo }: MergeToTakeBack): Promise<void> {
  if (undo === null) return;
  const pipeline = [
    { $project: { _id: 1 } },
    {
      $lookup: { from: live, localField: '_id', foreignField: '_id', pipeline: [{ $project: { _id: 1 } }], as: 'live' },
    },
    { $match: { 'live.0': { $exists: true } } },
    { $project: { _id: 1 } },
  ];
  for await (const batch of batches(read(client.db(database).collection(undo).aggregate(pipeline, majority)))) {
    await deleteIds(client, { database, collection: undo, ids: batch });
  }
}

async function* read(cursor: AsyncIterable<unknown>): AsyncGenerator<ReadDocument> {
  for await (const raw of cursor) yield withId(Buffer.from(bytesOf(raw)));
}

function withId(document: Buffer): ReadDocument {
  const id = requireId(document);
  return { document, idType: id.type, id: document.subarray(id.start, id.end) };
}

function requireId(document: Uint8Array): BsonValue {
  const id = idOf(Buffer.from(document.buffer, document.byteOffset, document.byteLength), 0);
  if (id === undefined) throw new Error('a document of a collection has no _id');
  return id;
}

/** With `raw` the driver hands out bytes, whatever its types say. */
function bytesOf(raw: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = raw as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}

const batchBytes = 16 * 1024 * 1024;
const batchDocuments = 1_000;

async function* batches(documents: AsyncIterable<ReadDocument>): AsyncGenerator<ReadDocument[]> {
  let batch: ReadDocument[] = [];
  let bytes = 0;
  for await (const one of documents) {
    const isFull = batch.length === batchDocuments || bytes + one.document.length > batchBytes;
    if (isFull && batch.length > 0) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(one);
    bytes += one.document.length;
  }
  if (batch.length > 0) yield batch;
}
