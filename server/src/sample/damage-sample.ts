// What a bad deploy does to the sample shop, one kind of damage after another, so that a restore has something to mend.
import { Decimal128 } from 'bson';
import type { Db, MongoClient } from 'mongodb';

/**
 * Damages the sample shop in every way that a comparison can tell apart: documents lost, added and changed, an index, an
 * option and a collection lost, a collection added. Returns a sentence on each, with its figures.
 */
export async function damageSample(client: MongoClient, database: string): Promise<string[]> {
  const db = client.db(database);
  const sentences: string[] = [];
  for (const damage of [
    deleteMonth,
    multiplyPrices,
    garbleNames,
    addTestOrders,
    dropIndex,
    dropValidator,
    dropReviews,
    leaveCopy,
  ])
    sentences.push(await damage(db));
  return sentences;
}

async function deleteMonth(db: Db): Promise<string> {
  const march = { $gte: new Date(Date.UTC(2026, 2, 1)), $lt: new Date(Date.UTC(2026, 3, 1)) };
  const { deletedCount } = await db.collection('orders').deleteMany({ placedAt: march });
  return `A clean-up with a wrong date deleted ${deletedCount} orders: all of March 2026.`;
}

async function multiplyPrices(db: Db): Promise<string> {
  const factor = Decimal128.fromString('100');
  const { modifiedCount } = await db.collection('products').updateMany({}, { $mul: { price: factor } });
  return `A conversion from euros to cents ran twice: ${modifiedCount} prices are a hundred times too high.`;
}

/** The classic: letters outside ASCII went through a system that knew none. */
async function garbleNames(db: Db): Promise<string> {
  const customers = db.collection('customers');
  const found = await customers.find({ 'name.full': /[^ -~]/ }, { projection: { 'name.full': 1 } }).toArray();
  const updates = found.map(({ _id, name }) => ({
    updateOne: { filter: { _id }, update: { $set: { 'name.full': name.full.replace(/[^ -~]/gu, '?') } } },
  }));
  await customers.bulkWrite(updates);
  return `An import garbled the names of ${updates.length} customers: every letter outside ASCII is a question mark.`;
}

async function addTestOrders(db: Db): Promise<string> {
  const [order] = await db.collection('orders').find().sort({ _id: 1 }).limit(1).toArray();
  if (!order) throw new Error(`${db.databaseName}.orders holds no order to copy.`);
  const copies = [1, 2, 3].map((number) => ({ ...order, _id: `test-${number}`, number }));
  await db.collection<{ _id: string }>('orders').insertMany(copies);
  return `A test suite ran against the live database: ${copies.length} orders that nobody placed.`;
}

async function dropIndex(db: Db): Promise<string> {
  await db.collection('customers').dropIndex('email');
  return 'A migration dropped the unique index on the e-mail addresses of customers.';
}

async function dropValidator(db: Db): Promise<string> {
  await db.command({ collMod: 'orders', validator: {} });
  return 'Somebody switched off the validation of orders "for a moment".';
}

async function dropReviews(db: Db): Promise<string> {
  const count = await db.collection('reviews').countDocuments();
  await db.collection('reviews').drop();
  return `A test's tear-down dropped the reviews: ${count} of them.`;
}

async function leaveCopy(db: Db): Promise<string> {
  await db
    .collection('stock')
    .aggregate([{ $limit: 100 }, { $out: 'stock_old' }])
    .toArray();
  return 'A half-finished migration left a collection behind: stock_old, with 100 documents.';
}
