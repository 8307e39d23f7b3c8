import type { RestoreId } from '@holdfast/shared/ids';
import { describe, expect, it } from 'vitest';
import type { RestoreState } from './restore.ts';
import { undoName } from './restore-names.ts';
import { asKeptNow, changedNamespaces, countKept, restoreInTheWay, undoJournal } from './undo-journal.ts';

const id = (n: number) => `01970000-0000-7000-8000-${String(n).padStart(12, '0')}` as RestoreId;
const first = {
  swaps: [
    { database: 'shop', live: 'orders', shadow: 's0', undo: 'u0' },
    { database: 'shop', live: 'added', shadow: 's1', undo: 'u1' },
    { database: 'shop', live: 'dropped', shadow: null, undo: 'u2' },
    { database: 'shop', live: 'was-gone', shadow: null, undo: 'u3' },
  ],
  merges: [{ database: 'shop', live: 'stock', shadow: 's4', undo: 'u4' }],
  unmerges: [],
  rewrites: [{ database: 'shop', live: 'view', shadow: null, type: 'view' as const }],
};
const kept = new Set(['u0', 'u2', 'u4']);
const exists = (_: string, name: string) => kept.has(name);
const plain = { type: 'collection', uuid: 'f00d' } as const;

it('brings back what is kept, removes what was added, takes out what was merged, and keeps all of it in turn', () => {
  const undo = id(2);
  const journal = undoJournal(first, undo, { liveAt: (_, name) => (exists(_, name) ? plain : undefined) });
  expect(journal).toStrictEqual({
    swaps: [
      { database: 'shop', live: 'orders', shadow: 'u0', undo: undoName(undo, 0) },
      { database: 'shop', live: 'added', shadow: null, undo: undoName(undo, 1) },
      { database: 'shop', live: 'dropped', shadow: 'u2', undo: undoName(undo, 2) },
    ],
    rewrites: [],
    unmerges: [{ database: 'shop', live: 'stock', journal: 'u4', undo: undoName(undo, 3) }],
    merges: [],
  });
  expect(countKept(first, exists)).toBe(2);
  const own = new Set([undoName(undo, 0), undoName(undo, 1), undoName(undo, 3)]);
  const redo = undoJournal(journal, id(3), { liveAt: (_, name) => (own.has(name) ? plain : undefined) });
  expect(redo.swaps.map(({ live, shadow }) => [live, shadow])).toStrictEqual([
    ['orders', undoName(undo, 0)],
    ['added', undoName(undo, 1)],
    ['dropped', null],
  ]);
  expect(redo.merges).toStrictEqual([
    { database: 'shop', live: 'stock', shadow: undoName(undo, 3), undo: undoName(id(3), 3) },
  ]);
});

it('rewrites where a view or a time-series is live now, under names after those that are taken', () => {
  const types = { orders: { type: 'timeseries', uuid: 'beef' }, dropped: { type: 'view', uuid: null } } as const;
  const liveAt = (_: string, name: string) =>
    name in types ? types[name as keyof typeof types] : kept.has(name) ? plain : undefined;
  const journal = undoJournal(first, id(2), { liveAt, firstName: 7 });
  expect(journal.rewrites).toStrictEqual([
    { database: 'shop', live: 'orders', shadow: 'u0', type: 'collection', replaces: 'beef' },
    { database: 'shop', live: 'dropped', shadow: 'u2', type: 'collection' },
  ]);
  expect(journal.swaps).toStrictEqual([{ database: 'shop', live: 'added', shadow: null, undo: undoName(id(2), 7) }]);
});

it('names all that was changed', () => {
  expect(changedNamespaces(first)).toStrictEqual(
    ['orders', 'added', 'dropped', 'was-gone', 'view', 'stock'].map((name) => `shop.${name}`),
  );
});

describe('what a restore keeps whose undo was given up, and taken back in turn', () => {
  const of = (...swaps: [live: string, shadow: string | null, undo: string][]) =>
    ({ swaps: swaps.map(([live, shadow, undo]) => ({ database: 'shop', live, shadow, undo })) }) as RestoreState;
  const restored = of(['orders', 's0', 'u0'], ['stock', 's1', 'u1'], ['log', 's2', 'u2']);
  // The orders were swapped, the stock was moved away only, and the log was not begun.
  const givenUp = of(['orders', 'u0', 'v0'], ['stock', null, 'v1']);
  const takenBack = of(['orders', 'v0', 'w0'], ['stock', 'v1', 'w1']);
  it.each<[string, RestoreState[], string[]]>([
    ['nothing since', [], ['u0', 'u1', 'u2']],
    ['taken back', [givenUp, takenBack], ['w0', 'u1', 'u2']],
    [
      'with another one in between',
      [givenUp, of(['orders', 'x', 'y']), of(['orders', 'y', 'z']), takenBack],
      ['w0', 'u1', 'u2'],
    ],
    ['twice', [givenUp, takenBack, of(['orders', 'w0', 'a']), of(['orders', 'a', 'b'])], ['b', 'u1', 'u2']],
    [
      'of another database',
      [{ swaps: [{ database: 'x', live: 'orders', shadow: 'u0' }] } as never],
      ['u0', 'u1', 'u2'],
    ],
  ])('%s', (_, later, expected) => {
    expect(asKeptNow(restored, later).swaps.map(({ undo }) => undo)).toStrictEqual(expected);
  });
});

describe('what is in the way of taking restore 1 back', () => {
  const restore = (n: number, undoOf: number | null = null, live = 'orders') =>
    ({
      restoreId: id(n),
      undoOf: undoOf === null ? null : id(undoOf),
      swaps: [{ database: 'shop', live, shadow: 's' }],
      ...{ merges: [], unmerges: [], rewrites: [], options: {}, safetyBackupId: null },
    }) as unknown as RestoreState;
  const withUsers = (one: RestoreState, safetyBackupId: string | null = id(9)) =>
    ({ ...one, options: { usersAndRoles: true }, safetyBackupId }) as unknown as RestoreState;
  it.each<[string, RestoreState[], number | null]>([
    ['nothing since', [], null],
    ['a later one of the same collection', [restore(2)], 2],
    ['a later one of another collection', [restore(2, null, 'stock')], null],
    ['one that was taken back', [restore(2), restore(3, 2)], null],
    ['one that was taken back, and done again', [restore(2), restore(3, 2), restore(4, 3)], 4],
    ['two, one of them taken back', [restore(2), restore(3), restore(4, 3)], 2],
    ['the undo of an earlier one', [restore(2, 0)], 2],
    ['the undo of an earlier one, taken back', [restore(2, 0), restore(3, 2)], null],
  ])('%s', (_, later, expected) => {
    expect(restoreInTheWay(restore(1), later)?.restoreId ?? null).toBe(expected === null ? null : id(expected));
  });

  it('is a later one of users and roles where it changed such itself', () => {
    const first = withUsers(restore(1));
    const inTheWay = (...later: RestoreState[]) => restoreInTheWay(first, later)?.restoreId;
    expect(inTheWay(withUsers(restore(2, null, 'stock')))).toBe(id(2));
    expect(inTheWay(withUsers(restore(2, null, 'stock'), null))).toBeUndefined();
    expect(inTheWay(withUsers(restore(2, null, 'stock')), withUsers(restore(3, 2, 'stock')))).toBeUndefined();
    expect(restoreInTheWay(restore(1), [withUsers(restore(2, null, 'stock'))])).toBeUndefined();
  });
});
