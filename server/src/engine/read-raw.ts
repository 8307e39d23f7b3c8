// Reads a collection as the arrays of documents that the server answers, bytes as they are: whoever only counts and hashes them
// needs no object for each.
import type { Document, MongoClient } from 'mongodb';
import { type BsonElement, bsonType, elementsOf, nameOf } from '../archive/bson-elements.ts';

export interface RawRead {
  readonly database: string;
  /** May be `system.buckets.<name>`, of a time-series. */
  readonly collection: string;
  /** So many documents are answered at once, or what fits into 16 MB. */
  readonly batchDocuments: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Every document of the collection, with majority read concern, in the server's order; each piece is a BSON array of them. One
 * that is not there has none. Throws what the driver throws, and the signal's reason.
 */
export async function* readRaw(client: MongoClient, read: RawRead): AsyncGenerator<Buffer> {
  const { collection, batchDocuments: batchSize } = read;
  // A cursor belongs to the session in which it was opened.
  await using session = client.startSession();
  const run = (command: Document) => client.db(read.database).command(command, { raw: true, session });
  const ask = async (command: Document) => {
    read.signal?.throwIfAborted();
    return parseAnswer(await run(command));
  };
  let asked = ask({ find: collection, batchSize, readConcern: { level: 'majority' } });
  let cursor = 0n;
  try {
    do {
      const answer = await asked;
      cursor = answer.cursor;
      // What comes next is on its way while this is looked at.
      if (cursor !== 0n) asked = ask({ getMore: cursor, collection, batchSize });
      asked.catch(() => undefined);
      yield answer.documents;
    } while (cursor !== 0n);
  } finally {
    const open = await asked.then(
      (answer) => answer.cursor,
      () => cursor,
    );
    // One that the server has already closed is no harm, nor a server that cannot be reached.
    if (open !== 0n) await run({ killCursors: collection, cursors: [open] }).catch(() => undefined);
  }
}

interface Answer {
  /** 0 when there is no more. */
  readonly cursor: bigint;
  readonly documents: Buffer;
}

function parseAnswer({ cursor }: Document): Answer {
  const fields = new Map<string, BsonElement>();
  for (const element of elementsOf(cursor, 0)) fields.set(nameOf(element), element);
  const [id, documents] = [fields.get('id'), fields.get('firstBatch') ?? fields.get('nextBatch')];
  if (id?.type !== bsonType.int64 || documents === undefined) throw new Error('the server answered without a cursor');
  return {
    cursor: id.bytes.readBigInt64LE(id.start),
    documents: documents.bytes.subarray(documents.start, documents.end),
  };
}
