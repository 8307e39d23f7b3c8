import { expect, it } from 'vitest';
import { durationWords } from './duration-words.ts';

it.each([
  [60_000, '1 minute'],
  [90 * 60_000, '90 minutes'],
  [3_600_000, '1 hour'],
  [7 * 86_400_000, '168 hours'],
  [1_500, '1.5 seconds'],
  [1_000, '1 second'],
  [0, '0 seconds'],
])('says %d ms as "%s"', (ms, words) => {
  expect(durationWords(ms)).toBe(words);
});
