import { Binary, Double, Int32, Long, ObjectId, serialize, Timestamp } from 'bson';
import fc from 'fast-check';
import type { GeneratedNamespace } from './generated-dump.ts';

const bsonValue = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.integer().map((value) => new Int32(value)),
  fc.double().map((value) => new Double(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.uint8Array({ maxLength: 200 }).map((value) => new Binary(value)),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((value) => new ObjectId(value)),
  fc.date({ noInvalidDate: true }),
  fc.constant(null),
  fc.boolean(),
  fc.constant(new Timestamp({ t: 7, i: 1 })),
  fc.array(fc.integer(), { maxLength: 5 }),
);

/** Raw BSON documents, from empty ones on. */
export const bsonDocument = fc
  .dictionary(
    fc.string({ unit: 'grapheme', maxLength: 8 }).filter((key) => !key.includes('\0')),
    bsonValue,
    { maxKeys: 6 },
  )
  .map((document) => serialize(document));

const name = fc.constantFrom(
  'a',
  'orders',
  'with.dots.in',
  'Ünï-∂é',
  '$odd name',
  'x'.repeat(220),
  'system.views',
  '人'.repeat(70),
);

/** Namespaces of several types, each once. */
export const generatedNamespaces: fc.Arbitrary<GeneratedNamespace[]> = fc
  .uniqueArray(
    fc.record({
      database: fc.constantFrom('shop', 'admin', 'ünï', 'x'.repeat(60)),
      collection: name,
      type: fc.constantFrom('collection', 'view', 'timeseries'),
      documents: fc.array(bsonDocument, { maxLength: 12 }),
    }),
    { selector: ({ database, collection }) => `${database}.${collection}`, maxLength: 6 },
  )
  .map(
    (namespaces) =>
      namespaces.map((one) => (one.type === 'view' ? { ...one, documents: [] } : one)) as GeneratedNamespace[],
  );

/** The bytes in chunks of the given sizes. */
export async function* chunked(bytes: Buffer, sizes: Iterable<number>): AsyncGenerator<Buffer> {
  const next = sizes[Symbol.iterator]();
  let at = 0;
  while (at < bytes.length) {
    const size = next.next().value ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
