import { defaultScrubSettings, type VerificationState } from '@holdfast/shared/verification';
import { expect, it } from 'vitest';
import { verificationCheck } from './check-verification.ts';

const now = Date.parse('2026-03-27T02:00:00.000Z');
const sound: VerificationState = {
  ...{ scrub: defaultScrubSettings, completed: 3, verified: 3, failed: [], failedTotal: 0, due: 0, dueBytes: 0 },
  ...{
    oldestCheckAt: '2026-03-20T02:00:00.000Z',
    neverChecked: 0,
    lastScrubAt: '2026-03-26T02:00:00.000Z',
    running: [],
  },
};
const damaged = {
  ...{ backupId: 'b' as never, deploymentId: 'd' as never, deploymentName: 'shop' },
  ...{ createdAt: '2026-03-01T02:00:00.000Z', checkedAt: '2026-03-20T02:00:00.000Z' },
};

it('is in order while everything was read within the time', () => {
  expect(verificationCheck(sound, now)).toMatchObject({
    status: 'ok',
    found: '3 of 3 backups verified; the longest not read: 7 days; last scrub: 2026-03-26T02:00:00.000Z; 0 waiting',
  });
});

it('fails for a damaged backup, and names it', () => {
  const check = verificationCheck({ ...sound, failed: [damaged], failedTotal: 1 }, now);
  expect(check).toMatchObject({ status: 'failed', advice: expect.stringContaining('Take a new backup') });
  expect(check.found).toContain('1 did not pass: shop of 2026-03-01T02:00:00.000Z');
});

it('warns while the scrub is off or does not keep up', () => {
  const off = { ...defaultScrubSettings, enabled: false };
  expect(verificationCheck({ ...sound, scrub: off }, now)).toMatchObject({
    status: 'warning',
    found: expect.stringContaining('the scrub is off'),
  });
  const late = { ...sound, oldestCheckAt: '2026-02-09T02:00:00.000Z' };
  expect(verificationCheck(late, now)).toMatchObject({ status: 'warning', advice: expect.stringContaining('keep up') });
  expect(verificationCheck({ ...late, oldestCheckAt: '2026-02-11T02:00:00.000Z' }, now).status).toBe('ok');
});
