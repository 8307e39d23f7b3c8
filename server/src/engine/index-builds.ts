// Which collections have an index being built. A swap waits for it: the server refuses to rename such a collection, and one that is
// asked to within `applyOps` ends itself (seen with MongoDB 6.0.5).
import type { Document, MongoClient } from 'mongodb';
import { isGone, isNotAuthorized } from './driver-failure.ts';

/** Whether an index is being built, or about to be, on any of them (`database.collection`). Throws what the driver throws. */
export async function isAnyIndexBuilt(client: MongoClient, collections: readonly string[]): Promise<boolean> {
  const wanted = new Set(collections);
  try {
    const building = client
      .db('admin')
      .aggregate([{ $currentOp: { allUsers: true } }, { $match: { 'command.createIndexes': { $exists: true } } }]);
    return (await building.toArray()).some(({ ns }) => wanted.has(String(ns)));
  } catch (error) {
    // Only who may see everybody's operations sees all.
    if (!isNotAuthorized(error)) throw error;
    return await isAnyListed(client, collections);
  }
}

/** Asks each collection, a few at a time. */
async function isAnyListed(client: MongoClient, collections: readonly string[]): Promise<boolean> {
  const queue = collections.values();
  let found = false;
  const work = async () => {
    for (const name of queue) {
      if (found) return;
      if (await isListed(client, name)) found = true;
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return found;
}

async function isListed(client: MongoClient, name: string): Promise<boolean> {
  const at = name.indexOf('.');
  const command = { listIndexes: name.slice(at + 1), includeBuildUUIDs: true };
  try {
    const { cursor } = await client.db(name.slice(0, at)).command(command);
    return cursor.firstBatch.some((index: Document) => 'buildUUID' in index);
  } catch (error) {
    if (isGone(error) || isNotAuthorized(error)) return false;
    throw error;
  }
}
