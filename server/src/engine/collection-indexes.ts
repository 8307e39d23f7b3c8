import type { Document, MongoClient } from 'mongodb';
import { explained, isGone, isNotAuthorized } from './driver-failure.ts';
import { asBytes, exactDocument } from './exact-bson.ts';
import type { FoundNamespace } from './inspect-deployment.ts';

const atOnce = 8;

/**
 * Each collection's indexes as the server lists them, of exact types, by `database.collection`; about 0.3 ms each. A collection that is gone by
 * then, or whose indexes the user may not see, is left out; so are views. Throws OperationFailure.
 */
export async function collectionIndexes(
  client: MongoClient,
  namespaces: readonly Pick<FoundNamespace, 'database' | 'collection' | 'type'>[],
): Promise<ReadonlyMap<string, readonly Document[]>> {
  const found = new Map<string, readonly Document[]>();
  const queue = namespaces.values();
  const work = async () => {
    for (const { database, collection, type } of queue) {
      if (type === 'view') continue;
      const indexes = await indexesOf(client, database, collection);
      if (indexes !== null) found.set(`${database}.${collection}`, indexes);
    }
  };
  await explained(() => Promise.all(Array.from({ length: atOnce }, work)));
  return found;
}

async function indexesOf(client: MongoClient, database: string, collection: string): Promise<Document[] | null> {
  try {
    const listed: unknown[] = await client.db(database).collection(collection).listIndexes(asBytes).toArray();
    return listed.map(exactDocument);
  } catch (error) {
    if (isGone(error) || isNotAuthorized(error)) return null;
    throw error;
  }
}
