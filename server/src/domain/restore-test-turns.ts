// Whose turn it is in the schedule of restore tests, and what fits into what is left of the minutes of a day (UTC). Pure.
//
// how the last test of the deployment came out          its next turn
// there was none                                        now
// it ended                                              so many days later
// cut off, having had a part of the day's minutes       the next day, before all others, with all the minutes
// interrupted: its server stopped                       the next day
import type { RestoreTestSettings } from '@holdfast/shared/restore-test';

/** How the tests of a deployment came out. Times are milliseconds since the epoch. */
export interface RestoreTestTurns {
  /** When the last one ended: passed, failed, or one of the schedule that did not take place. */
  readonly triedAt: number | null;
  /** How long that took until the minutes were spent, in milliseconds; null unless they were. */
  readonly cutMs: number | null;
  /** When one of the schedule was interrupted; null when one ended since. */
  readonly interruptedAt: number | null;
}

export interface ScheduledDeployment {
  readonly name: string;
  readonly turns: RestoreTestTurns;
  /** How long its last passed test took, in milliseconds; null: not known. */
  readonly tookMs: number | null;
}

export type Due<D> = D & {
  /** How much of a day's minutes the test needs, in milliseconds; null: not known. */
  readonly needsMs: number | null;
};

const dayMs = 24 * 3_600_000;

/** Those whose turn it is at `at` (milliseconds since the epoch), in that order: none waits for ever. */
export function dueInOrder<D extends ScheduledDeployment>(
  deployments: readonly D[],
  settings: Pick<RestoreTestSettings, 'everyDays' | 'minutesPerDay'>,
  at: number,
): Due<D>[] {
  const budgetMs = budgetOf(settings);
  const wasCutShort = ({ turns: { cutMs } }: D) => cutMs !== null && cutMs < budgetMs - timerMs;
  const due = deployments.filter((one) => nextTurn(one.turns, { wasCutShort: wasCutShort(one), ...settings }) <= at);
  return due
    .sort(
      (a, b) =>
        Number(wasCutShort(b)) - Number(wasCutShort(a)) ||
        lastOf(a.turns) - lastOf(b.turns) ||
        (a.name < b.name ? -1 : 1),
    )
    .map((one) => ({ ...one, needsMs: wasCutShort(one) ? budgetMs : one.tookMs }));
}

/** All that tests of the schedule may take of a day, in milliseconds. */
export function budgetOf({ minutesPerDay }: Pick<RestoreTestSettings, 'minutesPerDay'>): number {
  return minutesPerDay * 60_000;
}

/**
 * Whether a test begins with so much left of the day's budget. One that fits into a whole day waits for the next; one that never does
 * is begun, and cut off with words.
 */
export function fitsInto(leftMs: number, { needsMs, budgetMs }: { needsMs: number | null; budgetMs: number }): boolean {
  return needsMs === null || needsMs <= leftMs || needsMs > budgetMs;
}

/** What had the whole budget is cut off about then. */
const timerMs = 1_000;

function nextTurn(
  { triedAt, interruptedAt }: RestoreTestTurns,
  { wasCutShort, everyDays }: { readonly wasCutShort: boolean; readonly everyDays: number },
): number {
  const afterWait = (at: number) => (wasCutShort ? nextDay(at) : at + everyDays * dayMs);
  return Math.max(triedAt === null ? 0 : afterWait(triedAt), interruptedAt === null ? 0 : nextDay(interruptedAt));
}

function lastOf({ triedAt, interruptedAt }: RestoreTestTurns): number {
  return Math.max(triedAt ?? 0, interruptedAt ?? 0);
}

function nextDay(at: number): number {
  return (Math.floor(at / dayMs) + 1) * dayMs;
}
