// The restore test of a backup. Pure.
//
// test        Request    Start      Pass, Fail   Skip
// (none)      requested  running *  -            (none)
// requested   refused    running    -            (none)
// running     refused    -          (none)       (none)
//
// * One that is asked for starts from its request alone: it may have been cancelled.
//
// What ends a running one must name the worker that started it; only the supervisor ends another's. An end that is recorded
// already appends nothing.
import { AppError } from '@holdfast/shared/errors';
import type { EventData, NewEvent } from '@holdfast/shared/events';
import type { Failure } from '@holdfast/shared/failures';
import type { BackupId } from '@holdfast/shared/ids';
import type { RestoreTestCause, RestoreTestSkipReason } from '@holdfast/shared/restore-test';
import { type BackupState, requireCompleted } from './backup.ts';

/** Asks for a test. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE, RESTORE_TEST_IN_PROGRESS. */
export function requestRestoreTest(state: BackupState | undefined, backupId: BackupId): NewEvent[] {
  const { deploymentId, restoreTest } = requireCompleted(state, backupId);
  if (restoreTest) throw new AppError('RESTORE_TEST_IN_PROGRESS', { id: backupId, since: restoreTest.since });
  return [{ stream: `backup:${backupId}`, type: 'RestoreTestRequested', data: { backupId, deploymentId } }];
}

/** A worker begins. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE; WRONG_WORKER while another one runs it, or it is not asked for any more. */
export function startRestoreTest(
  state: BackupState | undefined,
  command: Omit<EventData<'RestoreTestStarted'>, 'deploymentId'>,
): NewEvent[] {
  const { backupId, worker } = command;
  const { deploymentId, restoreTest } = requireCompleted(state, backupId);
  if (restoreTest?.status === 'running') {
    if (restoreTest.worker === worker) return [];
    throw new AppError('WRONG_WORKER', { id: backupId });
  }
  if (command.cause === 'asked' && !restoreTest) throw new AppError('WRONG_WORKER', { id: backupId });
  return [{ stream: `backup:${backupId}`, type: 'RestoreTestStarted', data: { ...command, deploymentId } }];
}

/** Everything equals the manifest. Raises WRONG_WORKER. */
export function passRestoreTest(
  state: BackupState | undefined,
  command: Omit<EventData<'RestoreTestPassed'>, 'deploymentId' | 'cause'> & { readonly worker: string },
): NewEvent[] {
  const { worker, ...passed } = command;
  const running = runningOf(state, passed.backupId, worker);
  if (running === null) return [];
  const data = { ...passed, deploymentId: running.deploymentId, cause: running.cause };
  return [{ stream: `backup:${passed.backupId}`, type: 'RestoreTestPassed', data }];
}

/** It could not be brought back, or is not what was backed up. Raises WRONG_WORKER. */
export function failRestoreTest(
  state: BackupState | undefined,
  command: {
    readonly backupId: BackupId;
    readonly worker: string;
    readonly failure: Failure;
    readonly durationMs: number;
  },
): NewEvent[] {
  const { backupId, worker, failure, durationMs } = command;
  const running = runningOf(state, backupId, worker);
  if (running === null) return [];
  const { deploymentId, cause } = running;
  const data = { backupId, deploymentId, cause, durationMs, ...failure };
  return [{ stream: `backup:${backupId}`, type: 'RestoreTestFailed', data }];
}

export interface SkipRestoreTest {
  readonly backupId: BackupId;
  /** The worker that runs it, or `supervisor` for one that nobody runs any more. */
  readonly by: string;
  /** Of one that was neither asked for nor begun. */
  readonly cause: RestoreTestCause;
  readonly reason: RestoreTestSkipReason;
  readonly message: string;
  readonly durationMs: number;
}

/** It does not take place, or not to its end. Raises BACKUP_NOT_FOUND; WRONG_WORKER while another worker runs it. */
export function skipRestoreTest(state: BackupState | undefined, command: SkipRestoreTest): NewEvent[] {
  const { backupId, by, reason, message, durationMs } = command;
  if (state === undefined) throw new AppError('BACKUP_NOT_FOUND', { id: backupId });
  const { deploymentId, restoreTest } = state;
  if (restoreTest?.status === 'running' && restoreTest.worker !== by && by !== supervisor)
    throw new AppError('WRONG_WORKER', { id: backupId });
  if (by === supervisor && !restoreTest) return [];
  const cause = restoreTest?.cause ?? command.cause;
  const data = { backupId, deploymentId, cause, reason, message, durationMs };
  return [{ stream: `backup:${backupId}`, type: 'RestoreTestSkipped', data }];
}

/** Ends what nobody runs any more, whoever began it. */
export const supervisor = 'supervisor';

/** null when it has ended already. Raises WRONG_WORKER. */
function runningOf(state: BackupState | undefined, backupId: BackupId, worker: string) {
  if (!state?.restoreTest) return null;
  if (state.restoreTest.status !== 'running' || state.restoreTest.worker !== worker)
    throw new AppError('WRONG_WORKER', { id: backupId });
  return { deploymentId: state.deploymentId, cause: state.restoreTest.cause };
}
