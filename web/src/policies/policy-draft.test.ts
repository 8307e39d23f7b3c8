import { policySettings } from '@holdfast/shared/policy';
import { describe, expect, it } from 'vitest';
import { changedFields, invalidFields, knownTimezones, toDraft, toSettings } from './policy-draft.ts';

const saved = toDraft({ enabled: true, scheduledHour: 2, retentionCount: 7, timezone: 'UTC' });

describe('the form agrees with the contract', () => {
  const numbers = Array.from({ length: 45 }, (_, index) => index - 5);

  it.each(numbers)('about the hour %d', (hour) => {
    const accepted = policySettings.safeParse({
      enabled: true,
      scheduledHour: hour,
      retentionCount: 7,
      timezone: 'UTC',
    });
    expect(toSettings({ ...saved, hour: String(hour) }) !== null).toBe(accepted.success);
  });

  it.each(numbers)('about keeping %d', (retentionCount) => {
    const accepted = policySettings.safeParse({ enabled: true, scheduledHour: 2, retentionCount, timezone: 'UTC' });
    expect(toSettings({ ...saved, retention: String(retentionCount) }) !== null).toBe(accepted.success);
  });

  it.each(['Europe/Paris', 'Mars/Olympus', ''])('about the zone "%s"', (timezone) => {
    const accepted = policySettings.safeParse({ enabled: true, scheduledHour: 2, retentionCount: 7, timezone });
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

it('knows UTC and the zones of the browser', () => {
  expect(knownTimezones()).toEqual(expect.arrayContaining(['UTC', 'Europe/Paris', 'America/New_York']));
});
