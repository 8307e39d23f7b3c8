import { expect, it } from 'vitest';
import { scaled } from './expected-duration.ts';

const gigabytes = (count: number) => count * 1_000_000_000;

it('expects nothing before the first restore', () => {
  expect(scaled([], gigabytes(1))).toBeNull();
});

it('scales by bytes, and takes no less for a small one than what is the same for all', () => {
  const measured = [{ bytes: gigabytes(1), durationMs: 21_000 }];
  expect(scaled(measured, gigabytes(10))).toBe(201_000);
  expect(scaled(measured, 0)).toBe(1_000);
});

it('takes the median: one that waited for hours says little', () => {
  const measured = [30_000, 20_000, 9_999_999].map((durationMs) => ({ bytes: gigabytes(1), durationMs }));
  expect(scaled(measured, gigabytes(1))).toBe(30_000);
});
