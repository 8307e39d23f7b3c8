// The sample shop: what Holdfast shows, backs up and restores where nobody has named a database yet.
import type { Document } from 'bson';
import type { CreateCollectionOptions, Db, MongoClient } from 'mongodb';
import { addRetiredTypes, awkwardNames, bsonTypes, identifiers } from './bson-types.ts';
import { customers } from './customers.ts';
import { events } from './events.ts';
import { formerOrders, returns, sizes } from './odd-names.ts';
import { orders } from './orders.ts';
import { pageLoads } from './page-loads.ts';
import { photos } from './photos.ts';
import { products } from './products.ts';
import { reviews } from './reviews.ts';
import type { SampleCollection } from './sample-collection.ts';
import { sessions } from './sessions.ts';
import { stock } from './stock.ts';
import { stores } from './stores.ts';
import { views } from './views.ts';

/** What has been loaded so far. `collection` is the one just finished. */
export interface SampleProgress {
  readonly collection: string;
  readonly collections: number;
  readonly documents: number;
}

export interface LoadedSample {
  /** Views included. */
  readonly collections: number;
  /** Measurements of the time-series collection included. */
  readonly documents: number;
  /** Uncompressed size of the data as the server counts it. */
  readonly bytes: number;
}

const collections: readonly SampleCollection[] = [
  customers,
  products,
  orders,
  reviews,
  events,
  pageLoads,
  sessions,
  stock,
  photos,
  stores,
  returns,
  formerOrders,
  sizes,
  bsonTypes,
  identifiers,
];

/**
 * Fills an empty database with the sample shop; throws where the database already holds something. Every document,
 * option and index is the same on every load, so that two loads have the same `dbHash` for everything but the buckets of
 * `pageLoads`, whose ids the server makes up, and `system.views`, which holds the database's name. `scale` multiplies the number of documents. What an older server does not know
 * (time-series before 5.0, clustered collections before 5.3, pre-images before 6.0) is made without or left out.
 */
export async function loadSample(
  client: MongoClient,
  database = 'shop',
  { scale = 1, onProgress }: { readonly scale?: number; readonly onProgress?: (progress: SampleProgress) => void } = {},
): Promise<LoadedSample> {
  const db = client.db(database);
  await requireEmpty(db);
  const version = await serverVersion(db);
  const done = { collections: 0, documents: 0 };
  for (const collection of collections) {
    const options = supported(collection.options ?? {}, version);
    if (options === null) continue;
    await db.createCollection(collection.name, options);
    done.documents += await fill(db, collection, scale, version);
    if (collection.indexes) await db.collection(collection.name).createIndexes([...collection.indexes]);
    done.collections += 1;
    onProgress?.({ collection: collection.name, ...done });
  }
  for (const { name, options } of views) await db.createCollection(name, options);
  const { dataSize } = await db.stats();
  return { collections: done.collections + views.length, documents: done.documents, bytes: Number(dataSize) };
}

async function requireEmpty(db: Db): Promise<void> {
  const [found] = await db.listCollections({}, { nameOnly: true }).toArray();
  if (found) throw new Error(`The database ${db.databaseName} is not empty: it holds ${found.name}.`);
}

/** Major and minor as one number: 6.0 is 600, 5.3 is 503. */
async function serverVersion(db: Db): Promise<number> {
  const { versionArray } = await db.admin().buildInfo();
  return versionArray[0] * 100 + versionArray[1];
}

/** The options that this server knows; null where it does not know such a collection at all. */
function supported(options: CreateCollectionOptions, version: number): CreateCollectionOptions | null {
  const { clusteredIndex, changeStreamPreAndPostImages, ...rest } = options;
  if (options.timeseries && version < 500) return null;
  return {
    ...rest,
    ...(clusteredIndex && version >= 503 ? { clusteredIndex } : {}),
    ...(changeStreamPreAndPostImages && version >= 600 ? { changeStreamPreAndPostImages } : {}),
  };
}

async function fill(db: Db, { name, documents }: SampleCollection, scale: number, version: number): Promise<number> {
  const collection = db.collection(name);
  let count = 0;
  for (const batch of batches(documents(scale), 1000)) {
    // Left alone by the driver: it would replace the key `null` by an id that it makes up.
    await collection.insertMany(batch, { forceServerObjectId: true });
    count += batch.length;
  }
  if (name !== bsonTypes.name) return count;
  const awkward = awkwardNames(Math.floor(version / 100));
  await collection.insertMany(awkward);
  return count + awkward.length + (await addRetiredTypes(collection));
}

function* batches(documents: Iterable<Document>, size: number): Iterable<Document[]> {
  let batch: Document[] = [];
  for (const document of documents) {
    batch.push(document);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
