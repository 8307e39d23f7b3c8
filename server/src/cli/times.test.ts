import { expect, it } from 'vitest';
import { formatTime, formatTimeOrDash } from './times.ts';

it.each([
  ['2026-11-24T16:47:13.512Z', 'UTC', '2026-11-24 16:47:13 UTC'],
  ['2026-11-24T16:47:13Z', 'Europe/Paris', '2026-11-24 17:47:13 +01:00'],
  ['2026-07-01T22:30:00Z', 'Europe/Paris', '2026-07-02 00:30:00 +02:00'],
  ['2026-11-24T00:00:00Z', 'America/St_Johns', '2026-11-23 20:30:00 -03:30'],
])('%s in %s is %s', (iso, zone, text) => {
  expect(formatTime(iso, zone)).toBe(text);
});

it('says a dash where there is no moment', () => {
  expect(formatTimeOrDash(null)).toBe('-');
});
