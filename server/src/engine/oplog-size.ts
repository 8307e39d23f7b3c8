// How much a replica set's oplog holds and over which time. Changes nothing.
import type { Collection, Document, MongoClient, Timestamp } from 'mongodb';
import { explained, isGone, isNotAuthorized } from './driver-failure.ts';

export interface OplogSize {
  /** The oldest entries go once it holds so many bytes. */
  readonly maxBytes: number;
  /** Between its first entry and its last. */
  readonly windowSeconds: number;
}

/** null for a server without one, and where the user may not look at it. Throws OperationFailure. */
export async function oplogSize(client: MongoClient): Promise<OplogSize | null> {
  return await explained(async () => {
    try {
      return await sizeOf(client.db('local').collection('oplog.rs'));
    } catch (error) {
      if (isNotAuthorized(error) || isGone(error)) return null;
      throw error;
    }
  });
}

async function sizeOf(oplog: Collection<Entry>): Promise<OplogSize | null> {
  const [{ storageStats } = {}] = await oplog.aggregate<Document>([{ $collStats: { storageStats: {} } }]).toArray();
  const [first, last] = [await endOf(oplog, 1), await endOf(oplog, -1)];
  if (first === null || last === null || !(Number(storageStats?.maxSize) > 0)) return null;
  return { maxBytes: Number(storageStats.maxSize), windowSeconds: Math.max(0, secondsOf(last) - secondsOf(first)) };
}

interface Entry {
  readonly ts: Timestamp;
}

async function endOf(oplog: Collection<Entry>, order: 1 | -1): Promise<Entry | null> {
  return await oplog.findOne({}, { sort: { $natural: order }, projection: { ts: 1 } });
}

function secondsOf({ ts }: Entry): number {
  return ts.getHighBitsUnsigned();
}
