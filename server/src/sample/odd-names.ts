// Collections that are awkward by their names or by having nothing in them.
import { type Document, Int32 } from 'bson';
import { objectIdAt, type SampleCollection, scaled, shopOpenedAt } from './sample-collection.ts';
import { randomFor } from './seeded-random.ts';

const year = 365 * 86_400_000;

/** An empty collection with an index: a backup that forgets it looks complete. */
export const returns: SampleCollection = {
  name: 'returns',
  indexes: [{ key: { order: 1 }, name: 'order', unique: true }],
  documents: () => [],
};

/** A name with dots, which is not a path. */
export const formerOrders: SampleCollection = {
  name: 'archive.2024.orders',
  indexes: [{ key: { soldAt: 1 }, name: 'soldAt' }],
  documents: function* (scale) {
    const count = scaled(1200, scale);
    for (let index = 0; index < count; index += 1) yield formerOrderAt(index);
  },
};

/** A name in another alphabet, keys that differ only in their accents. */
export const sizes: SampleCollection = {
  name: 'größen · 寸法',
  documents: () =>
    ['petit', 'Petit', 'pétit', 'groß', 'gross', 'GROSS', '大', '小', 'ﬁn', 'fin'].map((name, rank) => ({
      _id: name,
      rank: new Int32(rank),
    })),
};

function formerOrderAt(index: number): Document {
  const random = randomFor('former order', index);
  const soldAt = shopOpenedAt - year + index * 600_000;
  return {
    _id: objectIdAt(soldAt, 6, index),
    soldAt: new Date(soldAt),
    text: `Commande n° ${index}`,
    cents: new Int32(random.integer(500, 90_000)),
  };
}
