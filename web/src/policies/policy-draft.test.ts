import { defaultPolicySettings, policySettings, readPreference } from '@holdfast/shared/policy';
import { describe, expect, it } from 'vitest';
import { changedFields, invalidFields, knownTimezones, readPreferences, toDraft, toSettings } from './policy-draft.ts';
import { changedLimits, defaultLimits, defaultParallel } from './policy-words.ts';

const settings = {
  ...{ enabled: true, scheduledHour: 2, retentionCount: 7, timezone: 'UTC' },
  ...{ timeLimitMinutes: 1_440, stallLimitMinutes: 10, destinationIds: [], encryption: 'inherit' as const },
  ...{
    usersAndRoles: false,
    restoreTestEvery: null,
    verifyAfterBackup: true,
    readPreference: null,
    parallelCollections: 4,
    bandwidthLimitBytesPerSecond: null,
  },
};
const saved = toDraft(settings);

describe('the form agrees with the contract', () => {
  const numbers = Array.from({ length: 45 }, (_, index) => index - 5);

  it.each(numbers)('about the hour %d', (hour) => {
    const accepted = policySettings.safeParse({ ...settings, scheduledHour: hour });
    expect(toSettings({ ...saved, hour: String(hour) }) !== null).toBe(accepted.success);
  });

  it.each(numbers)('about keeping %d', (retentionCount) => {
    const accepted = policySettings.safeParse({ ...settings, retentionCount });
    expect(toSettings({ ...saved, retention: String(retentionCount) }) !== null).toBe(accepted.success);
  });

  it.each([-1, 0, 1, 2, 1_439, 1_440, 1_441, 10_079, 10_080, 10_081, 100_000])('about limits of %d', (minutes) => {
    const time = policySettings.safeParse({ ...settings, timeLimitMinutes: minutes });
    const stall = policySettings.safeParse({ ...settings, stallLimitMinutes: minutes });
    expect(toSettings({ ...saved, timeLimit: String(minutes) }) !== null).toBe(time.success);
    expect(toSettings({ ...saved, stallLimit: String(minutes) }) !== null).toBe(stall.success);
  });

  it.each([0, 1, 4, 16, 17])('about %d collections at once', (parallelCollections) => {
    const accepted = policySettings.safeParse({ ...settings, parallelCollections });
    expect(toSettings({ ...saved, parallel: String(parallelCollections) }) !== null).toBe(accepted.success);
  });

  it.each([0, 0.999, 1, 1.5, 100_000, 100_000.001])('about %d MB a second', (megabytes) => {
    const accepted = policySettings.safeParse({
      ...settings,
      bandwidthLimitBytesPerSecond: Math.round(megabytes * 1_000_000),
    });
    expect(toSettings({ ...saved, bandwidth: String(megabytes) }) !== null).toBe(accepted.success);
  });

  it.each([0, 1, 7, 100, 101])('about a test of every %d backups', (restoreTestEvery) => {
    const accepted = policySettings.safeParse({ ...settings, restoreTestEvery });
    expect(toSettings({ ...saved, testEvery: String(restoreTestEvery) }) !== null).toBe(accepted.success);
    expect(toSettings({ ...saved, testEvery: '' })?.restoreTestEvery).toBeNull();
  });

  it('about every read preference', () => {
    expect([...readPreferences].sort()).toEqual([...readPreference.options].sort());
  });

  it('about the limits of a new policy', () => {
    const { timeLimitMinutes, stallLimitMinutes } = defaultPolicySettings;
    expect(defaultLimits).toEqual({ timeLimitMinutes, stallLimitMinutes });
    expect(defaultParallel).toBe(defaultPolicySettings.parallelCollections);
  });

  it.each(['Europe/Paris', 'Mars/Olympus', ''])('about the zone "%s"', (timezone) => {
    const accepted = policySettings.safeParse({ ...settings, timezone });
    expect(toSettings({ ...saved, timezone }) !== null).toBe(accepted.success && timezone !== '');
  });
});

it.each(['', ' ', '2.5', '1e1', '0x2', '+2', '2h'])('refuses "%s" as an hour', (hour) => {
  expect(invalidFields({ ...saved, hour })).toEqual(['hour']);
});

it('names the fields that differ from what is saved', () => {
  expect(changedFields({ ...saved, hour: '3', retention: '7 ' }, saved)).toEqual(['hour']);
  expect(changedFields({ ...saved, enabled: false, timezone: 'Europe/Paris' }, saved)).toEqual(['enabled', 'timezone']);
});

it('speaks of limits only where they are not the usual ones', () => {
  expect(changedLimits({})).toBeNull();
  expect(changedLimits(defaultLimits)).toBeNull();
  expect(changedLimits({ ...defaultLimits, stallLimitMinutes: 11 })).toEqual([86_400_000, 660_000]);
});

it('knows UTC and the zones of the browser', () => {
  expect(knownTimezones()).toEqual(expect.arrayContaining(['UTC', 'Europe/Paris', 'America/New_York']));
});
