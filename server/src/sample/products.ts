// What is sold: exact prices, free-form attributes (wildcard index), full text in several languages.
import { type Decimal128, type Document, Double, Int32 } from 'bson';
import { money, type SampleCollection, scaled, shopOpenedAt } from './sample-collection.ts';
import { randomFor, type SeededRandom } from './seeded-random.ts';

export const products: SampleCollection = {
  name: 'products',
  indexes: [
    {
      key: { name: 'text', description: 'text' },
      name: 'full text',
      weights: { name: 10, description: 2 },
      default_language: 'french',
      language_override: 'language',
    },
    { key: { 'attributes.$**': 1 }, name: 'any attribute' },
    { key: { category: 1, price: -1 }, name: 'category, dearest first' },
    { key: { ean: 1 }, name: 'ean', unique: true },
    { key: { supplier: 'hashed' }, name: 'supplier' },
    { key: { discontinued: 1 }, name: 'discontinued', hidden: true },
  ],
  documents: function* (scale) {
    for (let index = 0; index < productCount(scale); index += 1) yield productAt(index);
  },
};

interface Kind {
  readonly category: string;
  readonly language: string;
  readonly names: readonly string[];
  readonly sentences: readonly string[];
}

const kinds: readonly Kind[] = [
  {
    category: 'Thé & café',
    language: 'french',
    names: ['Thé vert à la menthe', 'Café torréfié à l’ancienne', 'Infusion « Nuit d’été »', 'Chaï épicé'],
    sentences: [
      'Cueilli à la main à 1 800 mètres.',
      'Notes de châtaigne et d’agrumes.',
      'Sachets sans plastique, 100 % maïs.',
    ],
  },
  {
    category: 'Werkzeug',
    language: 'german',
    names: [
      'Schraubenschlüsselsatz',
      'Fußbodenschleifmaschine',
      'Akkubohrer für Links\u00adhänder',
      'Zollstock aus Buche',
    ],
    sentences: ['Geschmiedet in Solingen.', 'Mit 10 Jahren Gewährleistung.', 'Für Größen von 6 bis 32 mm.'],
  },
  {
    category: '文房具',
    language: 'none',
    names: ['万年筆「月光」', '和紙ノート', '消せるボールペン', '桜の便箋'],
    sentences: ['書き心地はなめらか。', '越前和紙を使用しています。', '贈り物にも最適です。'],
  },
  {
    category: 'منسوجات',
    language: 'none',
    names: ['سجادة صوف يدوية', 'وشاح قطن مصري', 'غطاء وسادة مطرز'],
    sentences: ['قطن مصري طويل التيلة.', 'نسج يدوي من الفيوم.', 'يغسل بماء بارد.'],
  },
  {
    category: 'Books',
    language: 'english',
    names: ['A Field Guide to Lighthouses', 'The Naïve Gardener', 'Restoring Old Radios', 'Knots, Hitches & Bends'],
    sentences: [
      'Second edition, revised.',
      'With 120 plates in colour.',
      '“A delight” — Galway Review.',
      'Signed by the author.',
    ],
  },
];

/** How many products the shop has. */
export function productCount(scale: number): number {
  return scaled(1200, scale);
}

/** The `index`-th product's key, `SKU-00042`. */
export function sku(index: number): string {
  return `SKU-${String(index).padStart(5, '0')}`;
}

/** The `index`-th product's price in cents. */
export function priceCents(index: number): number {
  return randomFor('price', index).integer(190, 49_900);
}

/** The `index`-th product's name. */
export function productName(index: number): string {
  const kind = kindOf(index);
  return `${randomFor('product name', index).pick(kind.names)} ${index % 97}`;
}

/** The `index`-th product, whatever the scale. */
export function productAt(index: number): Document {
  const random = randomFor('product', index);
  const kind = kindOf(index);
  return {
    _id: sku(index),
    name: productName(index),
    language: kind.language,
    category: kind.category,
    description: Array.from({ length: random.integer(4, 9) }, () => random.pick(kind.sentences)).join(' '),
    price: money(priceCents(index)),
    priceHistory: Array.from({ length: random.integer(0, 5) }, (_, step) => formerPrice(random, step)),
    attributes: attributes(random),
    dimensions: { heightCm: new Double(random.integer(1, 90)), weightKg: new Double(random.integer(1, 999) / 100) },
    stars: new Double(random.integer(2, 10) / 2),
    ean: `40${String(12_345_678_901 + index * 13).padStart(11, '0')}`,
    supplier: `supplier-${random.integer(1, 40)}`,
    discontinued: random.chance(0.05),
  };
}

function kindOf(index: number): Kind {
  return randomFor('product kind', index).pick(kinds);
}

function formerPrice(random: SeededRandom, step: number): { until: Date; price: Decimal128 } {
  return { until: new Date(shopOpenedAt - (6 - step) * 30 * 86_400_000), price: money(random.integer(150, 52_000)) };
}

/** Different for every product, as shops have them: what a wildcard index is for. */
function attributes(random: SeededRandom): Document {
  const colour = random.pick(['écarlate', 'grün', '藍色', 'أزرق', 'off-white']);
  return {
    colour,
    ...(random.chance(0.5) ? { voltage: new Int32(random.pick([12, 110, 230])) } : {}),
    ...(random.chance(0.3) ? { 'größe (cm)': { höhe: new Double(random.integer(1, 40)), breite: new Int32(7) } } : {}),
    ...(random.chance(0.2) ? { certificates: ['CE', random.pick(['TÜV', 'PSE', 'GOTS'])] } : {}),
    ...(random.chance(0.1) ? { custom: {} } : {}),
  };
}
