import { defaultRestoreTestSettings, type RestoreTestsState } from '@holdfast/shared/restore-test';
import { expect, it } from 'vitest';
import { restoreTestsCheck } from './check-restore-tests.ts';

const sound: RestoreTestsState = {
  settings: defaultRestoreTestSettings,
  ...{ completed: 3, tested: 1, failed: [], failedTotal: 0, notMade: [], notMadeTotal: 0 },
  ...{ spentMs: 0, versions: ['6.0.5'], overdue: [], running: [] },
};

it('says how many were tested, and which versions are at hand', () => {
  const found = '1 of 3 backups restore-tested; mongod at hand: 6.0.5';
  expect(restoreTestsCheck(sound)).toMatchObject({ status: 'ok', found });
});

const of = { deploymentId: 'd' as never, deploymentName: 'shop' };
const times = { createdAt: '2026-03-01T02:00:00.000Z', failedAt: '2026-03-02T02:00:00.000Z' };
const failed = [{ backupId: 'b' as never, ...of, ...times, message: 'it differs' }];

it('fails for a backup that did not come back whole, which is to be deleted', () => {
  expect(restoreTestsCheck({ ...sound, failed, failedTotal: 1 })).toMatchObject({
    status: 'failed',
    found: expect.stringContaining('1 did not come back whole: shop of 2026-03-01T02:00:00.000Z'),
    advice: expect.stringContaining('delete the one that did not come back whole'),
  });
});

it('warns of a test that could not be made, whose backup is to be kept', () => {
  const check = restoreTestsCheck({ ...sound, notMade: failed, notMadeTotal: 1 });
  expect(check).toMatchObject({
    status: 'warning',
    found: expect.stringContaining('1 could not be tested: shop of 2026-03-01T02:00:00.000Z'),
    advice: expect.stringContaining('keep it'),
  });
  expect(check.advice).not.toContain('delete');
});

it('warns of a deployment that was not tested for long', () => {
  expect(restoreTestsCheck({ ...sound, overdue: [{ ...of, testedAt: null }] })).toMatchObject({
    status: 'warning',
    found: expect.stringContaining('not tested for long: shop (never)'),
  });
});
