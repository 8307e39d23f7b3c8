import { describe, expect, it } from 'vitest';
import { collectionOfBase, dumpFileBase } from './dump-file-name.ts';

describe('the names of a dump’s files', () => {
  it.each([
    ['orders', 'orders'],
    ['a/b c', 'a%2Fb+c'],
    ["l'été!(*)", 'l%27%C3%A9t%C3%A9%21%28%2A%29'],
    ['system.buckets.x', 'system.buckets.x'],
  ])('are those that mongodump gives %j', (collection, base) => {
    expect(dumpFileBase(collection)).toBe(base);
    expect(collectionOfBase(base)).toBe(collection);
  });

  it('are cut for a long name, which then is not told by them', () => {
    const base = dumpFileBase('é'.repeat(100));
    expect(base).toHaveLength(238);
    expect(collectionOfBase(base)).toBeUndefined();
  });
});
