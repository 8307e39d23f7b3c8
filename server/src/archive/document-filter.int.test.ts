// What the filter finds must be what a real server finds for the same filter.
import {
  Binary,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  EJSON,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { parseFilter } from './parse-filter.ts';

const values: readonly unknown[] = [
  ...[0, 1, -7, 2_147_483_647].map((value) => new Int32(value)),
  ...[0, -0, 1, 1.5, 0.1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 63].map((value) => new Double(value)),
  ...['0', '1', '9007199254740993', '9007199254740992', '-9223372036854775808'].map((text) => Long.fromString(text)),
  ...['0E+3', '1.00', '1.5', '0.1', '0.1000000000000000055511151231257827', 'NaN', 'Infinity', '9007199254740993'].map(
    (text) => Decimal128.fromString(text),
  ),
  ...['9223372036854775808', '1E+6000', '-7.0'].map((text) => Decimal128.fromString(text)),
  ...['', 'paid', 'Paid', 'ünï', '1', 'a\u0000b'],
  ...[null, true, false, new Date(0), new Date('2026-11-24'), new Timestamp({ t: 1, i: 2 })],
  ...[new ObjectId('507f1f77bcf86cd799439011'), new Binary(Buffer.from([1, 2])), new Binary(Buffer.alloc(16, 7), 4)],
  ...[new Code('f()'), new BSONSymbol('paid'), new MinKey(), new MaxKey()],
  ...[
    [],
    [null],
    [new Int32(1)],
    [new Int32(1), new Int32(2)],
    [[new Int32(1)]],
    [[]],
    ['paid', 'x'],
    [[[new Int32(1)]]],
  ],
  ...[
    {},
    { b: new Int32(1) },
    { b: new Double(1), c: 'x' },
    { c: 'x', b: new Double(1) },
    { b: null },
    { b: undefined },
  ],
  ...[{ b: { c: new Int32(1) } }, { b: [new Int32(1), { c: new Int32(1) }] }, { '0': new Int32(1) }, { '0': { b: 1 } }],
  ...[[{ b: 1 }], [{ b: 1 }, { c: 1 }], [{ c: 1 }], [[{ b: 1 }]], [{ b: [1, 2] }], [{ b: [{ c: 1 }] }], [1, { b: 1 }]],
  ...[[{ '0': 1 }], [{ '0': { b: 1 } }], [[1, 2], [3]], [{ b: { c: 1 } }, 5], [[], { b: 1 }]],
];

const documents: Record<string, unknown>[] = [{}, { b: 1 }, ...values.map((a) => ({ a }))].map((fields, _id) => ({
  _id,
  ...fields,
}));

const paths = ['a', 'a.b', 'a.0', 'a.0.b', 'a.b.c', 'a.1', 'a.0.0', 'a.b.0', 'a.b.1.c', 'a.0.b.c', 'a.c', 'b', '_id'];

let mongo: TestMongo;

beforeAll(async () => {
  mongo = await startReplicaSet();
  await mongo.client
    .db('look')
    .collection<{ _id: number }>('values')
    .insertMany(documents as { _id: number }[], { ignoreUndefined: true });
}, 120_000);

afterAll(async () => {
  await mongo?.stop();
});

it('finds what a server finds, for every kind of value at every kind of path', async () => {
  const collection = mongo.client.db('look').collection<{ _id: number }>('values');
  const stored = await collection.find({}, { raw: true }).sort({ _id: 1 }).toArray();
  const raws = stored.map((raw) => Buffer.from(raw as unknown as Uint8Array));
  const different: string[] = [];
  let matched = 0;
  for (const path of paths) {
    for (const value of [...values, 1, 2]) {
      const text = EJSON.stringify({ [path]: value }, { relaxed: false });
      const filter = parseFilter(text);
      const found = raws.flatMap((raw, _id) => (filter.matches(raw, 0) ? [_id] : []));
      const server = await collection
        .find({ [path]: value } as object, { projection: { _id: 1 }, sort: { _id: 1 } })
        .map(({ _id }) => Number(_id))
        .toArray();
      matched += server.length;
      if (found.join() !== server.join()) different.push(`${text}: ${found.join()} instead of ${server.join()}`);
    }
  }
  expect(different).toEqual([]);
  expect(matched).toBeGreaterThan(1_000);
});

it('asks all clauses of a filter', () => {
  const document = Buffer.from(serialize({ a: 1, b: [1, 2], c: { d: 'x' } }));
  expect(parseFilter('{}').matches(document, 0)).toBe(true);
  expect(parseFilter('{"a": 1, "b": 2, "c.d": "x"}').matches(document, 0)).toBe(true);
  expect(parseFilter('{"a": 1, "b": 2, "c.d": "y"}').matches(document, 0)).toBe(false);
  expect(parseFilter('{"b": 1, "b": 2}').matches(document, 0)).toBe(true);
});
