// What buyers write: long texts in several scripts, a collation of the whole collection, a validator that only warns.
import { type Document, Int32 } from 'bson';
import { customerAt, customerCount } from './customers.ts';
import { productCount, sku } from './products.ts';
import { objectIdAt, type SampleCollection, scaled, shopOpenedAt } from './sample-collection.ts';
import { randomFor } from './seeded-random.ts';

export const reviews: SampleCollection = {
  name: 'reviews',
  options: {
    collation: { locale: 'fr', strength: 2, backwards: true },
    validator: { stars: { $gte: 1, $lte: 5 } },
    validationAction: 'warn',
  },
  indexes: [
    { key: { sku: 1, stars: -1 }, name: 'best reviews of a product' },
    {
      key: { sku: 1, customer: 1, writtenAt: 1 },
      name: 'one at a time',
      unique: true,
      collation: { locale: 'simple' },
    },
    { key: { helpful: -1 }, name: 'helpful', hidden: true },
    { key: { text: 'text' }, name: 'text', default_language: 'none', collation: { locale: 'simple' } },
  ],
  documents: function* (scale) {
    const count = scaled(5000, scale);
    for (let index = 0; index < count; index += 1) yield reviewAt(index, scale);
  },
};

const opinions = [
  'Très bien emballé, livré en deux jours. Je recommande vivement !',
  'Déçu : la couleur n’a rien à voir avec la photo…',
  'Genau das Richtige für kleine Räume. Nur die Anleitung ist dürftig.',
  'Größe passt, Qualität lässt zu wünschen übrig.',
  '思っていたよりずっと良かったです。また購入します。',
  '梱包が少し雑でした。商品自体は問題ありません。',
  'منتج ممتاز وتوصيل سريع، شكراً لكم.',
  'السعر مرتفع قليلاً لكن الجودة تستحق.',
  'Llegó tarde, pero el vendedor respondió enseguida. ¡Gracias!',
  'Polecam! Żona jest zachwycona, a ja też.',
  'Grand job. Would buy again 👍🏽',
  'Ürün güzel ama kargo ılık ılık bekletti.',
];

function reviewAt(index: number, scale: number): Document {
  const random = randomFor('review', index);
  const writtenAt = shopOpenedAt + index * 6_000_000 + random.integer(0, 5_000_000);
  return {
    _id: objectIdAt(writtenAt, 3, index),
    sku: sku(random.integer(0, productCount(scale) - 1)),
    customer: customerAt(random.integer(0, customerCount(scale) - 1))._id,
    stars: new Int32(random.integer(1, 5)),
    text: Array.from({ length: random.integer(1, 5) }, () => random.pick(opinions)).join('\n'),
    writtenAt: new Date(writtenAt),
    helpful: new Int32(random.integer(0, 40)),
    ...(random.chance(0.15)
      ? { reply: { by: 'shop', text: random.pick(['Merci !', 'Danke!', 'ありがとうございます']) } }
      : {}),
  };
}
