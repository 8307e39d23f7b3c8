// Who is signed in: UUIDs as keys, and a TTL index whose dates lie so far ahead that nothing expires by itself.
import { Binary, type Document } from 'bson';
import { customerAt, customerCount } from './customers.ts';
import { productCount, sku } from './products.ts';
import { type SampleCollection, scaled, uuidFrom } from './sample-collection.ts';
import { randomFor } from './seeded-random.ts';

export const sessions: SampleCollection = {
  name: 'sessions',
  indexes: [
    { key: { expiresAt: 1 }, name: 'expire', expireAfterSeconds: 0 },
    { key: { customer: 1 }, name: 'customer' },
  ],
  documents: function* (scale) {
    const count = scaled(1500, scale);
    for (let index = 0; index < count; index += 1) yield sessionAt(index, scale);
  },
};

function sessionAt(index: number, scale: number): Document {
  const random = randomFor('session', index);
  return {
    _id: uuidFrom(random),
    customer: random.chance(0.7) ? customerAt(random.integer(0, customerCount(scale) - 1))._id : null,
    expiresAt: new Date(Date.UTC(2099, 0, 1) + index * 60_000),
    digest: new Binary(random.bytes(16), Binary.SUBTYPE_MD5),
    cart: Array.from({ length: random.integer(0, 4) }, () => sku(random.integer(0, productCount(scale) - 1))),
  };
}
