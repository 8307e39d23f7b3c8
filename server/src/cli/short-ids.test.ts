import { expect, it } from 'vitest';
import { isWholeId, shortIds } from './short-ids.ts';

const first = '019a1234-5678-7abc-8def-000000000001';
const later = '019a1234-5679-7abc-8def-000000000001';
const sameMillisecond = '019a1234-5678-7abd-8def-000000000001';

it('shortens ids to the millisecond they were made in', () => {
  expect([...shortIds([first, later]).values()]).toEqual(['019a1234-5678', '019a1234-5679']);
});

it('keeps as much as tells them apart', () => {
  const ids = [first, sameMillisecond];
  expect([...shortIds(ids).values()]).toEqual(['019a1234-5678-7abc', '019a1234-5678-7abd']);
});

it('tells a whole id from the beginning of one', () => {
  expect(isWholeId(first)).toBe(true);
  expect(isWholeId(first.slice(0, -1))).toBe(false);
});
