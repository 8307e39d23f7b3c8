import { defaultScrubSettings, scrubSettings } from '@holdfast/shared/verification';
import { expect, it } from 'vitest';
import { changeScrub, evolveScrub, scrubOf } from './scrub.ts';
import { given } from './testing.ts';

const other = { enabled: true, everyDays: 7, bytesPerSecond: null };

it('has the defaults until somebody changes them', () => {
  expect(scrubOf(undefined)).toStrictEqual(defaultScrubSettings);
  expect(changeScrub(undefined, defaultScrubSettings)).toStrictEqual([]);
});

it('changes what is given, once', () => {
  const events = changeScrub(undefined, other);
  expect(events).toStrictEqual([{ stream: 'scrub', type: 'ScrubChanged', data: other }]);
  const state = given(events)('scrub');
  expect(scrubOf(state)).toStrictEqual(other);
  expect(changeScrub(state, other)).toStrictEqual([]);
  expect(changeScrub(state, { ...other, enabled: false })).toHaveLength(1);
});

it('takes no notice of other events', () => {
  const state = { settings: other };
  expect(evolveScrub(state, { type: 'SignedIn' } as never)).toBe(state);
});

it.each([
  [{ everyDays: 0 }, 'everyDays must be from 1 to 365.'],
  [{ everyDays: 366 }, 'everyDays must be from 1 to 365.'],
  [{ everyDays: 1.5 }, 'everyDays is a whole number from 1 to 365.'],
  [{ bytesPerSecond: 999_999 }, 'bytesPerSecond must be from 1000000 to 100000000000.'],
])('%j is refused with the allowed range', (change, message) => {
  const result = scrubSettings.safeParse({ ...other, ...change });
  expect(result.error?.issues.map((issue) => issue.message)).toStrictEqual([message]);
});
