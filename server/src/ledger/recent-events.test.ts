import type { LedgerEvent } from '@holdfast/shared/events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recentEvents } from './recent-events.ts';

function events(from: number, count: number): LedgerEvent[] {
  return Array.from({ length: count }, (_, index) => ({ position: from + index }) as LedgerEvent);
}

function positions(list: readonly LedgerEvent[] | undefined): number[] | undefined {
  return list?.map(({ position }) => position);
}

test('gives what follows a position, at most as many as asked for', () => {
  const recent = recentEvents(10);
  recent.push(events(1, 5));
  expect(positions(recent.after(2, 10))).toEqual([3, 4, 5]);
  expect(positions(recent.after(2, 2))).toEqual([3, 4]);
  expect(positions(recent.after(5, 10))).toEqual([]);
  expect(positions(recent.after(99, 10))).toEqual([]);
});

test('takes no event twice, and refuses to leave a gap', () => {
  const recent = recentEvents(10);
  recent.push(events(1, 3));
  expect(recent.push(events(2, 3))).toBe(true);
  expect(recent.push(events(6, 1))).toBe(false);
  expect(positions(recent.after(0, 10))).toEqual([1, 2, 3, 4]);
});

test('says so when a position is too far back', () => {
  const recent = recentEvents(2);
  recent.push(events(1, 5));
  expect(recent.after(2, 10)).toBeUndefined();
  expect(positions(recent.after(3, 10))).toEqual([4, 5]);
});

test('goes on after a jump, without what was before it', () => {
  const recent = recentEvents(10);
  recent.push(events(1, 3));
  recent.jump(7);
  expect(recent.after(3, 10)).toBeUndefined();
  expect(recent.push(events(8, 1))).toBe(true);
  expect(positions(recent.after(7, 10))).toEqual([8]);
});

test('keeps the newest, whatever the sizes of what is pushed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.integer({ min: 0, max: 30 })), (capacity, sizes) => {
      const recent = recentEvents(capacity);
      for (const size of sizes) recent.push(events(recent.tip + 1, size));
      const from = Math.max(0, recent.tip - capacity);
      expect(positions(recent.after(from, 1_000))).toEqual(positions(events(from + 1, recent.tip - from)));
    }),
  );
});
