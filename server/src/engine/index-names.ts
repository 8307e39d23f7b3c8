import type { MongoClient } from 'mongodb';
import { explained, isGone, isNotAuthorized } from './driver-failure.ts';
import type { FoundNamespace } from './inspect-deployment.ts';

const atOnce = 8;

/**
 * The names of each collection's indexes, by `database.collection`; about 0.3 ms each. A collection that is gone by then, or whose
 * indexes the user may not see, is left out; so are views and time-series. Throws OperationFailure.
 */
export async function indexNames(
  client: MongoClient,
  namespaces: readonly FoundNamespace[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const queue = namespaces.values();
  const work = async () => {
    for (const { database, collection, type } of queue) {
      if (type !== 'collection') continue;
      const names = await namesOf(client, database, collection);
      if (names !== null) found.set(`${database}.${collection}`, names);
    }
  };
  await explained(() => Promise.all(Array.from({ length: atOnce }, work)));
  return found;
}

async function namesOf(client: MongoClient, database: string, collection: string): Promise<string[] | null> {
  try {
    return (await client.db(database).collection(collection).listIndexes().toArray()).map(({ name }) => String(name));
  } catch (error) {
    if (isGone(error) || isNotAuthorized(error)) return null;
    throw error;
  }
}
