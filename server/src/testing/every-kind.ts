// A database with every kind of collection, option, index and value that a restore must bring back as it was. The sample shop
// has most of them as a shop would; here are those at the edges.
import { Decimal128, Double, EJSON, Int32, Long, MaxKey, MinKey, Timestamp } from 'bson';
import type { CreateCollectionOptions, Db, Document, IndexDescription, MongoClient } from 'mongodb';

interface Kind {
  readonly name: string;
  readonly options?: CreateCollectionOptions & { readonly expireAfterSeconds?: number };
  readonly indexes?: readonly IndexDescription[];
  readonly documents?: readonly Document[];
}

/**
 * Fills an empty database. The server's TTL monitor has to be off: some documents have expired long ago. Needs MongoDB 6.0.
 */
export async function createEveryKind(client: MongoClient, database: string): Promise<void> {
  const db = client.db(database);
  for (const { name, options, indexes, documents = [] } of kinds()) {
    await db.createCollection(name, options);
    if (documents.length > 0) await db.collection(name).insertMany([...documents], { forceServerObjectId: true });
    if (indexes) await db.collection(name).createIndexes([...indexes]);
  }
  await db.command({ collMod: 'hidden', index: { name: 'seen', hidden: true } });
  await unlikeItsValidator(db);
}

/** The validator came after a document that it refuses. */
async function unlikeItsValidator(db: Db): Promise<void> {
  await db.createCollection('validated');
  await db.collection('validated').insertMany([
    { _id: 1, total: 5 },
    { _id: 2, total: 'five' },
  ] as Document[]);
  const validator = {
    $jsonSchema: { bsonType: 'object', required: ['total'], properties: { total: { bsonType: 'int' } } },
  };
  await db.command({ collMod: 'validated', validator, validationLevel: 'moderate', validationAction: 'error' });
}

function kinds(): Kind[] {
  return [...collections(), ...indexed(), ...values(), ...views()];
}

const french = { locale: 'fr', strength: 2, backwards: true } as const;
const longAgo = new Date('2001-01-01T00:00:00Z');

function collections(): Kind[] {
  return [
    { name: 'plain', documents: numbered(300) },
    { name: 'empty' },
    { name: 'capped', options: { capped: true, size: 1_048_576, max: 50 }, documents: numbered(70) },
    {
      name: 'clustered',
      options: { clusteredIndex: { key: { _id: 1 }, unique: true, name: 'by key' } },
      documents: numbered(20),
    },
    {
      name: 'clusteredExpiring',
      options: { clusteredIndex: { key: { _id: 1 }, unique: true }, expireAfterSeconds: 60 },
      documents: [{ _id: longAgo, what: 'expired' }],
    },
    {
      name: 'measurements',
      options: {
        timeseries: { timeField: 'at', metaField: 'sensor', granularity: 'minutes' },
        expireAfterSeconds: 1_500_000_000,
      },
      indexes: [{ key: { 'sensor.room': 1, at: -1 }, name: 'room' }],
      documents: measurements(),
    },
    {
      name: 'collated',
      options: { collation: french },
      indexes: [{ key: { name: 1 }, name: 'name', collation: french }],
      documents: [{ _id: 'côte' }, { _id: 'coté' }],
    },
    { name: 'preImages', options: { changeStreamPreAndPostImages: { enabled: true } }, documents: numbered(3) },
    { name: 'a.name.with.dots', documents: numbered(3) },
    { name: 'größe · 寸法 · ✓', documents: numbered(3) },
    { name: `long.${'n'.repeat(200)}`, documents: numbered(3) },
  ];
}

function indexed(): Kind[] {
  return [
    {
      name: 'unique',
      indexes: [{ key: { a: 1, b: -1 }, name: 'both', unique: true, sparse: true }],
      documents: [
        { _id: 1, a: 1, b: 1 },
        { _id: 2, a: 1, b: 2 },
      ],
    },
    {
      name: 'partial',
      indexes: [
        { key: { price: 1 }, name: 'dear', partialFilterExpression: { price: { $gt: new Int32(100) } }, unique: true },
        {
          key: { size: 1 },
          name: 'sized',
          partialFilterExpression: {
            size: { $eq: { w: new Int32(2), h: new Int32(1) } },
            price: { $gt: new Int32(1) },
          },
        },
      ],
      documents: [
        { _id: 1, price: 5 },
        { _id: 2, price: 5 },
        { _id: 3, price: 500 },
      ],
    },
    {
      name: 'expiring',
      indexes: [{ key: { at: 1 }, name: 'gone', expireAfterSeconds: 60 }],
      documents: [{ _id: 1, at: longAgo }, { _id: 2, at: new Date('2999-01-01') }, { _id: 3 }],
    },
    {
      name: 'text',
      indexes: [
        {
          key: { title: 'text', body: 'text' },
          name: 'words',
          weights: { title: 9, body: 2 },
          default_language: 'french',
          language_override: 'tongue',
        },
      ],
      documents: [{ _id: 1, title: 'été', body: 'chaud' }],
    },
    {
      name: 'places',
      indexes: [
        { key: { at: '2dsphere', kind: 1 }, name: 'near' },
        { key: { flat: '2d' }, name: 'flat', bits: 20, min: -500, max: 500 },
      ],
      documents: [{ _id: 1, at: { type: 'Point', coordinates: [2.35, 48.85] }, flat: [1, 2], kind: 'city' }],
    },
    {
      name: 'wild',
      indexes: [
        { key: { '$**': 1 }, name: 'everything', wildcardProjection: { secret: 0 } },
        { key: { 'attributes.$**': 1 }, name: 'attributes' },
      ],
      documents: [{ _id: 1, attributes: { a: 1 } }],
    },
    { name: 'hashed', indexes: [{ key: { user: 'hashed' }, name: 'spread' }], documents: numbered(5) },
    { name: 'hidden', indexes: [{ key: { n: 1 }, name: 'seen' }], documents: numbered(5) },
  ];
}

function values(): Kind[] {
  return [
    { name: 'dates', documents: instants().map((at, index) => ({ _id: index, at })) },
    {
      name: 'numbers',
      documents: [
        new Double(-0),
        new Double(Number.NaN),
        new Double(1),
        Decimal128.fromString('1.500'),
        Decimal128.fromString('NaN'),
        Long.MIN_VALUE,
      ].map((n, index) => ({ _id: index, n })),
    },
    {
      name: 'keys',
      documents: [null, new MinKey(), new MaxKey(), new Timestamp({ t: 1, i: 2 }), { b: 1, a: 2 }, ''].map((_id) => ({
        _id,
      })),
    },
    {
      name: 'fields',
      documents: [{ _id: 1, '': 'empty name', 'with.dot': 1, $price: 2, nested: { '': { '': null }, é́: '́' } }],
    },
    { name: 'timestamps', documents: [{ _id: 1, inside: { at: new Timestamp({ t: 0, i: 0 }) } }] },
    { name: 'large', documents: [{ _id: 1, text: 'x'.repeat(16 * 1024 * 1024 - 64) }] },
  ];
}

function views(): Kind[] {
  return [
    {
      name: 'aViewOnAView',
      options: { viewOn: 'zView', pipeline: [{ $match: { n: { $lt: 5 } } }], collation: french },
    },
    { name: 'zView', options: { viewOn: 'plain', pipeline: [{ $project: { n: 1 } }], collation: french } },
    {
      name: 'overMeasurements',
      options: { viewOn: 'measurements', pipeline: [{ $group: { _id: '$sensor.room', n: { $sum: 1 } } }] },
    },
    {
      name: 'joined',
      options: {
        viewOn: 'unique',
        pipeline: [{ $lookup: { from: 'plain', localField: 'a', foreignField: '_id', as: 'plain' } }],
      },
    },
  ];
}

function numbered(count: number): Document[] {
  return Array.from({ length: count }, (_, index) => ({ _id: index, n: new Int32(index), text: `number ${index}` }));
}

function measurements(): Document[] {
  return Array.from({ length: 200 }, (_, index) => ({
    at: new Date(Date.UTC(2026, 0, 1) + index * 30_000),
    sensor: { room: `room ${index % 4}` },
    celsius: new Double(20 + index / 10),
  }));
}

/** Before 1970, after 9999, and at the ends of what a date can be. */
function instants(): unknown[] {
  const ends = ['-62135596800000', '253402300800000', '-9223372036854775808', '9223372036854775807'];
  const beyond = ends.map(
    (milliseconds) => EJSON.parse(`{"at":{"$date":{"$numberLong":"${milliseconds}"}}}`, { relaxed: false }).at,
  );
  return [new Date('1969-12-31T23:59:59.999Z'), new Date(0), ...beyond];
}
