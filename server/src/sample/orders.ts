// The heart of the shop: embedded lines, exact totals, and what happened to each order.
import { type Document, Int32, Long } from 'bson';
import { customerAt, customerCount } from './customers.ts';
import { priceCents, productCount, productName, sku } from './products.ts';
import { money, objectIdAt, type SampleCollection, scaled, shopClosedAt, shopOpenedAt } from './sample-collection.ts';
import { randomFor, type SeededRandom } from './seeded-random.ts';

export const orders: SampleCollection = {
  name: 'orders',
  options: {
    validator: {
      $and: [
        {
          $jsonSchema: {
            required: ['number', 'customer', 'lines', 'total', 'placedAt'],
            properties: { lines: { minItems: 1 } },
          },
        },
        { status: { $in: ['open', 'paid', 'shipped', 'delivered', 'returned'] } },
      ],
    },
    validationLevel: 'strict',
    validationAction: 'error',
  },
  indexes: [
    { key: { number: 1 }, name: 'number', unique: true },
    { key: { 'customer._id': 1, placedAt: -1 }, name: 'customer, newest first' },
    { key: { placedAt: 1 }, name: 'placedAt' },
    { key: { 'lines.sku': 1, status: 1 }, name: 'sku and status' },
    { key: { placedAt: 1 }, name: 'open orders', partialFilterExpression: { status: 'open' } },
    { key: { 'delivery.tracking': 1 }, name: 'tracking', sparse: true },
  ],
  documents: function* (scale) {
    const count = scaled(8000, scale);
    for (let index = 0; index < count; index += 1) yield orderAt(index, count, scale);
  },
};

interface Line {
  readonly sku: string;
  readonly name: string;
  readonly quantity: Int32;
  readonly unitCents: number;
}

function orderAt(index: number, count: number, scale: number): Document {
  const random = randomFor('order', index);
  const step = Math.floor((shopClosedAt - shopOpenedAt) / count);
  const placedAt = shopOpenedAt + index * step + random.integer(0, step - 1);
  const customer = customerAt(random.integer(0, customerCount(scale) - 1));
  const lines = Array.from({ length: random.integer(1, 7) }, () => line(random, scale));
  const totalCents = lines.reduce((sum, { unitCents, quantity }) => sum + unitCents * quantity.value, 0);
  const status = random.pick(['open', 'paid', 'shipped', 'delivered', 'delivered', 'delivered', 'returned']);
  return {
    _id: objectIdAt(placedAt, 2, index),
    number: Long.fromNumber(202_500_000_000 + index),
    customer: { _id: customer._id, name: customer.name.full, email: customer.email },
    status,
    placedAt: new Date(placedAt),
    lines: lines.map(({ unitCents, ...rest }) => ({ ...rest, unitPrice: money(unitCents), options: options(random) })),
    total: money(totalCents),
    vat: { rate: money(1900), amount: money(Math.trunc((totalCents * 19) / 119)) },
    ...(['shipped', 'delivered'].includes(status) ? { delivery: delivery(random, placedAt, customer.address) } : {}),
    history: history(status, placedAt, random),
    ...(random.chance(0.1)
      ? { note: random.pick(['À laisser chez le gardien', 'Bitte klingeln!', '玄関前に置いてください']) }
      : {}),
  };
}

function line(random: SeededRandom, scale: number): Line {
  const product = random.integer(0, productCount(scale) - 1);
  const quantity = new Int32(random.integer(1, 4));
  return { sku: sku(product), name: productName(product), quantity, unitCents: priceCents(product) };
}

function options(random: SeededRandom): Document | [] {
  return random.chance(0.2) ? { giftWrap: true, message: random.pick(['Bon anniversaire 🎂', 'おめでとう', '']) } : [];
}

function delivery(random: SeededRandom, placedAt: number, address: Document): Document {
  return {
    carrier: random.pick(['La Poste', 'DHL', 'ヤマト運輸', 'An Post']),
    tracking: random.bytes(9).toString('hex').toUpperCase(),
    to: { street: address.street, city: address.city, country: address.country },
    promisedFor: new Date(placedAt + random.integer(2, 9) * 86_400_000),
  };
}

function history(status: string, placedAt: number, random: SeededRandom): Document[] {
  const steps = ['open', 'paid', 'shipped', 'delivered', 'returned'];
  let at = placedAt;
  return steps.slice(0, steps.indexOf(status) + 1).map((to) => {
    const entry = { to, at: new Date(at) };
    at += random.integer(1, 90) * 1_800_000;
    return entry;
  });
}
