// When a policy is due. Pure: time is an argument. The only place that computes a schedule.
import type { PolicySettings } from '@holdfast/shared/policy';
import { CronExpressionParser } from 'cron-parser';

type DailyTime = Pick<PolicySettings, 'scheduledHour' | 'timezone'>;

/** The next due time after `after`, ISO in UTC. Daylight saving: an hour that does not exist runs right after the gap, one that comes twice runs once. */
export function nextDueAt(settings: DailyTime, after: string): string {
  const next = schedule(settings, after).next();
  return next.toDate().toISOString();
}

/** The newest due time at or before `now`. */
export function latestDueAt(settings: DailyTime, now: string): string {
  // cron-parser's `prev` is exclusive; a millisecond later makes it inclusive.
  const justAfter = new Date(Date.parse(now) + 1).toISOString();
  return schedule(settings, justAfter).prev().toDate().toISOString();
}

/** The next `count` due times after `after`. */
export function nextRuns(settings: DailyTime, after: string, count: number): string[] {
  return schedule(settings, after)
    .take(count)
    .map((date) => date.toDate().toISOString());
}

function schedule({ scheduledHour, timezone }: DailyTime, at: string) {
  return CronExpressionParser.parse(`0 ${scheduledHour} * * *`, { currentDate: at, tz: timezone });
}
