import { describe, expect, it } from 'vitest';
import { createFormats } from './formats.ts';

const en = createFormats('en', 'Europe/Paris');
const fr = createFormats('fr', 'Europe/Paris');
const now = Date.parse('2026-03-26T09:41:00.000Z');
const before = (hours: number) => now - hours * 3_600_000;
/** Spaces that do not break look like plain ones here. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('sizes', () => {
  it.each([
    [0, '0 B', '0 o'],
    [412, '412 B', '412 o'],
    [2048, '2.05 kB', '2,05 ko'],
    [388e6, '388 MB', '388 Mo'],
    [999.96e6, '1.00 GB', '1,00 Go'],
    [3.42e9, '3.42 GB', '3,42 Go'],
    [68.1e9, '68.1 GB', '68,1 Go'],
    [4.26e12, '4.26 TB', '4,26 To'],
  ])('%d bytes', (bytes, english, french) => {
    expect([plain(en.bytes(bytes)), plain(fr.bytes(bytes))]).toEqual([english, french]);
  });
});

it('groups digits as each language does', () => {
  expect([en.count(18_402_391), plain(fr.count(18_402_391))]).toEqual(['18,402,391', '18 402 391']);
});

describe('durations', () => {
  it.each([
    [0, '0 s', '0 s'],
    [300, '< 1 s', '< 1 s'],
    [94_000, '1 min 34 s', '1 min 34 s'],
    [3_600_000, '1 h', '1 h'],
    [5 * 3_600_000 + 31 * 60_000 + 9_000, '5 h 31 min', '5 h 31 min'],
    [2 * 86_400_000, '2 d', '2 j'],
  ])('%d ms', (ms, english, french) => {
    expect([plain(en.duration(ms)), plain(fr.duration(ms))]).toEqual([english, french]);
  });
});

it('says what is shorter than a second to the millisecond', () => {
  expect([4.4, 999, 1_000, 94_000].map((ms) => plain(fr.milliseconds(ms)))).toEqual([
    '4 ms',
    '999 ms',
    '1 s',
    '1 min 34 s',
  ]);
});

it('signs what changes, with a minus that is one', () => {
  expect([503_118, -3_854, 0].map((value) => plain(en.signed(value)))).toEqual(['+503,118', '−3,854', '0']);
  expect(plain(fr.signed(-3_854))).toBe('−3 854');
});

describe('relative times', () => {
  it.each([
    [now - 20_000, 'less than a minute ago', 'il y a moins d’une minute'],
    [now + 20_000, 'in less than a minute', 'dans moins d’une minute'],
    [now - 60_000, '1 minute ago', 'il y a 1 minute'],
    [before(8.2), '8 hours ago', 'il y a 8 heures'],
    [before(-18.4), 'in 18 hours', 'dans 18 heures'],
    [before(70), '2 days ago', 'il y a 2 jours'],
  ])('%d', (moment, english, french) => {
    expect([en.relative(moment, now), plain(fr.relative(moment, now))]).toEqual([english, french]);
  });
});

describe('points in time', () => {
  it('names today, then the weekday, then the date', () => {
    expect([en.near(before(8), now), en.near(before(30), now), en.near(before(480), now)]).toEqual([
      'today 02:41',
      'Wed 04:41',
      '6 Mar, 10:41',
    ]);
    expect(fr.near(before(8), now)).toBe('aujourd’hui 02:41');
  });

  it('leaves today away after "since"', () => {
    expect([en.since(before(8), now), en.since(before(30), now)]).toEqual(['02:41', 'Wed 04:41']);
  });

  it('writes the full date with 24 hours in both languages', () => {
    expect([en.moment(now), fr.moment(now)]).toEqual(['Thu 26 Mar 2026, 10:41', 'jeu. 26 mars 2026, 10:41']);
  });

  it('names the zone with its offset on that day', () => {
    expect(en.zoneWithOffset(now)).toBe('Europe/Paris (CET, UTC+1)');
    expect(en.zoneWithOffset('2026-07-01T00:00:00Z')).toBe('Europe/Paris (CEST, UTC+2)');
    expect(createFormats('en', 'UTC').zoneWithOffset(now)).toBe('UTC');
  });
});

it('counts nothing as one in French and as many in English', () => {
  const forms = { one: 'one', other: 'other' };
  expect([en.plural(0, forms), fr.plural(0, forms), en.plural(1, forms), fr.plural(2, forms)]).toEqual([
    'other',
    'one',
    'one',
    'other',
  ]);
});
