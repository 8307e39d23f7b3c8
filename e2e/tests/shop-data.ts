// A small shop with what a comparison should notice: types, indexes, options, an empty collection and a view.
import { type Document, Long, type MongoClient, ObjectId } from 'mongodb';

export const database = 'shop';

/** Fills the database anew. */
export async function fillShop(client: MongoClient): Promise<void> {
  const db = client.db(database);
  await db.dropDatabase();
  await db.createCollection('customers', { validator: { $jsonSchema: { required: ['email'] } } });
  await db.createCollection('empty');
  await db.collection('customers').createIndex({ email: 1 }, { unique: true });
  await db.collection('orders').createIndex({ customer: 1, placedAt: -1 });
  await db.collection('customers').insertMany(Array.from({ length: 400 }, (_, index) => customer(index)));
  await db.collection('orders').insertMany(Array.from({ length: 2_000 }, (_, index) => order(index)));
  await db.createCollection('openOrders', { viewOn: 'orders', pipeline: [{ $match: { open: true } }] });
}

/** Everything that a database holds but what is kept for an undo: per collection its options, indexes and raw documents. */
export async function readDatabase(client: MongoClient, name: string): Promise<Map<string, unknown>> {
  const db = client.db(name);
  const found = new Map<string, unknown>();
  for (const { name: collection, type, options } of await db.listCollections<Document & { name: string }>().toArray()) {
    if (collection === 'system.views' || /^hf_[0-9a-f]{32}_/.test(collection)) continue;
    const stored = db.collection(collection);
    const indexes = type === 'view' ? [] : await stored.indexes();
    const documents = await stored.find({}, { raw: true, sort: { _id: 1 } }).toArray();
    const bytes = documents.map((document) => Buffer.from(document as unknown as Uint8Array).toString('base64'));
    found.set(collection, { type, options, indexes, bytes });
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}

function customer(index: number): Document {
  return {
    email: `customer-${index}@example.com`,
    balance: Long.fromNumber(index * 1_000_003),
    tags: ['ä', 'ß', index % 7],
  };
}

function order(index: number): Document {
  return {
    customer: new ObjectId(index.toString(16).padStart(24, '0')),
    placedAt: new Date(1_700_000_000_000 + index * 60_000),
    open: index % 3 === 0,
    lines: Array.from({ length: 3 }, (_, line) => ({ sku: `sku-${line}`, quantity: line + 1, price: 1.5 * line })),
  };
}
