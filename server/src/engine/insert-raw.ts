// Inserts documents as the bytes that they are. Decoding and encoding them again would lose what JavaScript objects cannot
// hold: the order of fields that look like numbers, dates far off, a field that is there twice. The driver sends such bytes
// itself, in the document sequences of its bulk writes, but offers no way to hand them over: hence its own class.

import type { MongoClient } from 'mongodb';
import { type Document, MongoServerError } from 'mongodb';
import { DocumentSequence } from 'mongodb/lib/cmap/commands.js';

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
 * duplicates. A top-level empty timestamp is filled in by the server, as with any insert. Throws what the driver throws.
 */
export async function insertRaw(
  client: MongoClient,
  { database, collection, documents }: RawWrite,
): Promise<RawWriteError[]> {
  if (documents.length === 0) return [];
  const sequence = new DocumentSequence('documents');
  for (const document of documents) sequence.push({}, document);
  const answer = await client.db(database).command({
    ...{ insert: collection, documents: sequence, ordered: false },
    ...{ bypassDocumentValidation: true, writeConcern: { w: 'majority' } },
  });
  if (answer.writeConcernError) throw new MongoServerError(answer.writeConcernError);
  return (answer.writeErrors ?? []).map(({ index, code }: Document) => ({ index, code }));
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
