import { describe, expect, it } from 'vitest';
import { ByteCache } from './byte-cache.ts';

function cacheOf(options: { maxBytes: number; maxCount?: number }) {
  const made: string[] = [];
  const cache = new ByteCache<string>({ ...options, weigh: (value) => value.length });
  const get = (key: string, value = key) =>
    cache.get(key, async () => {
      made.push(key);
      return value;
    });
  return { cache, made, get };
}

describe('a cache bounded by bytes', () => {
  it('lets go of what was used longest ago', async () => {
    const { cache, made, get } = cacheOf({ maxBytes: 8 });
    for (const key of ['aaaa', 'bbbb', 'aaaa', 'cccc', 'aaaa', 'bbbb']) expect(await get(key)).toBe(key);
    expect(made).toEqual(['aaaa', 'bbbb', 'cccc', 'bbbb']);
    expect([cache.bytes, cache.count]).toEqual([8, 2]);
  });

  it('hands out what is larger than it, and keeps nothing of it', async () => {
    const { cache, get } = cacheOf({ maxBytes: 8 });
    await get('a');
    expect(await get('large', 'x'.repeat(9))).toHaveLength(9);
    expect([cache.bytes, cache.count]).toEqual([0, 0]);
  });

  it('makes once what is asked for twice at once', async () => {
    const { made, get } = cacheOf({ maxBytes: 8 });
    expect(await Promise.all([get('a'), get('a')])).toEqual(['a', 'a']);
    expect(made).toEqual(['a']);
  });

  it('tries again what failed', async () => {
    const cache = new ByteCache<string>({ maxBytes: 8, weigh: () => 1 });
    await expect(cache.get('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(await cache.get('a', async () => 'back')).toBe('back');
    expect([cache.bytes, cache.count]).toEqual([1, 1]);
  });

  it('holds no more than it may count', async () => {
    const { cache, get } = cacheOf({ maxBytes: 100, maxCount: 2 });
    for (const key of ['a', 'b', 'c']) await get(key);
    expect(cache.count).toBe(2);
  });
});
