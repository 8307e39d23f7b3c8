import { expect, it } from 'vitest';
import { matchesEtag, wantedRange } from './byte-range.ts';

const file = { sizeBytes: 1_000, etag: '"abc"' };

it.each([
  [undefined, undefined, 'whole'],
  ['bytes=0-', undefined, { start: 0, end: 1_000 }],
  ['bytes=0-0', undefined, { start: 0, end: 1 }],
  ['bytes=10-19', undefined, { start: 10, end: 20 }],
  ['bytes=990-5000', undefined, { start: 990, end: 1_000 }],
  ['bytes=999-', undefined, { start: 999, end: 1_000 }],
  ['bytes=-10', undefined, { start: 990, end: 1_000 }],
  ['bytes=-5000', undefined, { start: 0, end: 1_000 }],
  ['bytes=1000-', undefined, 'unsatisfiable'],
  ['bytes=-0', undefined, 'unsatisfiable'],
  ['bytes=20-10', undefined, 'whole'],
  ['bytes=0-1,5-6', undefined, 'whole'],
  ['bytes=', undefined, 'whole'],
  ['bytes=-', undefined, 'whole'],
  ['lines=0-1', undefined, 'whole'],
  ['bytes=10-19', '"abc"', { start: 10, end: 20 }],
  ['bytes=10-19', '"other"', 'whole'],
  ['bytes=10-19', 'W/"abc"', 'whole'],
  ['bytes=10-19', 'Tue, 24 Nov 2026 02:00:00 GMT', 'whole'],
  ['bytes=1000-', '"other"', 'whole'],
])('Range %s with If-Range %s', (range, ifRange, expected) => {
  expect(wantedRange({ range, ifRange }, file)).toEqual(expected);
});

it('knows its own content by any of several names', () => {
  expect(matchesEtag('"x", W/"abc"', '"abc"')).toBe(true);
  expect(matchesEtag('*', '"abc"')).toBe(true);
  expect(matchesEtag('"x"', '"abc"')).toBe(false);
  expect(matchesEtag(undefined, '"abc"')).toBe(false);
});
