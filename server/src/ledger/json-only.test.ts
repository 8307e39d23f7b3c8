import { deserialize, Long, ObjectId, serialize } from 'bson';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonOnly } from './json-only.ts';

const { json } = fc.letrec((tie) => ({
  json: fc.oneof({ depthSize: 'small' }, tie('leaf'), fc.array(tie('json')), tie('object')),
  leaf: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ min: -1e15, max: 1e15, noNaN: true }).map((value) => value || 0),
    fc.string({ unit: 'grapheme' }),
  ),
  object: fc.dictionary(
    fc.string({ unit: 'grapheme' }).filter((key) => !key.includes('\0')),
    tie('json'),
    {
      noNullPrototype: true,
    },
  ),
}));

test('copies any JSON value unchanged, and so does BSON', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(jsonOnly(value)).toStrictEqual(value);
      expect(deserialize(serialize({ value: jsonOnly(value) })).value).toStrictEqual(value);
    }),
  );
});

test('leaves out fields that are undefined, at every depth', () => {
  expect(jsonOnly({ a: 1, b: undefined, c: [{ d: undefined, e: null }] })).toStrictEqual({ a: 1, c: [{ e: null }] });
});

test('turns minus zero into zero, which is what its canonical text says', () => {
  expect(Object.is(jsonOnly(-0), 0)).toBe(true);
});

test.each([
  ['a lone surrogate', { data: { message: 'x\ud83d' } }, '$.data.message'],
  ['a lone surrogate in a key', { data: { '\ud83d': 1 } }, '$.data'],
  ['a NUL in a key', { data: { 'a\0b': 1 } }, '$.data'],
  ['an integer beyond 2^53', { data: { bytes: 2 ** 53 } }, '$.data.bytes'],
  ['not a number', { data: [Number.NaN] }, '$.data[0]'],
  ['infinity', { data: Number.POSITIVE_INFINITY }, '$.data'],
  ['a date', { at: new Date(0) }, '$.at'],
  ['a 64-bit integer', { data: { n: Long.fromNumber(1) } }, '$.data.n'],
  ['an ObjectId', { _id: new ObjectId() }, '$._id'],
  ['a bigint', { n: 1n }, '$.n'],
  ['undefined in an array', { list: [undefined] }, '$.list[0]'],
])('refuses %s and names the field', (_, value, path) => {
  expect(() => jsonOnly(value)).toThrow(`${path}: `);
});
