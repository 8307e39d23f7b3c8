import { expect, it } from 'vitest';
import { idText } from './id-text.ts';

it.each([
  ['{"$oid":"65fb0c1f2a0000000000aa01"}', '65fb0c1f2a0000000000aa01'],
  ['{"$numberInt":"7"}', '7'],
  ['"order-88121"', '"order-88121"'],
  ['{"b":{"$numberInt":"1"},"a":"x"}', '{"b": {"$numberInt": "1"}, "a": "x"}'],
])('%s reads as %s', (json, expected) => {
  expect(idText(json)).toBe(expected);
});
