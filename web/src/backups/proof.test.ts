import { failureReason } from '@holdfast/shared/failures';
import { isOfTheBackup } from '@holdfast/shared/restore-test';
import { expect, it } from 'vitest';
import { sampleBackup, sampleFailure, sampleRestoreTest } from '../testing/samples.ts';
import { proofOf, reasonsOfBackup } from './proof.ts';

const at = '2026-03-26T02:02:00.000Z';
const failed = (reason: 'unreachable') => sampleRestoreTest({ state: 'failed', error: { ...sampleFailure(), reason } });
const failedTest = { at, error: sampleFailure() };

it('agrees with the server on which failures are of the backup', () => {
  expect([...reasonsOfBackup].sort()).toEqual(failureReason.options.filter(isOfTheBackup).sort());
});

it.each([
  ['is written', {}, 'none'],
  ['is verified', { verifiedAt: at }, 'verified'],
  ['is restore-tested', { verifiedAt: at, testedAt: at }, 'tested'],
  [
    'is tested although a later test was skipped',
    { testedAt: at, restoreTest: sampleRestoreTest({ state: 'skipped' }) },
    'tested',
  ],
  ['is tested although a later test could not be made', { testedAt: at, restoreTest: failed('unreachable') }, 'tested'],
  ['did not come back whole', { verifiedAt: at, failedTest }, 'unrestorable'],
  ['could not be tested again', { verifiedAt: at, failedTest, restoreTest: failed('unreachable') }, 'unrestorable'],
  ['was found damaged', { testedAt: at, error: sampleFailure() }, 'damaged'],
  ['is not completed', { status: 'failed', testedAt: at }, 'none'],
] as const)('a backup that %s', (_, change, proof) => {
  expect(proofOf(sampleBackup(change))).toBe(proof);
});
