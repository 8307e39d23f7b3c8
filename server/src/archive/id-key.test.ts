import { Binary, Code, Decimal128, Double, Int32, Long, ObjectId, BSONSymbol as Symbol_, serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { idKey, idOf } from './id-key.ts';

function keyOf(id: unknown): string {
  const bytes = Buffer.from(serialize({ before: 1, _id: id }));
  const value = idOf(bytes, 0);
  if (value === undefined) throw new Error('there is no _id');
  return Buffer.from(idKey(value)).toString('hex');
}

describe('ids that the server holds to be equal have the same key', () => {
  it.each([
    ['an integer', [new Int32(5), new Double(5), Long.fromNumber(5), Decimal128.fromString('5.00')]],
    ['a fraction', [new Double(0.5), Decimal128.fromString('0.50')]],
    ['a large integer', [Long.fromString('9223372036854775807'), Decimal128.fromString('9223372036854775807')]],
    ['zero', [new Int32(0), new Double(-0), Decimal128.fromString('-0')]],
    ['NaN', [new Double(Number.NaN), Decimal128.fromString('NaN')]],
    ['a string', ['a', new Symbol_('a')]],
    [
      'a document',
      [
        { a: new Int32(1), b: ['x'] },
        { a: new Double(1), b: ['x'] },
      ],
    ],
  ])('%s', (_, ids) => {
    expect(new Set(ids.map(keyOf)).size).toBe(1);
  });
});

it('gives every other id a key of its own', () => {
  const oid = new ObjectId('64b0c0ffee64b0c0ffee64b0');
  const ids = [
    oid,
    oid.toHexString(),
    new ObjectId('64b0c0ffee64b0c0ffee64b1'),
    new Binary(oid.id),
    new Binary(oid.id, 4),
    new Code('a'),
    'a',
    'A',
    'ä',
    '',
    null,
    true,
    false,
    new Int32(1),
    new Double(1.5),
    new Double(0.1),
    Decimal128.fromString('0.1'),
    Long.fromString('9007199254740993'),
    Long.fromString('9007199254740992'),
    new Date(1),
    {},
    { a: new Int32(1), b: new Int32(2) },
    { b: new Int32(2), a: new Int32(1) },
    { a: { b: new Int32(1) } },
    { a: '1', b: '' },
    { a: '', b: '1' },
  ];
  expect(new Set(ids.map(keyOf)).size).toBe(ids.length);
});

it('finds no _id in a document without one, nor in one that only lies deeper', () => {
  expect(idOf(Buffer.from(serialize({ a: { _id: 1 } })), 0)).toBeUndefined();
});
