import { describe, expect, it } from 'vitest';
import { budgetOf, dueInOrder, fitsInto, type RestoreTestTurns } from './restore-test-turns.ts';

const settings = { everyDays: 7, minutesPerDay: 60 };
const budgetMs = budgetOf(settings);
const minute = 60_000;
const on = (day: string, time = '02:00') => Date.parse(`2026-03-${day}T${time}:00.000Z`);
const of = (name: string, turns: Partial<RestoreTestTurns>, tookMs: number | null = null) => ({
  name,
  turns: { triedAt: null, cutMs: null, interruptedAt: null, ...turns },
  tookMs,
});
const due = (deployments: readonly ReturnType<typeof of>[], at: number) =>
  dueInOrder(deployments, settings, at).map(({ name, needsMs }) => [name, needsMs]);

describe('the turn of a deployment comes', () => {
  it.each([
    ['at once when it was never tested', {}, on('01')],
    ['seven days after its last test', { triedAt: on('01') }, on('08')],
    ['seven days after one that had all the minutes', { triedAt: on('01'), cutMs: budgetMs - 1 }, on('08')],
    ['the next day after one that had a part of them', { triedAt: on('01'), cutMs: 20 * minute }, on('02', '00:00')],
    ['the next day after it was interrupted', { interruptedAt: on('01') }, on('02', '00:00')],
    ['when both say so', { triedAt: on('01'), interruptedAt: on('08') }, on('09', '00:00')],
  ])('%s', (_, turns, at) => {
    const one = [of('shop', turns)];
    expect(due(one, at)).toHaveLength(1);
    if (Object.keys(turns).length > 0) expect(due(one, at - 1)).toStrictEqual([]);
  });
});

it('those that wait longest come first, after those that were cut short, which need all the minutes', () => {
  const deployments = [
    of('tested', { triedAt: on('02') }, 40 * minute),
    of('interrupted', { interruptedAt: on('03') }),
    of('never', {}),
    of('cut short', { triedAt: on('09'), cutMs: 20 * minute }, 10 * minute),
    of('tested before', { triedAt: on('01') }, 30 * minute),
    of('not due', { triedAt: on('09') }),
  ];
  expect(due(deployments, on('10'))).toStrictEqual([
    ['cut short', budgetMs],
    ['never', null],
    ['tested before', 30 * minute],
    ['tested', 40 * minute],
    ['interrupted', null],
  ]);
});

it.each([
  [20, null, true],
  [20, 20, true],
  [20, 21, false],
  [20, 60, false],
  [60, 60, true],
  [20, 61, true],
])('with %d minutes left of 60, one that needs %j begins: %j', (left, needs, begins) => {
  const needsMs = needs === null ? null : needs * minute;
  expect(fitsInto(left * minute, { needsMs, budgetMs })).toBe(begins);
});

it('of two that take 40 of the 60 minutes each, both are tested again and again', () => {
  const days = simulate({ a: 40 * minute, b: 40 * minute }, 21);
  expect(days.filter(({ name }) => name === 'a').length).toBeGreaterThanOrEqual(3);
  expect(days.filter(({ name }) => name === 'b').length).toBeGreaterThanOrEqual(2);
});

/** Which tests pass, as many days as given: each begins at two, one after another, within the hour of the day. */
function simulate(takes: Readonly<Record<string, number>>, days: number): { name: string; day: number }[] {
  const known = new Map(Object.keys(takes).map((name) => [name, of(name, {})]));
  const passed: { name: string; day: number }[] = [];
  for (let day = 1; day <= days; day += 1) {
    let at = Date.UTC(2026, 2, day, 2);
    let leftMs = budgetMs;
    for (let next = begun(); next !== undefined; next = begun()) {
      const needed = takes[next.name] ?? 0;
      const ms = Math.min(needed, leftMs);
      at += ms;
      leftMs -= ms;
      const isThrough = ms === needed;
      if (isThrough) passed.push({ name: next.name, day });
      const turns = { triedAt: at, cutMs: isThrough ? null : ms };
      known.set(next.name, of(next.name, turns, isThrough ? ms : next.tookMs));
    }
    function begun() {
      if (leftMs <= 0) return undefined;
      return dueInOrder([...known.values()], settings, at).find(({ needsMs }) =>
        fitsInto(leftMs, { needsMs, budgetMs }),
      );
    }
  }
  return passed;
}
