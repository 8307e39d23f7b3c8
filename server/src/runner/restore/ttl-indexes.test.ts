import { describe, expect, it } from 'vitest';
import { expiriesOf, stagedMetadata, stagedShape, ttlWay } from './ttl-indexes.ts';

const byDate = {
  v: { $numberInt: '2' },
  key: { at: { $numberInt: '1' } },
  name: 'at_1',
  expireAfterSeconds: { $numberInt: '3600' },
};
const byNumber = { v: { $numberInt: '2' }, key: { n: { $numberInt: '1' } }, name: 'n_1' };
const collection = { type: 'collection', options: {}, indexes: [byDate, byNumber] } as const;
const where = { database: 'shop', live: 'sessions' };

it.each([
  ['5.1.0', null, 'convert'],
  ['6.0.5', '6.0', 'convert'],
  ['6.0.5', '5.0', 'create'],
  ['5.0.31', null, 'create'],
  ['4.4.29', '4.4', 'create'],
] as const)('a server %s of feature version %s: %s', (version, featureCompatibilityVersion, way) => {
  expect(ttlWay({ version, featureCompatibilityVersion }, 'build')).toBe(way);
  expect(ttlWay({ version, featureCompatibilityVersion }, 'leave-out')).toBe('leave-out');
});

describe('while staged', () => {
  const metadata = `{"indexes":[{"v":2,"key":{"at":1},"name":"at_1","expireAfterSeconds":{"$numberInt":"3600"}},{"v":2,"key":{"n":1},"name":"n_1"}],"options":{"expireAfterSeconds":{"$numberLong":"9"},"validator":{"expireAfterSeconds":1}},"collectionName":"sessions"}`;

  it.each(['convert', 'leave-out'] as const)('%s: an ordinary index stands for it', (way) => {
    expect(stagedMetadata(metadata, collection, way)).toBe(
      '{"indexes":[{"v":2,"key":{"at":1},"name":"at_1"},{"v":2,"key":{"n":1},"name":"n_1"}],"options":{"validator":{"expireAfterSeconds":1}},"collectionName":"sessions"}',
    );
    const { expireAfterSeconds: _, ...ordinary } = byDate;
    expect(stagedShape(collection, way).indexes).toStrictEqual([ordinary, byNumber]);
  });

  it.each([
    ['create', 'collection'],
    ['convert', 'timeseries'],
  ] as const)('%s, of a %s: the index is left out', (way, type) => {
    expect(stagedMetadata(metadata, { ...collection, type }, way)).toBe(
      '{"indexes":[{"v":2,"key":{"n":1},"name":"n_1"}],"options":{"validator":{"expireAfterSeconds":1}},"collectionName":"sessions"}',
    );
    expect(stagedShape({ ...collection, type }, way).indexes).toStrictEqual([byNumber]);
  });

  it('leaves metadata that is not there alone', () => {
    expect(stagedMetadata('', collection, 'convert')).toBe('');
  });
});

describe('what is made at the end', () => {
  it('names indexes and seconds, whatever number type the backup has them in', () => {
    const options = { expireAfterSeconds: { $numberLong: '86400' }, clusteredIndex: true };
    expect(expiriesOf({ ...collection, options }, where, 'convert')).toStrictEqual([
      { ...where, index: null, seconds: 86_400 },
      { ...where, index: 'at_1', seconds: 3_600 },
    ]);
  });

  it('holds the whole of an index that is not there yet', () => {
    const [one] = expiriesOf(collection, where, 'create');
    expect(JSON.parse(one?.definition ?? '')).toStrictEqual(byDate);
    const options = { collation: { locale: 'fr' } };
    const [simple] = expiriesOf({ ...collection, options }, where, 'create');
    expect(JSON.parse(simple?.definition ?? '')).toStrictEqual({ ...byDate, collation: { locale: 'simple' } });
    const french = { ...byDate, collation: { locale: 'fr' } };
    const [own] = expiriesOf({ ...collection, options, indexes: [french] }, where, 'create');
    expect(JSON.parse(own?.definition ?? '')).toStrictEqual(french);
  });

  it('is nothing where they are left out', () => {
    expect(expiriesOf(collection, where, 'leave-out')).toStrictEqual([]);
  });

  it.each([
    [{ $numberDouble: 'NaN' }, 2_147_483_647],
    [{ $numberDouble: '1.5' }, 1],
    [{ $numberLong: '99999999999' }, 2_147_483_647],
    [{ $numberInt: '-1' }, 0],
    [7, 7],
  ])('takes %j for %d seconds', (expireAfterSeconds, seconds) => {
    const indexes = [{ ...byDate, expireAfterSeconds }];
    expect(expiriesOf({ ...collection, indexes }, where, 'convert')[0]?.seconds).toBe(seconds);
  });
});
