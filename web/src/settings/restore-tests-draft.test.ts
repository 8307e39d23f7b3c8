import { defaultRestoreTestSettings, restoreTestSettings } from '@holdfast/shared/restore-test';
import { expect, it } from 'vitest';
import { isTestsDraft, toTests, toTestsDraft } from './restore-tests-draft.ts';

const saved = toTestsDraft(defaultRestoreTestSettings);

it('says what is saved, and gives it back', () => {
  expect(toTests(saved)).toEqual(defaultRestoreTestSettings);
});

it.each([-1, 0, 1, 365, 366, 1_440, 1_441, 1.5])('agrees with the contract about %d', (value) => {
  const days = restoreTestSettings.safeParse({ ...defaultRestoreTestSettings, everyDays: value });
  const minutes = restoreTestSettings.safeParse({ ...defaultRestoreTestSettings, minutesPerDay: value });
  expect(isTestsDraft({ ...saved, days: String(value) })).toBe(days.success);
  expect(isTestsDraft({ ...saved, minutes: String(value) })).toBe(minutes.success);
});
