import { describe, expect, test } from 'vitest';
import { createSeededRandom, randomFor } from './seeded-random.ts';

describe('seeded random numbers', () => {
  test('are the same for the same seed on every machine', () => {
    const random = createSeededRandom(42);
    const drawn = [
      random.integer(0, 999),
      random.integer(0, 999),
      random.bytes(5).toString('hex'),
      random.pick(['a', 'b', 'c']),
    ];
    expect(drawn).toEqual([601, 448, 'c0323bdaad', 'a']);
  });

  test('differ between the things of one kind and between kinds', () => {
    const first = [randomFor('order', 0), randomFor('order', 1), randomFor('product', 0)].map((random) =>
      random.next(),
    );
    expect(new Set(first).size).toBe(3);
  });

  test('reach both ends of a range and leave neither', () => {
    const random = createSeededRandom(7);
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(3, 5)));
    expect([...drawn].sort()).toEqual([3, 4, 5]);
  });

  test('refuse to pick from nothing', () => {
    expect(() => createSeededRandom(1).pick([])).toThrow('nothing to choose');
  });
});
