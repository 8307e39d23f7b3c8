// How many of each product are where: a clustered collection (server 5.3 and later; an ordinary one before).
import { type Document, Int32 } from 'bson';
import { productCount, sku } from './products.ts';
import type { SampleCollection } from './sample-collection.ts';
import { randomFor } from './seeded-random.ts';

export const stock: SampleCollection = {
  name: 'stock',
  options: { clusteredIndex: { key: { _id: 1 }, unique: true, name: 'by sku' } },
  indexes: [{ key: { 'shelves.free': -1 }, name: 'free places' }],
  documents: function* (scale) {
    for (let index = 0; index < productCount(scale); index += 1) yield stockAt(index);
  },
};

function stockAt(index: number): Document {
  const random = randomFor('stock', index);
  const shelves = Array.from({ length: random.integer(1, 3) }, (_, shelf) => ({
    shelf: `${random.pick(['A', 'B', 'Ä'])}-${shelf + 1}`,
    count: new Int32(random.integer(0, 400)),
    free: new Int32(random.integer(0, 20)),
  }));
  return { _id: sku(index), shelves, reserved: new Int32(random.integer(0, 9)) };
}
