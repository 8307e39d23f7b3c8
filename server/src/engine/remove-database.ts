import { type MongoClient, MongoServerError } from 'mongodb';
import { isGone, isNotAuthorized } from './driver-failure.ts';

/**
 * Removes a database with all that it holds; nothing happens where it is not. A user with the role `restore` may not drop it, but
 * each thing in it but what the server keeps for itself: an empty `system.views`, and `system.js`. Throws what the driver throws.
 */
export async function removeDatabase(client: MongoClient, database: string): Promise<void> {
  const db = client.db(database);
  try {
    await db.dropDatabase({ writeConcern: { w: 'majority' } });
  } catch (error) {
    if (!isNotAuthorized(error)) throw error;
    for (const name of await namesToDrop(client, database)) await drop(client, database, name);
  }
}

/** Views first, then what they are kept in: `system.views` is there as long as the server is not told otherwise. */
async function namesToDrop(client: MongoClient, database: string): Promise<string[]> {
  const listed = await client.db(database).listCollections({}, { nameOnly: true }).toArray();
  const isServers = (name: string) => name.startsWith('system.');
  // The buckets of a time-series go with it.
  const names = listed.map(({ name }) => name).filter((name) => !name.startsWith('system.buckets.'));
  return [...names.filter((name) => !isServers(name)), ...names.filter(isServers)];
}

async function drop(client: MongoClient, database: string, name: string): Promise<void> {
  try {
    await client.db(database).command({ drop: name, writeConcern: { w: 'majority' } });
  } catch (error) {
    const stays = name.startsWith('system.') && isServersOwn(error);
    if (!isGone(error) && !stays) throw error;
  }
}

/** The server lets nobody drop some of its own collections, and not everybody the others. */
function isServersOwn(error: unknown): boolean {
  return isNotAuthorized(error) || (error instanceof MongoServerError && error.code === illegalOperation);
}

const illegalOperation = 20;
