// The shop's few places on land: geometry of several kinds, an older flat index, pre-images (server 6.0 and later).
import { type Document, Double } from 'bson';
import { locales } from './people.ts';
import type { SampleCollection } from './sample-collection.ts';

export const stores: SampleCollection = {
  name: 'stores',
  options: { changeStreamPreAndPostImages: { enabled: true } },
  indexes: [
    { key: { area: '2dsphere' }, name: 'area' },
    { key: { flat: '2d' }, name: 'flat', bits: 26, min: -180, max: 180 },
  ],
  documents: () => locales.flatMap(({ cities, country }) => cities.map((city) => store(country, city.name, city.at))),
};

function store(country: string, city: string, [longitude, latitude]: readonly [number, number]): Document {
  const corner = (east: number, north: number) => [new Double(longitude + east), new Double(latitude + north)];
  return {
    _id: { country, city },
    name: `Boutique ${city}`,
    flat: corner(0, 0),
    area: {
      type: 'Polygon',
      coordinates: [[corner(0, 0), corner(0.25, 0), corner(0.25, 0.25), corner(0, 0.25), corner(0, 0)]],
    },
    hours: { weekdays: ['09:00', '19:00'], sunday: country === 'EG' ? ['10:00', '16:00'] : null },
  };
}
