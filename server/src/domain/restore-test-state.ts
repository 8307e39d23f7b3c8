// The restore test of a backup that is asked for or runs, as part of the backup's state. Pure.
import type { LedgerEvent } from '@holdfast/shared/events';
import type { RestoreTestCause } from '@holdfast/shared/restore-test';

/** A test that is asked for or runs. */
export interface RestoreTestState {
  readonly status: 'requested' | 'running';
  readonly cause: RestoreTestCause;
  readonly worker: string | null;
  readonly since: string;
}

/** What an event makes of the test of its backup. */
export function evolveRestoreTest(state: RestoreTestState | null, event: LedgerEvent): RestoreTestState | null {
  switch (event.type) {
    case 'RestoreTestRequested':
      return { status: 'requested', cause: 'asked', worker: null, since: event.at };
    case 'RestoreTestStarted':
      return { status: 'running', cause: event.data.cause, worker: event.data.worker, since: event.at };
    case 'RestoreTestPassed':
    case 'RestoreTestFailed':
    case 'RestoreTestSkipped':
      return null;
    default:
      return state;
  }
}
