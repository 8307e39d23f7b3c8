import type { NewEvent } from '@holdfast/shared/events';
import type { BackupId } from '@holdfast/shared/ids';
import { policySettings } from '@holdfast/shared/policy';
import { describe, expect, it } from 'vitest';
import { policyId, registered, settings } from './examples.ts';
import { beyondRetention, changePolicy, type PolicyState } from './policy.ts';
import { given, refusal } from './testing.ts';

const state = given(registered)(`policy:${policyId}` as const);

describe('changing a policy', () => {
  it('appends nothing when the settings are the same', () => {
    expect(changePolicy({ policy: state, encryption: undefined }, { policyId, settings })).toStrictEqual([]);
  });
  it('keeps name and deployment', () => {
    expect(
      changePolicy(
        { policy: state, encryption: undefined },
        { policyId, settings: { ...settings, scheduledHour: 23 } },
      )[0]?.data,
    ).toMatchObject({
      name: 'daily',
      scheduledHour: 23,
    });
  });
  it('names no encryption key that could not be used', () => {
    const unknown = { ...settings, encryption: policyId as never };
    expect(refusal(() => changePolicy({ policy: state, encryption: undefined }, { policyId, settings: unknown }))).toBe(
      'ENCRYPTION_KEY_NOT_FOUND',
    );
    const off = changePolicy(
      { policy: state, encryption: undefined },
      { policyId, settings: { ...settings, encryption: 'off' } },
    );
    expect(off[0]?.data).toMatchObject({ encryption: 'off' });
  });
  it('refuses a policy that is not there', () => {
    expect(refusal(() => changePolicy({ policy: undefined, encryption: undefined }, { policyId, settings }))).toBe(
      'POLICY_NOT_FOUND',
    );
  });
});

describe('the limits of a policy', () => {
  const { timeLimitMinutes: _, stallLimitMinutes: __, ...withoutLimits } = settings;
  const [registration, { data, ...change }] = registered as [NewEvent, NewEvent<'PolicyChanged'>];
  const old = { ...change, data: { policyId, deploymentId: data.deploymentId, name: data.name, ...withoutLimits } };
  const settingsAfter = (...events: NewEvent[]) =>
    (given([registration, ...events])(`policy:${policyId}` as const) as PolicyState).settings;

  it('stay when a caller that knows nothing of them changes the rest', () => {
    expect(changePolicy({ policy: state, encryption: undefined }, { policyId, settings: withoutLimits })).toStrictEqual(
      [],
    );
    expect(
      changePolicy(
        { policy: state, encryption: undefined },
        { policyId, settings: { ...withoutLimits, scheduledHour: 5 } },
      )[0]?.data,
    ).toMatchObject({
      scheduledHour: 5,
      timeLimitMinutes: 90,
      stallLimitMinutes: 15,
    });
  });
  it('change one by one', () => {
    const changed = changePolicy(
      { policy: state, encryption: undefined },
      { policyId, settings: { ...withoutLimits, stallLimitMinutes: 16 } },
    );
    expect(changed[0]?.data).toMatchObject({ timeLimitMinutes: 90, stallLimitMinutes: 16 });
  });
  it('are the defaults where an old event has none', () => {
    expect(settingsAfter(old)).toStrictEqual({
      ...withoutLimits,
      timeLimitMinutes: 1_440,
      stallLimitMinutes: 10,
      encryption: 'inherit',
    });
  });
  it('stay through an event without them', () => {
    expect(settingsAfter({ ...change, data } as NewEvent, old)).toStrictEqual(settings);
  });
  it('are the defaults in a state that was stored before there were any', () => {
    const stored = { ...(state as PolicyState), settings: withoutLimits as PolicyState['settings'] };
    expect(
      changePolicy(
        { policy: stored, encryption: undefined },
        { policyId, settings: { ...withoutLimits, scheduledHour: 5 } },
      )[0]?.data,
    ).toMatchObject({
      timeLimitMinutes: 1_440,
      stallLimitMinutes: 10,
    });
  });
});

describe('what a backup may take', () => {
  it('a limit that is set to none is none, and not left as it is', () => {
    const unlimited = { ...settings, bandwidthLimitBytesPerSecond: null };
    expect(
      changePolicy({ policy: state, encryption: undefined }, { policyId, settings: unlimited })[0]?.data,
    ).toMatchObject(unlimited);
  });
  it('stays when a caller knows nothing of it', () => {
    const { enabled, scheduledHour, retentionCount, timezone } = settings;
    const known = { enabled, scheduledHour, retentionCount, timezone, parallelCollections: 3 };
    expect(
      changePolicy({ policy: state, encryption: undefined }, { policyId, settings: known })[0]?.data,
    ).toMatchObject({
      ...settings,
      parallelCollections: 3,
    });
  });
});

describe('the range of each setting', () => {
  it.each([
    [{ scheduledHour: 24 }, 'scheduledHour must be from 0 to 23.'],
    [{ scheduledHour: -1 }, 'scheduledHour must be from 0 to 23.'],
    [{ scheduledHour: 2.5 }, 'scheduledHour is a whole number from 0 to 23.'],
    [{ retentionCount: 0 }, 'retentionCount must be from 1 to 30.'],
    [{ retentionCount: 31 }, 'retentionCount must be from 1 to 30.'],
    [{ timeLimitMinutes: 0 }, 'timeLimitMinutes must be from 1 to 10080.'],
    [{ timeLimitMinutes: 10_081 }, 'timeLimitMinutes must be from 1 to 10080.'],
    [{ timeLimitMinutes: 1.5 }, 'timeLimitMinutes is a whole number from 1 to 10080.'],
    [{ stallLimitMinutes: 0 }, 'stallLimitMinutes must be from 1 to 1440.'],
    [{ stallLimitMinutes: 1_441 }, 'stallLimitMinutes must be from 1 to 1440.'],
    [{ stallLimitMinutes: 0.5 }, 'stallLimitMinutes is a whole number from 1 to 1440.'],
    [{ parallelCollections: 0 }, 'parallelCollections must be from 1 to 16.'],
    [{ parallelCollections: 17 }, 'parallelCollections must be from 1 to 16.'],
    [{ bandwidthLimitBytesPerSecond: 999_999 }, 'bandwidthLimitBytesPerSecond must be from 1000000 to 100000000000.'],
    [
      { readPreference: 'fastest' },
      'readPreference must be primary, primaryPreferred, secondary, secondaryPreferred, nearest or null.',
    ],
    [
      { timezone: 'Europe/Atlantis' },
      '"Europe/Atlantis" is not a time zone; use an IANA name such as "Europe/Paris" or "UTC".',
    ],
  ])('%j is refused with the allowed range', (change, message) => {
    const result = policySettings.safeParse({ ...settings, ...change });
    expect(result.error?.issues.map((issue) => issue.message)).toStrictEqual([message]);
  });
  it.each([
    ...[{ scheduledHour: 0 }, { scheduledHour: 23 }, { retentionCount: 1 }, { retentionCount: 30 }],
    ...[{ timeLimitMinutes: 1 }, { timeLimitMinutes: 10_080 }, { stallLimitMinutes: 1 }, { stallLimitMinutes: 1_440 }],
  ])('%j is taken', (change) => {
    expect(policySettings.safeParse({ ...settings, ...change }).success).toBe(true);
  });
});

describe('retention', () => {
  const made = (n: number) => ({ id: `b${n}` as BackupId, completedAt: `2026-01-0${n}T02:00:00.000Z` });
  it('lets go of all but the newest, whatever order they come in', () => {
    expect(beyondRetention([made(2), made(4), made(1), made(3)], 2)).toStrictEqual(['b2', 'b1']);
  });
  it('never lets go of the last one', () => {
    expect(beyondRetention([made(1)], 0)).toStrictEqual([]);
  });
});
