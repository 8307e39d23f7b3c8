import { expect, test } from 'vitest';
import { stateCache } from './state-cache.ts';

const state = (version: number) => ({ version, state: { version } });

test('knows what was kept, for as long as the head stands where it was kept', () => {
  const cache = stateCache();
  cache.at({ position: 4, generation: 0 });
  cache.keep({ position: 5, generation: 0 }, [['access', state(1)]]);
  expect(cache.at({ position: 5, generation: 0 }).get('access')).toEqual(state(1));
  cache.keep({ position: 6, generation: 0 }, [['configuration', state(1)]]);
  expect([...cache.at({ position: 6, generation: 0 }).keys()]).toEqual(['access', 'configuration']);
});

test.each([
  ['another server has appended', { position: 6, generation: 0 }],
  ['a rebuild has flipped the generation', { position: 5, generation: 1 }],
])('knows nothing once %s', (_, head) => {
  const cache = stateCache();
  cache.keep({ position: 5, generation: 0 }, [['access', state(1)]]);
  expect(cache.at(head).size).toBe(0);
  expect(cache.at({ position: 5, generation: 0 }).size).toBe(0);
});

test('forgets everything rather than grow beyond its capacity', () => {
  const cache = stateCache(2);
  const head = { position: 5, generation: 0 };
  cache.keep(head, [
    ['a', state(1)],
    ['b', state(1)],
    ['c', state(1)],
  ]);
  cache.keep(head, [['d', state(1)]]);
  expect([...cache.at(head).keys()]).toEqual(['d']);
});
