// What a restore test's events change of its backup, in the list of backups.
import type { Backup } from '@holdfast/shared/backup';
import type { LedgerEvent } from '@holdfast/shared/events';
import { type BackupRestoreTest, isOfTheBackup } from '@holdfast/shared/restore-test';
import { failureOf } from './failure-of.ts';

type TestEvent = LedgerEvent<
  'RestoreTestRequested' | 'RestoreTestStarted' | 'RestoreTestPassed' | 'RestoreTestFailed' | 'RestoreTestSkipped'
>;
type Tested = Pick<Backup, 'testedAt' | 'testedRestoreMs'>;
type Outcome = Partial<Tested & Pick<Backup, 'failedTest'>> & { readonly restoreTest: BackupRestoreTest };

/** Of a backup that has no mark, or has lost it. */
export const untested: Tested = { testedAt: null, testedRestoreMs: null };

/** Of one that nobody has tested. */
export const neverTested = { ...untested, restoreTest: null, failedTest: null };

/** The newest test, and the mark that it gives or takes. A test that did not take place takes none, nor what an earlier one found. */
export function restoreTested(event: TestEvent): Outcome {
  const { at } = event;
  switch (event.type) {
    case 'RestoreTestRequested':
      return { restoreTest: { ...nothing, at, state: 'requested' } };
    case 'RestoreTestStarted': {
      const { cause, serverVersion } = event.data;
      return { restoreTest: { ...nothing, at, state: 'running', cause, serverVersion } };
    }
    case 'RestoreTestPassed': {
      const { cause = 'asked', durationMs, restoreMs, documents, serverVersion } = event.data;
      const passed = { ...nothing, at, cause, durationMs, restoreMs, documents, serverVersion };
      return {
        restoreTest: { ...passed, state: 'passed' },
        testedAt: at,
        testedRestoreMs: restoreMs,
        failedTest: null,
      };
    }
    case 'RestoreTestFailed': {
      const { cause = 'asked', reason } = event.data;
      const error = failureOf(event.data);
      const restoreTest = { ...nothing, at, state: 'failed' as const, cause, error };
      return isOfTheBackup(reason) ? { restoreTest, ...untested, failedTest: { at, error } } : { restoreTest };
    }
    case 'RestoreTestSkipped': {
      const { cause, reason, message } = event.data;
      return { restoreTest: { ...nothing, at, state: 'skipped', cause, skipped: reason, message } };
    }
  }
}

const nothing: Omit<BackupRestoreTest, 'at' | 'state'> = {
  cause: 'asked',
  durationMs: null,
  restoreMs: null,
  documents: null,
  serverVersion: null,
  skipped: null,
  message: null,
  error: null,
};
