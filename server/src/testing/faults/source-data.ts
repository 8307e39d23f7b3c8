// What the deployment of the fault matrix holds: small, but more than the points half-way need. `as-backed-up` and `changed`
// differ in every collection, so that after a restore in place it shows which of the two is there.
import { ObjectId } from 'mongodb';
import { compareDatabases } from '../../sample/compare-databases.ts';
import type { TestMongo } from '../mongo.ts';

export const shop = 'shop';
const small = { documents: 250, bytes: 4_000 };
/** More than the server gives out at once, so that a dump has to ask for more. */
const large = { documents: 40, bytes: 500_000 };
const collections = { customers: small, orders: small, products: small, photos: large };
/** Documents of a whole backup; a time-series' are its buckets. */
export const shopDocuments = Object.values(collections).reduce((total, { documents }) => total + documents, 1);

export type ShopState = 'as-backed-up' | 'changed';

const recordOf = (state: ShopState) => `record_${state}`;

/** Keeps both states beside the shop, to be compared with. */
export async function recordShop(source: TestMongo): Promise<void> {
  for (const state of ['as-backed-up', 'changed'] as const) await fillDatabase(source, recordOf(state), state);
}

export async function fillShop(source: TestMongo, state: ShopState): Promise<void> {
  await source.client.db(shop).dropDatabase();
  await fillDatabase(source, shop, state);
}

export async function isShop(source: TestMongo, state: ShopState): Promise<boolean> {
  return (await compareDatabases(source.client, recordOf(state), shop)).equal;
}

/** What differs between a database and a copy of it, in words; none when they are equal. */
export async function differencesOf(source: TestMongo, database: string, copy: string): Promise<string[]> {
  const { differences } = await compareDatabases(source.client, database, copy);
  return differences.map((difference) => JSON.stringify(difference));
}

export async function fillDatabase(source: TestMongo, database: string, state: ShopState): Promise<void> {
  const db = source.client.db(database);
  for (const [name, { documents, bytes }] of Object.entries(collections)) {
    const text = `${name} ${'x'.repeat(bytes)}`;
    const all = Array.from({ length: documents }, (_, n) => ({ _id: n as never, n, state, text }));
    await db.collection(name).insertMany(all);
    await db.collection(name).createIndex({ n: 1 }, { unique: true, name: 'by number' });
  }
  await db.collection('orders').createIndex({ at: 1 }, { name: 'expire', expireAfterSeconds: 3_600 });
  const least = state === 'changed' ? 3 : 7;
  await db.createCollection('few', { viewOn: 'orders', pipeline: [{ $match: { n: { $lt: least } } }] });
  await db.createCollection('measures', { timeseries: { timeField: 't', metaField: 'm' } });
  // As the server would make it, but with an id that is the same each time.
  const t = new Date(1_700_000_000_000);
  const bounds = { t, v: least };
  const control = { version: 1, min: bounds, max: bounds };
  const bucket = {
    _id: new ObjectId('6553f1000000000000000001'),
    control,
    meta: state,
    data: { t: { 0: t }, v: { 0: least } },
  };
  await db.collection('system.buckets.measures').insertOne(bucket);
}
