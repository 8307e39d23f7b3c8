import type { NewEvent } from '@holdfast/shared/events';
import { defaultRestoreTestSettings, restoreTestSettings } from '@holdfast/shared/restore-test';
import { expect, it } from 'vitest';
import { backupId, deploymentId, registered } from './examples.ts';
import { changeRestoreTests, restoreTestsOf, spentOn } from './restore-tests.ts';
import { given, refusal } from './testing.ts';

const other = { enabled: true, everyDays: 3, minutesPerDay: 20, setAsideId: deploymentId };
const setAside = given(registered)(`deployment:${deploymentId}`);

it('has the defaults until somebody changes them', () => {
  expect(restoreTestsOf(undefined)).toStrictEqual(defaultRestoreTestSettings);
  expect(changeRestoreTests({ tests: undefined, setAside: undefined }, defaultRestoreTestSettings)).toStrictEqual([]);
});

it('changes what is given, once; a deployment set aside has to be there', () => {
  const events = changeRestoreTests({ tests: undefined, setAside }, other);
  expect(events).toStrictEqual([{ stream: 'restore-tests', type: 'RestoreTestsChanged', data: other }]);
  const tests = given(events)('restore-tests');
  expect(restoreTestsOf(tests)).toStrictEqual(other);
  expect(changeRestoreTests({ tests, setAside }, other)).toStrictEqual([]);
  expect(refusal(() => changeRestoreTests({ tests: undefined, setAside: undefined }, other))).toBe(
    'DEPLOYMENT_NOT_FOUND',
  );
});

it('counts what tests of the schedule take of a day, and no others', () => {
  const skipped = (cause: 'schedule' | 'asked', durationMs: number): NewEvent => ({
    stream: `backup:${backupId}`,
    type: 'RestoreTestSkipped',
    data: { backupId, deploymentId, cause, reason: 'budget-spent', message: '', durationMs },
  });
  const changed: NewEvent = { stream: 'restore-tests', type: 'RestoreTestsChanged', data: other };
  const state = given([skipped('schedule', 5), changed, skipped('asked', 7), skipped('schedule', 11)])('restore-tests');
  expect(spentOn('2026-01-01', state)).toBe(16);
  expect(spentOn('2026-01-02', state)).toBe(0);
  expect(restoreTestsOf(state)).toStrictEqual(other);
});

it.each([
  [{ everyDays: 0 }, 'everyDays must be from 1 to 365.'],
  [{ minutesPerDay: 1_441 }, 'minutesPerDay must be from 1 to 1440.'],
  [{ minutesPerDay: 1.5 }, 'minutesPerDay is a whole number from 1 to 1440.'],
])('%j is refused with the allowed range', (change, message) => {
  const result = restoreTestSettings.safeParse({ ...other, ...change });
  expect(result.error?.issues.map((issue) => issue.message)).toStrictEqual([message]);
});
