import { describe, expect, it } from 'vitest';
import { type CollectionShape, shapeDifferences, shapeText } from './collection-shape.ts';

const int = (n: number) => ({ $numberInt: String(n) });
const long = (n: number) => ({ $numberLong: String(n) });
const double = (text: string) => ({ $numberDouble: text });
const shape = (change: Partial<CollectionShape> = {}): CollectionShape => ({
  type: 'collection',
  options: {},
  indexes: [],
  ...change,
});
const withOptions = (options: Record<string, unknown>) => shape({ options });
const withIndex = (index: Record<string, unknown>) =>
  shape({ indexes: [{ name: 'a_1', key: { a: int(1) }, ...index }] });

describe('two shapes that are the same to MongoDB', () => {
  it.each<[string, CollectionShape, CollectionShape]>([
    ['a 32-bit, a 64-bit', withOptions({ size: int(5120) }), withOptions({ size: long(5120) })],
    ['a whole double and a plain number', withOptions({ size: double('5120.0') }), withOptions({ size: 5120 })],
    [
      'options in another order',
      withOptions({ capped: true, size: int(1) }),
      withOptions({ size: int(1), capped: true }),
    ],
    [
      'another version of the collation',
      withOptions({ collation: { locale: 'fr', version: '57.1' } }),
      withOptions({ collation: { version: '58', locale: 'fr' } }),
    ],
    [
      'defaults that are written out',
      withOptions({ validationLevel: 'strict', validationAction: 'error', validator: {} }),
      shape(),
    ],
    [
      'index versions, places and how it was built',
      withIndex({ v: int(1), ns: 'a.b', background: true, sparse: false }),
      withIndex({ v: int(2) }),
    ],
    [
      'options of an index in another order',
      withIndex({ wildcardProjection: { a: int(1), b: int(1) }, partialFilterExpression: { a: { $gt: 1 } } }),
      withIndex({ partialFilterExpression: { a: { $gt: 1 } }, wildcardProjection: { b: int(1), a: int(1) } }),
    ],
    [
      'another version of the collation of an index',
      withIndex({ collation: { locale: 'fr', version: '57.1' } }),
      withIndex({ collation: { version: '58', locale: 'fr' } }),
    ],
    ['the index of _id', shape({ indexes: [{ name: '_id_', key: { _id: int(1) } }] }), shape()],
    [
      'what follows from the granularity',
      withOptions({ timeseries: { timeField: 't', granularity: 'seconds', bucketMaxSpanSeconds: int(3600) } }),
      withOptions({
        timeseries: {
          timeField: 't',
          granularity: 'seconds',
          bucketMaxSpanSeconds: int(3600),
          bucketRoundingSeconds: int(60),
        },
      }),
    ],
  ])('%s', (_, one, other) => {
    expect(shapeDifferences(one, other)).toStrictEqual([]);
    expect(shapeDifferences(other, one)).toStrictEqual([]);
    expect(shapeText(one)).toBe(shapeText(other));
  });
});

describe('two shapes that differ', () => {
  const view = (viewOn: string, pipeline: unknown[] = []) => shape({ type: 'view', options: { viewOn, pipeline } });
  it.each<[string, CollectionShape, CollectionShape, unknown[]]>([
    ['an option is gone', withOptions({ capped: true }), shape(), ['option capped removed']],
    ['an option is new', shape(), withOptions({ expireAfterSeconds: int(9) }), ['option expireAfterSeconds added']],
    [
      'a number in a validator',
      withOptions({ validator: { a: { $gt: int(5) } } }),
      withOptions({ validator: { a: { $gt: double('5.5') } } }),
      ['validator validator changed'],
    ],
    [
      'the order within a validator',
      withOptions({ validator: { a: 1, b: 1 } }),
      withOptions({ validator: { b: 1, a: 1 } }),
      ['validator validator changed'],
    ],
    [
      'how strictly it is validated',
      shape(),
      withOptions({ validationLevel: 'moderate' }),
      ['validator validationLevel added'],
    ],
    [
      "the order of an index's keys",
      withIndex({ key: { a: int(1), b: int(1) } }),
      withIndex({ key: { b: int(1), a: int(1) } }),
      ['index a_1 changed'],
    ],
    [
      "the order within an index's filter",
      withIndex({ partialFilterExpression: { size: { $eq: { w: int(1), h: int(2) } } } }),
      withIndex({ partialFilterExpression: { size: { $eq: { h: int(2), w: int(1) } } } }),
      ['index a_1 changed'],
    ],
    ['a unique index', withIndex({}), withIndex({ unique: true }), ['index a_1 changed']],
    ['one index instead of another', withIndex({}), withIndex({ name: 'z' }), ['index a_1 removed', 'index z added']],
    [
      'a decimal is no double',
      withOptions({ x: { $numberDecimal: '1' } }),
      withOptions({ x: double('1.0') }),
      ['option x changed'],
    ],
    [
      'a large 64-bit number',
      withOptions({ x: { $numberLong: '9007199254740993' } }),
      withOptions({ x: { $numberLong: '9007199254740992' } }),
      ['option x changed'],
    ],
    ['what a view reads', view('a'), view('b'), ['view b changed']],
    ['how a view reads', view('a'), view('a', [{ $match: { x: int(1) } }]), ['view a changed']],
    ['another type, and nothing else', view('a'), withOptions({ capped: true }), ['type collection changed']],
  ])('%s', (_, from, to, expected) => {
    expect(shapeDifferences(from, to).map(({ what, name, change }) => `${what} ${name} ${change}`)).toStrictEqual(
      expected,
    );
    expect(shapeText(from)).not.toBe(shapeText(to));
  });
});
