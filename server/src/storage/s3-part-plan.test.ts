import { describe, expect, it } from 'vitest';
import { partBytes, partsAtOnce } from './s3-part-plan.ts';

const [MiB, GiB, TiB] = [1024 ** 2, 1024 ** 3, 1024 ** 4];

describe('the plan of the parts', () => {
  it.each([undefined, 1, 10 * GiB, 5 * TiB])(
    'takes five TiB in 10,000 parts that S3 takes, expecting %s bytes',
    (expected) => {
      let total = 0;
      for (let number = 1; number <= 10_000; number += 1) {
        expect(partBytes(number, expected)).toBeGreaterThanOrEqual(5 * MiB);
        expect(partBytes(number, expected)).toBeLessThanOrEqual(5 * GiB);
        total += partBytes(number, expected);
      }
      expect(total).toBeGreaterThanOrEqual(5 * TiB);
    },
  );

  it('never shrinks', () => {
    const sizes = Array.from({ length: 10_000 }, (_, index) => partBytes(index + 1));
    expect(sizes).toStrictEqual(sizes.toSorted((a, b) => a - b));
  });

  it.each([
    [undefined, 10 * GiB, 40 * MiB],
    [undefined, 60 * GiB, 128 * MiB],
    [300 * GiB, 300 * GiB, 128 * MiB],
  ])('keeps little in memory: expecting %s bytes, %d of them take at most %d', (expected, size, most) => {
    let [number, sent, held] = [1, 0, 0];
    for (; sent < size; number += 1) {
      const bytes = partBytes(number, expected);
      sent += bytes;
      held = Math.max(held, bytes * (partsAtOnce(bytes) + 1));
    }
    expect(held).toBeLessThanOrEqual(most);
  });
});
