// What the shop's software logs: a capped collection, whose order is the order of insertion.
import { type Document, Int32, Long, Timestamp } from 'bson';
import { customerAt, customerCount } from './customers.ts';
import { objectIdAt, type SampleCollection, scaled, shopOpenedAt } from './sample-collection.ts';
import { randomFor, type SeededRandom } from './seeded-random.ts';

export const events: SampleCollection = {
  name: 'events',
  options: { capped: true, size: 8 * 1024 * 1024, max: 50_000 },
  indexes: [{ key: { kind: 1, at: -1 }, name: 'kind, newest first' }],
  documents: function* (scale) {
    const count = scaled(4000, scale);
    for (let index = 0; index < count; index += 1) yield eventAt(index, scale);
  },
};

function eventAt(index: number, scale: number): Document {
  const random = randomFor('event', index);
  const at = shopOpenedAt + index * 7_200_000 + random.integer(0, 7_000_000);
  return {
    _id: objectIdAt(at, 4, index),
    kind: random.pick(['signed-in', 'signed-out', 'cart-changed', 'payment-refused', 'e-mail-sent']),
    at: new Date(at),
    clock: new Timestamp({ t: Math.floor(at / 1000), i: index + 1 }),
    sequence: Long.fromNumber(index),
    customer: customerAt(random.integer(0, customerCount(scale) - 1))._id,
    from: {
      address: address(random),
      agent: random.pick(['Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.9', 'ShopApp/3.2 (iOS)']),
    },
    tookMs: new Int32(random.integer(1, 900)),
  };
}

/** From the ranges kept for documentation. */
function address(random: SeededRandom): string {
  return random.chance(0.3)
    ? `2001:db8::${random.integer(1, 0xffff).toString(16)}`
    : `203.0.113.${random.integer(1, 254)}`;
}
