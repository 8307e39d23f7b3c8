// How fast the shop's pages load: a time-series collection. Its measurements are the same on every load, but the server
// makes up the ids of the buckets that it packs them into.
import { type Document, Double, Int32 } from 'bson';
import { objectIdAt, type SampleCollection, scaled } from './sample-collection.ts';
import { randomFor } from './seeded-random.ts';

export const pageLoads: SampleCollection = {
  name: 'pageLoads',
  options: { timeseries: { timeField: 'at', metaField: 'page', granularity: 'minutes' } },
  indexes: [{ key: { 'page.path': 1, at: 1 }, name: 'path and time' }],
  documents: function* (scale) {
    const count = scaled(9000, scale);
    for (let index = 0; index < count; index += 1) yield pageLoadAt(index);
  },
};

const pages = ['/', '/panier', '/produits/thé-vert', '/werkzeug', '/文房具', '/checkout'];
const firstAt = Date.UTC(2026, 4, 1);

function pageLoadAt(index: number): Document {
  const random = randomFor('page load', index);
  const page = random.integer(0, pages.length - 1);
  return {
    _id: objectIdAt(firstAt, 5, index),
    at: new Date(firstAt + index * 47_000),
    page: { path: pages[page], region: random.pick(['eu-west', 'ap-northeast']) },
    millis: new Double(random.integer(800, 9000) / 10 + busy(index)),
    bytes: new Int32(random.integer(20_000, 900_000)),
    ...(random.chance(0.01) ? { error: 'délai dépassé' } : {}),
  };
}

/** Slower towards the evening, faster towards the morning. */
function busy(index: number): number {
  const minute = Math.floor((index * 47) / 60) % 1440;
  return Math.abs(720 - minute) / 4;
}
