// Tests restores: what somebody asks for, every n-th backup of a policy, and by a schedule within its budget of minutes. Beside the
// operations: it takes no deployment's lock and no place among them, tests one backup at a time on each server, none twice among
// all, and makes way for a deletion unless somebody asked. The schedule begins nothing while an operation runs here.
import { join } from 'node:path';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId } from '@holdfast/shared/ids';
import type { RestoreTestCause } from '@holdfast/shared/restore-test';
import { execute } from '../../commands/execute.ts';
import { skipRestoreTest } from '../../domain/restore-test.ts';
import { budgetOf, fitsInto } from '../../domain/restore-test-turns.ts';
import { type RestoreTestsState, restoreTestsOf, spentOn } from '../../domain/restore-tests.ts';
import { removeThrowAways } from '../../engine/throw-away-mongod.ts';
import type { Services } from '../../services.ts';
import { takeTurn } from '../archive-leases.ts';
import { startWorkBeside, type WorkBeside } from '../work-beside.ts';
import { nthBackups, requestedTests, scheduledTests } from './due-restore-tests.ts';
import { endAbandonedTests } from './end-abandoned-tests.ts';
import { type RestoreTestOrder, runRestoreTest } from './run-restore-test.ts';
import { throwAwayFolder } from './test-place.ts';
import { TestStopped } from './test-stopped.ts';

/** One that could not be begun, or made way, is left alone for so long. */
const restMs = 10 * 60_000;
/** Somebody waits for it. */
const askedRestMs = 15_000;

/**
 * Removes what an earlier server left in the data folder, then starts to test until it is closed: what it tests then is recorded as
 * interrupted.
 */
export async function startRestoreTester(services: Services): Promise<WorkBeside> {
  const left = await removeThrowAways(join(services.dataDir, throwAwayFolder));
  if (left.length > 0) services.logger.info({ left }, 'what a killed server left of its restore tests was removed');
  const work = new TesterWork(services);
  return startWorkBeside(services, {
    what: 'what to test',
    wakes: new Set([
      'RestoreTestRequested',
      'RestoreTestsChanged',
      'BackupCompleted',
      'BackupVerified',
      'PolicyChanged',
    ]),
    next: (closing) => work.testNext(closing),
  });
}

type Own = Omit<RestoreTestOrder, 'signal'>;

class TesterWork {
  readonly #services: Services;
  /** Until when each is left alone, by the monotonic clock. */
  readonly #resting = new Map<BackupId, { readonly until: number; readonly cause: RestoreTestCause }>();

  constructor(services: Services) {
    this.#services = services;
  }

  async testNext(closing: AbortSignal): Promise<boolean> {
    const services = this.#services;
    await endAbandonedTests(services);
    for (const backupId of await requestedTests(services, this.#left('asked')))
      if (await this.#test({ backupId, cause: 'asked' }, closing)) return true;
    for (const backupId of await nthBackups(services, this.#left()))
      if (await this.#test({ backupId, cause: 'after-backup' }, closing)) return true;
    return await this.#testScheduled(closing);
  }

  async #testScheduled(closing: AbortSignal): Promise<boolean> {
    const services = this.#services;
    const state = (await services.ledger.state('restore-tests')) as RestoreTestsState | undefined;
    const settings = restoreTestsOf(state);
    if (!settings.enabled || services.runningHere.size > 0) return false;
    const budgetMs = budgetOf(settings);
    const leftMs = budgetMs - spentOn(new Date(services.now()).toISOString().slice(0, 10), state);
    if (leftMs <= 0) return false;
    await using turn = await takeTurn(services, 'restore-test-schedule');
    if (turn === null) return false;
    for (const { backupId, needsMs } of await scheduledTests(services, settings, this.#left())) {
      if (!fitsInto(leftMs, { needsMs, budgetMs })) continue;
      if (await this.#test({ backupId, cause: 'schedule', budgetMs: leftMs }, closing)) return true;
    }
    return false;
  }

  /** False when another server tests it. Whatever comes of it is in the ledger or in the log. */
  async #test(order: Own, closing: AbortSignal): Promise<boolean> {
    const services = this.#services;
    const { backupId, cause } = order;
    await using turn = await takeTurn(services, `restore-test/${backupId}`);
    if (turn === null) return false;
    const own = new AbortController();
    const signal = AbortSignal.any([closing, turn.signal, own.signal]);
    const testing = runRestoreTest(services, { ...order, signal }).catch((error: unknown) =>
      this.#putOff(order, error),
    );
    if (cause !== 'asked') {
      services.testingHere.set(backupId, {
        makeWay: () => {
          own.abort(new TestStopped('archive-in-use', 'The backup is being deleted.'));
          return testing;
        },
      });
    }
    await testing;
    services.testingHere.delete(backupId);
    return true;
  }

  /** It was not begun, or its end could not be recorded. */
  async #putOff({ backupId, cause }: Own, error: unknown): Promise<void> {
    const { logger } = this.#services;
    // What somebody else runs, or has cancelled, is not due any more.
    if (error instanceof AppError && error.code === 'WRONG_WORKER') return;
    this.#resting.set(backupId, { until: performance.now() + (cause === 'asked' ? askedRestMs : restMs), cause });
    if (error instanceof OperationFailure)
      logger.debug({ backupId, err: error.message }, 'a restore is not tested now');
    else if (!(error instanceof AppError)) logger.error({ backupId, err: error }, 'defect in a restore test');
    else if (cause === 'asked' && error.code === 'ARCHIVE_IN_USE') await this.#skip(backupId, error.message);
    else logger.debug({ backupId, code: error.code }, 'a restore is not tested now');
  }

  async #skip(backupId: BackupId, message: string): Promise<void> {
    const { ledger, instanceId, worker } = this.#services;
    const stream = `backup:${backupId}` as const;
    const skipped = { backupId, by: worker, cause: 'asked', reason: 'archive-in-use', message, durationMs: 0 } as const;
    await execute(ledger, {
      actor: { kind: 'system', id: instanceId },
      correlationId: backupId,
      reads: [stream],
      decide: (read) => skipRestoreTest(read(stream), skipped),
    });
  }

  /** Those that are left alone; of what is asked for only those for which that was tried. */
  #left(cause?: RestoreTestCause): BackupId[] {
    for (const [backupId, { until }] of this.#resting) if (performance.now() >= until) this.#resting.delete(backupId);
    return [...this.#resting].flatMap(([backupId, rest]) =>
      cause === undefined || rest.cause === cause ? [backupId] : [],
    );
  }
}
