import { describe, expect, it } from 'vitest';
import { inOrder } from './in-order.ts';

describe('inOrder', () => {
  it('yields results in the order of the items, whichever is ready first', async () => {
    const waits = [30, 1, 20, 5, 10];
    const results = inOrder(from(waits), 3, async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return ms;
    });
    expect(await Array.fromAsync(results)).toStrictEqual(waits);
  });

  it('works on as many at once as it may, and no more', async () => {
    let [running, most] = [0, 0];
    const results = inOrder(from(Array.from({ length: 20 }, (_, n) => n)), 3, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
    });
    await Array.fromAsync(results);
    expect(most).toBe(3);
  });

  it('takes no item before it is asked for a result', async () => {
    let taken = 0;
    const items = async function* () {
      for (;;) {
        taken += 1;
        yield taken;
      }
    };
    const results = inOrder(items(), 2, async (item) => item);
    expect(taken).toBe(0);
    await results.next();
    expect(taken).toBe(2);
  });

  it('ends with the first error, and leaves no other one unhandled', async () => {
    const results = inOrder(from([1, 2, 3]), 3, async (item) => Promise.reject(new Error(`item ${item}`)));
    await expect(results.next()).rejects.toThrow('item 1');
    expect(await results.next()).toStrictEqual({ done: true, value: undefined });
  });
});

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
