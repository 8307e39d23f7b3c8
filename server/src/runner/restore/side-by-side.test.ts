import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sideBySide } from './side-by-side.ts';

const never = new AbortController().signal;

describe('work side by side', () => {
  it('is done for every item, so many at once and no more', async () => {
    const done: number[] = [];
    let [running, most] = [0, 0];
    await sideBySide(Array.from({ length: 20 }, (_, n) => n).values(), { atOnce: 3, signal: never }, async (n) => {
      running += 1;
      most = Math.max(most, running);
      await delay(1);
      running -= 1;
      done.push(n);
    });
    expect(done.sort((a, b) => a - b)).toStrictEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(most).toBe(3);
  });

  it('ends with the first error, once the others were told and have ended', async () => {
    const ended: string[] = [];
    const working = sideBySide(['bad', 'slow', 'later'], { atOnce: 2, signal: never }, async (item, signal) => {
      if (item === 'bad') throw new Error('first');
      await delay(10_000, undefined, { signal }).catch(() => undefined);
      ended.push(item);
      signal.throwIfAborted();
    });
    await expect(working).rejects.toThrow('first');
    expect(ended).toStrictEqual(['slow']);
  });

  it('ends with the reason of the signal', async () => {
    const controller = new AbortController();
    const working = sideBySide([1, 2, 3], { atOnce: 2, signal: controller.signal }, async () => {
      controller.abort(new Error('enough'));
    });
    await expect(working).rejects.toThrow('enough');
  });
});
