import type { CollectionInfo, MongoClient } from 'mongodb';
import { explained } from '../../engine/driver-failure.ts';

/** What is under a name now. */
export interface NamespaceNow {
  readonly type: 'collection' | 'view' | 'timeseries';
  /** As the server lists them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Hex; of a time-series that of its buckets, null for a view. Another one after it was dropped and made again. */
  readonly uuid: string | null;
}

/** Looks a name up; null where nothing is. Throws OperationFailure. */
export async function namespaceNow(client: MongoClient, database: string, name: string): Promise<NamespaceNow | null> {
  const buckets = `system.buckets.${name}`;
  const filter = { name: { $in: [name, buckets] } };
  const listed = await explained(() => client.db(database).listCollections(filter, { nameOnly: false }).toArray());
  const found = listed.find((one) => one.name === name) as CollectionInfo | undefined;
  if (found === undefined) return null;
  const { type = 'collection', options = {} } = found;
  const stored = type === 'timeseries' ? listed.find((one) => one.name === buckets) : found;
  const uuid = (stored as CollectionInfo | undefined)?.info?.uuid;
  return { type: type as NamespaceNow['type'], options, uuid: uuid === undefined ? null : uuid.toString('hex') };
}
