import { describe, expect, it } from 'vitest';
import {
  bandwidthLimitOf,
  durationOf,
  eventTypeOf,
  hourOf,
  keepOf,
  limitOf,
  momentOf,
  parallelCollectionsOf,
  readPreferenceOf,
  stallLimitOf,
  switchOf,
  timeLimitOf,
  timezoneOf,
} from './option-values.ts';

describe('hours', () => {
  it.each([
    ['0', 0],
    ['7', 7],
    ['07', 7],
    ['23', 23],
  ])('takes %s', (text, hour) => {
    expect(hourOf(text)).toBe(hour);
  });

  it.each(['24', '-1', '2.5', '', ' 3', '1e1', 'two', '0x10'])('names the range for %j', (text) => {
    expect(() => hourOf(text)).toThrow('The hour must be a whole number from 0 to 23.');
  });
});

describe('backups kept', () => {
  it.each([
    ['1', 1],
    ['30', 30],
  ])('takes %s', (text, count) => {
    expect(keepOf(text)).toBe(count);
  });

  it.each(['0', '31', '-1', '1.5', 'all'])('names the range for %j', (text) => {
    expect(() => keepOf(text)).toThrow('a whole number from 1 to 30.');
  });
});

describe('limits of a policy', () => {
  it('take minutes', () => {
    expect([timeLimitOf('1'), timeLimitOf('10080')]).toEqual([1, 10_080]);
    expect([stallLimitOf('1'), stallLimitOf('1440')]).toEqual([1, 1_440]);
  });

  it.each(['0', '-1', '1.5', '2h', '10081', ''])('name the range for %j', (text) => {
    expect(() => timeLimitOf(text)).toThrow('a whole number of minutes from 1 to 10080 (7 days).');
  });

  it('of impact are taken as people say them', () => {
    expect([parallelCollectionsOf('1'), parallelCollectionsOf('16')]).toEqual([1, 16]);
    expect([bandwidthLimitOf('1'), bandwidthLimitOf('2.5'), bandwidthLimitOf('none')]).toEqual([1e6, 2.5e6, 'none']);
    expect([readPreferenceOf('nearest'), readPreferenceOf('default')]).toEqual(['nearest', 'default']);
    expect([switchOf('on'), switchOf('off')]).toEqual([true, false]);
  });

  it.each([
    [parallelCollectionsOf, '17', 'from 1 to 16'],
    [bandwidthLimitOf, '0.9', 'from 1 to 100000 megabytes a second, or none'],
    [bandwidthLimitOf, '-1', 'from 1 to 100000 megabytes a second, or none'],
    [readPreferenceOf, 'fastest', 'primary, primaryPreferred, secondary, secondaryPreferred, nearest, default'],
    [switchOf, 'yes', 'on or off'],
  ])('of impact name what is allowed', (parse, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it.each(['0', '1441', 'none'])('name the range of a stall for %j', (text) => {
    expect(() => stallLimitOf(text)).toThrow('a whole number of minutes from 1 to 1440 (1 day).');
  });
});

it('takes a time zone that there is, and no other', () => {
  expect(timezoneOf('Europe/Paris')).toBe('Europe/Paris');
  expect(() => timezoneOf('Europe/Pariss')).toThrow('IANA name such as "Europe/Paris"');
});

it('names the range of a limit', () => {
  expect(limitOf(200)('200')).toBe(200);
  expect(() => limitOf(200)('0')).toThrow('from 1 to 200');
  expect(() => limitOf(200)('201')).toThrow('from 1 to 200');
});

it.each([
  ['90', 90_000],
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
])('reads the duration %s', (text, ms) => {
  expect(durationOf(text)).toBe(ms);
});

it.each(['0', '', 'h', '5d', '-5s', '1.5h'])('refuses the duration %j', (text) => {
  expect(() => durationOf(text)).toThrow('looks like 90s, 30m or 2h');
});

it('reads moments with a zone as they are, without one as of this machine', () => {
  expect(momentOf('2026-11-24T02:30:00Z')).toBe('2026-11-24T02:30:00.000Z');
  expect(momentOf('2026-11-24T02:30:00+01:00')).toBe('2026-11-24T01:30:00.000Z');
  expect(momentOf('2026-11-24')).toBe(new Date(2026, 10, 24).toISOString());
  expect(momentOf('2026-11-24 02:30')).toBe(new Date(2026, 10, 24, 2, 30).toISOString());
});

it.each(['yesterday', '24', '2026', '2026-13-01', '2026-11-24T25:00', '11/24/2026'])(
  'refuses the moment %j',
  (text) => {
    expect(() => momentOf(text)).toThrow('A time looks like 2026-11-24');
  },
);

it('finds a type of event whatever the case, and lists them otherwise', () => {
  expect(eventTypeOf('backupcompleted')).toBe('BackupCompleted');
  expect(() => eventTypeOf('BackupDone')).toThrow('BackupRequested, BackupStarted');
});
