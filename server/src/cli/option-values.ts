// Values of options as people type them, checked before anything is sent. Each throws commander's InvalidArgumentError,
// whose message says what is allowed.
import { type EventType, eventTypes } from '@holdfast/shared/events';
import {
  bandwidthLimitBytesPerSecond,
  parallelCollections,
  type ReadPreference,
  readPreference,
  retentionCount,
  scheduledHour,
  stallLimitMinutes,
  timeLimitMinutes,
  timezone,
} from '@holdfast/shared/policy';
import { restoreTestEvery } from '@holdfast/shared/restore-test';
import { scrubEveryDays } from '@holdfast/shared/verification';
import { InvalidArgumentError } from 'commander';

/** An hour of the day, 0 to 23. */
export function hourOf(text: string): number {
  const hour = wholeNumber(text);
  if (hour === null || !scheduledHour.safeParse(hour).success)
    throw new InvalidArgumentError('The hour must be a whole number from 0 to 23.');
  return hour;
}

/** How many backups are kept, 1 to 30. */
export function keepOf(text: string): number {
  const count = wholeNumber(text);
  if (count === null || !retentionCount.safeParse(count).success)
    throw new InvalidArgumentError('The number of backups kept must be a whole number from 1 to 30.');
  return count;
}

/** A whole number within a range, both ends included. */
export function numberOf(what: string, { least, most }: { readonly least: number; readonly most: number }) {
  return (text: string): number => {
    const value = wholeNumber(text);
    if (value === null || value < least || value > most)
      throw new InvalidArgumentError(`${what} must be a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** How long an operation may take, in minutes, 1 to 10080. */
export function timeLimitOf(text: string): number {
  const minutes = wholeNumber(text);
  if (minutes === null || !timeLimitMinutes.safeParse(minutes).success)
    throw new InvalidArgumentError('The time limit must be a whole number of minutes from 1 to 10080 (7 days).');
  return minutes;
}

/** How long no byte may move, in minutes, 1 to 1440. */
export function stallLimitOf(text: string): number {
  const minutes = wholeNumber(text);
  if (minutes === null || !stallLimitMinutes.safeParse(minutes).success)
    throw new InvalidArgumentError('The stall limit must be a whole number of minutes from 1 to 1440 (1 day).');
  return minutes;
}

/** Which members are read; `default` leaves it to the connection string. */
export function readPreferenceOf(text: string): ReadPreference | 'default' {
  if (text === 'default') return text;
  const preference = readPreference.safeParse(text);
  if (preference.success) return preference.data;
  throw new InvalidArgumentError(`It must be one of ${[...readPreference.options, 'default'].join(', ')}.`);
}

/** How many collections at once, 1 to 16. */
export function parallelCollectionsOf(text: string): number {
  const count = wholeNumber(text);
  if (count === null || !parallelCollections.safeParse(count).success)
    throw new InvalidArgumentError('The number of collections read at once must be a whole number from 1 to 16.');
  return count;
}

/** Megabytes a second as people type them, or `none`; in bytes a second. */
export function bandwidthLimitOf(text: string): number | 'none' {
  if (text === 'none') return text;
  const bytes = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1_000_000) : Number.NaN;
  if (!bandwidthLimitBytesPerSecond.safeParse(bytes).success)
    throw new InvalidArgumentError('The bandwidth limit must be from 1 to 100000 megabytes a second, or none.');
  return bytes;
}

/** After how many completed backups one is tested, 1 to 100, or `none`. */
export function restoreTestEveryOf(text: string): number | 'none' {
  if (text === 'none') return text;
  const every = wholeNumber(text);
  if (every === null || !restoreTestEvery.safeParse(every).success)
    throw new InvalidArgumentError('It must be a whole number from 1 to 100, or none.');
  return every;
}

/** In how many days each archive is read again once, 1 to 365. */
export function everyDaysOf(text: string): number {
  const days = wholeNumber(text);
  if (days === null || !scrubEveryDays.safeParse(days).success)
    throw new InvalidArgumentError('The days must be a whole number from 1 to 365.');
  return days;
}

/** `on` or `off`. */
export function switchOf(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new InvalidArgumentError('It must be on or off.');
  return text === 'on';
}

/** An IANA time zone that this machine knows. */
export function timezoneOf(text: string): string {
  if (!timezone.safeParse(text).success)
    throw new InvalidArgumentError('It is not a time zone; use an IANA name such as "Europe/Paris" or "UTC".');
  return text;
}

/** How many lines of a list: 1 up to what the server gives at once. */
export function limitOf(most: number): (text: string) => number {
  return (text) => {
    const limit = wholeNumber(text);
    if (limit === null || limit < 1 || limit > most)
      throw new InvalidArgumentError(`The limit must be a whole number from 1 to ${most}.`);
    return limit;
  };
}

/** `90`, `90s`, `30m` or `2h`, in milliseconds; a bare number is seconds. */
export function durationOf(text: string): number {
  const [, amount, unit = 's'] = /^(\d{1,6})([smh]?)$/.exec(text) ?? [];
  const seconds = Number(amount) * (secondsIn[unit || 's'] ?? Number.NaN);
  if (!(seconds > 0)) throw new InvalidArgumentError('A duration looks like 90s, 30m or 2h.');
  return seconds * 1000;
}

/** A day or a moment, without a zone in this machine's, as ISO 8601 in UTC. */
export function momentOf(text: string): string {
  const local = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text;
  const time = /^\d{4}-\d\d-\d\d[T ]/.test(local) ? new Date(local).getTime() : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('A time looks like 2026-11-24, 2026-11-24T02:30 or 2026-11-24T02:30:00Z.');
  return new Date(time).toISOString();
}

/** A collection with its database. */
export function namespaceOf(text: string): { readonly database: string; readonly collection: string } {
  const [, database = '', collection = ''] = /^([^/\\. "$\0]{1,63})\.([^$\0][^\0]*)$/.exec(text) ?? [];
  if (database === '') throw new InvalidArgumentError('A collection is named with its database, like shop.orders.');
  return { database, collection };
}

/** A type of event, whatever the case. */
export function eventTypeOf(text: string): EventType {
  const found = eventTypes.find((type) => type.toLowerCase() === text.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`The types of events are ${eventTypes.join(', ')}.`);
  return found;
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function wholeNumber(text: string): number | null {
  return /^-?\d{1,9}$/.test(text) ? Number(text) : null;
}
