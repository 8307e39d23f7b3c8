// Pictures of products: documents that are large and do not compress.
import { Binary, type Document, Int32 } from 'bson';
import { productCount, sku } from './products.ts';
import { type SampleCollection, scaled } from './sample-collection.ts';
import { randomFor } from './seeded-random.ts';

export const photos: SampleCollection = {
  name: 'photos',
  indexes: [{ key: { sku: 1, position: 1 }, name: 'product' }],
  documents: function* (scale) {
    const count = scaled(240, scale);
    for (let index = 0; index < count; index += 1) yield photoAt(index, scale);
  },
};

function photoAt(index: number, scale: number): Document {
  const random = randomFor('photo', index);
  return {
    _id: `${sku(random.integer(0, productCount(scale) - 1))}/${index}.avif`,
    sku: sku(random.integer(0, productCount(scale) - 1)),
    position: new Int32(index % 4),
    alternativeText: random.pick(['Vue de face', 'Seitenansicht', '正面', 'منظر أمامي']),
    data: new Binary(random.bytes(random.integer(8_000, 40_000))),
  };
}
