import { expect, it } from 'vitest';
import type { Comparison } from '../sample/compare-databases.ts';
import { describeComparison } from './describe-comparison.ts';

const equal: Comparison = {
  equal: true,
  collections: 17,
  documents: 25_531,
  bytes: 18_900_000,
  indexes: 45,
  differences: [],
  total: 0,
};

it('says how much was found equal', () => {
  expect(describeComparison(equal)).toBe('Equal: 17 collections, 25,531 documents (18.9 MB) and 45 indexes.');
});

it('names the first ten differences and counts the others', () => {
  const differences = Array.from({ length: 12 }, (_, index) => ({
    kind: 'document-differs' as const,
    namespace: 'shop.orders\u001b[2J',
    id: `{"$oid":"${index}"}`,
    detail: '`total` differs',
  }));
  const lines = describeComparison({ ...equal, equal: false, differences, total: 4_734 }).split('\n');
  expect(lines[0]).toBe('NOT EQUAL: 4,734 differences in 17 collections, 25,531 documents (18.9 MB) and 45 indexes.');
  expect(lines[1]).toBe('- shop.orders\\u001b[2J _id {"$oid":"0"}: `total` differs');
  expect(lines.slice(11)).toEqual(['- and 4,724 differences more']);
});
