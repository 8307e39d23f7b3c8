// Who buys: unique e-mail addresses, a place on the map, a validator, and optional fields that only some have.
import { type Document, Int32, Long } from 'bson';
import { fullName, locales, streetLine } from './people.ts';
import { objectIdAt, type SampleCollection, scaled, shopOpenedAt } from './sample-collection.ts';
import { randomFor, type SeededRandom } from './seeded-random.ts';

const hour = 3_600_000;

export const customers: SampleCollection = {
  name: 'customers',
  options: {
    validator: {
      $jsonSchema: {
        bsonType: 'object',
        required: ['name', 'email', 'address', 'registeredAt'],
        properties: {
          name: { bsonType: 'object', required: ['full'] },
          email: { bsonType: 'string', pattern: '^[^@]+@[^@]+$' },
          registeredAt: { bsonType: 'date' },
          loyaltyPoints: { bsonType: ['int', 'long'], minimum: 0 },
        },
      },
    },
    validationLevel: 'moderate',
    validationAction: 'error',
  },
  indexes: [
    { key: { email: 1 }, name: 'email', unique: true, collation: { locale: 'en', strength: 2 } },
    { key: { 'address.position': '2dsphere' }, name: 'position' },
    {
      key: { 'name.family': 1, 'name.given': 1 },
      name: 'name in German order',
      collation: { locale: 'de', strength: 1 },
    },
    { key: { loyaltyPoints: -1 }, name: 'best customers', partialFilterExpression: { loyaltyPoints: { $gt: 5000 } } },
    { key: { phone: 1 }, name: 'phone', unique: true, sparse: true },
  ],
  documents: function* (scale) {
    for (let index = 0; index < customerCount(scale); index += 1) yield customerAt(index);
  },
};

/** How many customers the shop has. */
export function customerCount(scale: number): number {
  return scaled(3000, scale);
}

/** The `index`-th customer, whatever the scale. */
export function customerAt(index: number): Document {
  const random = randomFor('customer', index);
  const locale = random.pick(locales);
  const city = random.pick(locale.cities);
  const [given, family] = [random.pick(locale.given), random.pick(locale.family)];
  const registeredAt = shopOpenedAt + index * hour + random.integer(0, hour - 1);
  return {
    _id: objectIdAt(registeredAt, 1, index),
    name: { given, family, full: fullName(locale, given, family) },
    email: `customer.${index}@${locale.country.toLowerCase()}.example`,
    locale: `${locale.language}-${locale.country}`,
    currency: locale.currency,
    address: {
      street: streetLine(locale, random),
      postalCode: city.postalCode,
      city: city.name,
      country: locale.country,
      position: { type: 'Point', coordinates: city.at.map((degrees) => nearby(degrees, random)) },
    },
    registeredAt: new Date(registeredAt),
    ...(random.chance(0.6) ? { phone: `+${random.integer(20, 98)} ${String(100_000_000 + index * 7)}` } : {}),
    ...(random.chance(0.7) ? { loyaltyPoints: points(random) } : {}),
    consents: { newsletter: random.chance(0.4), profiling: random.chance(0.2) ? null : false },
    tags: random.chance(0.3) ? [random.pick(['vip', 'b2b', 'retour fréquent', '常連', '🎁'])] : [],
  };
}

/** Five decimals, about a metre: whole numbers stay exact and never depend on rounding. */
function nearby(degrees: number, random: SeededRandom): number {
  return Math.round(degrees * 100_000 + random.integer(-4000, 4000)) / 100_000;
}

function points(random: SeededRandom): Int32 | Long {
  return random.chance(0.02) ? Long.fromString('9007199254740993') : new Int32(random.integer(0, 9000));
}
