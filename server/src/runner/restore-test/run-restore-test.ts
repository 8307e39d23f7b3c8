// One restore test: a backup is brought back for real, compared with its manifest document by document, timed, and thrown away. It
// takes no deployment's lock, shares the archive, and always ends in the ledger: passed, failed, or why it did not take place.
import { performance } from 'node:perf_hooks';
import type { Actor } from '@holdfast/shared/actor';
import type { NewEvent } from '@holdfast/shared/events';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId } from '@holdfast/shared/ids';
import type { RestoreTestCause } from '@holdfast/shared/restore-test';
import { execute } from '../../commands/execute.ts';
import { type BackupState, requireCompleted } from '../../domain/backup.ts';
import { failRestoreTest, passRestoreTest, skipRestoreTest, startRestoreTest } from '../../domain/restore-test.ts';
import { type RestoreTestsState, restoreTestsOf } from '../../domain/restore-tests.ts';
import type { StoredBackup } from '../../projections/backups.ts';
import type { Services } from '../../services.ts';
import { shareArchive } from '../archive-leases.ts';
import { recordOutcome, toFailure } from '../record-outcome.ts';
import { type BroughtBack, bringBack } from './bring-back.ts';
import { type ShownRestoreTest, showRestoreTest } from './running-restore-tests.ts';
import { chooseTestPlace, type TestPlace } from './test-place.ts';
import { TestStopped } from './test-stopped.ts';

export interface RestoreTestOrder {
  readonly backupId: BackupId;
  readonly cause: RestoreTestCause;
  /** Stops it with TestStopped, or as interrupted. */
  readonly signal: AbortSignal;
  /** Runs out as TestStopped(`budget-spent`). */
  readonly budgetMs?: number;
}

/** A test of a backup that takes longer is of no use. */
const timeLimitMs = 24 * 3_600_000;

/**
 * Resolves once its end is in the ledger. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE, ARCHIVE_IN_USE before anything is begun;
 * RESTORE_TEST_IN_PROGRESS, WRONG_WORKER when another server runs it.
 */
export async function runRestoreTest(services: Services, order: RestoreTestOrder): Promise<void> {
  const { backupId, cause } = order;
  await using lease = await shareArchive(services, backupId, { kind: 'restore-test' });
  const backup = requireCompleted((await services.ledger.state(`backup:${backupId}`)) as BackupState, backupId);
  await using shown = await showRestoreTest(services, { ...(await factsOf(services, backup)), cause });
  using limits = startLimits(order.budgetMs);
  const signal = AbortSignal.any([order.signal, lease.signal, shown.signal, limits.signal]);
  const startedAt = performance.now();
  const work: Attempt = { services, order, backup, shown, signal, begun: false };
  const decide = await attempt(work).then(
    (passed) => passes(services, backupId, passed),
    (error: unknown) => ends(services, order, { error: signal.aborted ? signal.reason : error, begun: work.begun }),
  );
  const durationMs = Math.round(performance.now() - startedAt);
  const actor = decide.by ?? { kind: 'system', id: services.instanceId };
  await change(services, backupId, (state) => decide.events(state, durationMs), actor);
}

async function factsOf(services: Services, { backupId, deploymentId, sealed }: BackupState) {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const deploymentName = (await backups.findOne({ _id: backupId }))?.deploymentName ?? '';
  return { backupId, deploymentId, deploymentName, totalBytes: sealed?.rawBytes ?? 0 };
}

interface Attempt {
  readonly services: Services;
  readonly order: RestoreTestOrder;
  readonly backup: BackupState;
  readonly shown: ShownRestoreTest;
  readonly signal: AbortSignal;
  /** `RestoreTestStarted` is in the ledger. */
  begun: boolean;
}

interface Passed extends BroughtBack {
  readonly serverVersion: string;
}

async function attempt(work: Attempt): Promise<Passed> {
  const { services, order, backup, shown, signal } = work;
  const { backupId, cause } = order;
  const { sealed } = backup;
  if (sealed === null) throw new Error(`backup ${backupId} is completed but was never sealed`);
  const settings = restoreTestsOf((await services.ledger.state('restore-tests')) as RestoreTestsState | undefined);
  const place: TestPlace = await chooseTestPlace(services, { ...sealed, backupId }, settings);
  signal.throwIfAborted();
  const { serverVersion } = place;
  const { worker } = services;
  await change(services, backupId, (state) => startRestoreTest(state, { backupId, worker, cause, serverVersion }));
  work.begun = true;
  const brought = await bringBack(services, { backup: { ...backup, sealed }, place, shown, signal });
  return { ...brought, serverVersion };
}

/** How it ends, and who wanted that; null: nobody did. */
interface Ending {
  readonly by: Actor | null;
  readonly events: (state: BackupState | undefined, durationMs: number) => NewEvent[];
}

function passes({ worker }: Services, backupId: BackupId, passed: Passed): Ending {
  return {
    by: null,
    events: (state, durationMs) => passRestoreTest(state, { backupId, worker, durationMs, ...passed }),
  };
}

/** Of one that was not begun nothing is recorded unless there is a reason to tell: its turn comes again. */
function ends(
  services: Services,
  { backupId, cause }: RestoreTestOrder,
  { error, begun }: { readonly error: unknown; readonly begun: boolean },
): Ending {
  const { worker } = services;
  const stopped = stopOf(error);
  if (!begun && (stopped === null || stopped.reason === 'interrupted')) throw error;
  if (stopped !== null) {
    const { reason, message, by } = stopped;
    const skipped = { backupId, cause, by: worker, reason, message };
    return { by, events: (state, durationMs) => skipRestoreTest(state, { ...skipped, durationMs }) };
  }
  const failure = toFailure(services, backupId, error);
  return { by: null, events: (state, durationMs) => failRestoreTest(state, { backupId, worker, failure, durationMs }) };
}

/** What says nothing about the backup. */
function stopOf(error: unknown): TestStopped | null {
  if (error instanceof TestStopped) return error;
  const isInterruption = error instanceof OperationFailure && error.reason === 'interrupted';
  return isInterruption || isLeaseLost(error)
    ? new TestStopped('interrupted', 'The server that ran it stopped, or lost its lease.')
    : null;
}

function isLeaseLost(error: unknown): boolean {
  return error instanceof Error && error.name === 'LeaseLost';
}

/** The budget's time first, else the limit of any test. */
function startLimits(budgetMs: number | undefined): { readonly signal: AbortSignal } & Disposable {
  const over = new AbortController();
  const spent = () =>
    over.abort(
      new TestStopped(
        'budget-spent',
        'The minutes of the day were spent before it was through. Give the schedule more of them, or ask for the test.',
      ),
    );
  const late = () =>
    over.abort(new OperationFailure('timed-out', 'The test was stopped: it was not done after a day.'));
  const timer =
    budgetMs !== undefined && budgetMs < timeLimitMs ? setTimeout(spent, budgetMs) : setTimeout(late, timeLimitMs);
  return { signal: over.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}

async function change(
  services: Services,
  backupId: BackupId,
  decide: (state: BackupState | undefined) => NewEvent[],
  actor: Actor = { kind: 'system', id: services.instanceId },
): Promise<void> {
  const stream = `backup:${backupId}` as const;
  await recordOutcome(services, () =>
    execute(services.ledger, {
      actor,
      correlationId: backupId,
      reads: [stream],
      decide: (read) => decide(read(stream)),
    }),
  );
}
