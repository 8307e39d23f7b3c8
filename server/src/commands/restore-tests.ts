// Asking for restore tests, their settings, and how they stand.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type { BackupId } from '@holdfast/shared/ids';
import type { FailedRestoreTest, RestoreTestSettings, RestoreTestsState as State } from '@holdfast/shared/restore-test';
import type { Filter } from 'mongodb';
import { requestRestoreTest, skipRestoreTest, supervisor } from '../domain/restore-test.ts';
import { changeRestoreTests, type RestoreTestsState, restoreTestsOf, spentOn } from '../domain/restore-tests.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { StoredDeployment } from '../projections/deployments.ts';
import { cancelRunning, runningRestoreTests } from '../runner/restore-test/running-restore-tests.ts';
import type { Services } from '../services.ts';
import { execute } from './execute.ts';

/** Asks for a test; the next worker that is free begins. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE, RESTORE_TEST_IN_PROGRESS. */
export async function requestTest(services: Services, backupId: BackupId, actor: Actor): Promise<void> {
  const stream = `backup:${backupId}` as const;
  await execute(services.ledger, {
    actor,
    correlationId: backupId,
    reads: [stream],
    decide: (state) => requestRestoreTest(state(stream), backupId),
  });
}

/** One that waits is over at once; one that runs as soon as nothing of it is left. Raises BACKUP_NOT_FOUND, RESTORE_TEST_NOT_RUNNING. */
export async function cancelTest(services: Services, backupId: BackupId, actor: Actor): Promise<void> {
  const stream = `backup:${backupId}` as const;
  const skipped = {
    backupId,
    cause: 'asked',
    reason: 'cancelled',
    message: 'It was cancelled.',
    durationMs: 0,
  } as const;
  if (await cancelRunning(services.restoreTests, backupId, actor)) return;
  await execute(services.ledger, {
    actor,
    correlationId: backupId,
    reads: [stream],
    decide: (read) => {
      const state = read(stream);
      if (state === undefined) throw new AppError('BACKUP_NOT_FOUND', { id: backupId });
      if (!state.restoreTest) throw new AppError('RESTORE_TEST_NOT_RUNNING', { id: backupId });
      return skipRestoreTest(state, { ...skipped, by: supervisor });
    },
  });
}

/** Changes the settings; they hold from the next test on. Raises DEPLOYMENT_NOT_FOUND. */
export async function setRestoreTests(services: Services, settings: RestoreTestSettings, actor: Actor): Promise<void> {
  const { setAsideId } = settings;
  const setAside = `deployment:${setAsideId}` as const;
  await execute(services.ledger, {
    actor,
    reads: ['restore-tests', ...(setAsideId === null ? [] : [setAside])],
    decide: (state) =>
      changeRestoreTests(
        { tests: state('restore-tests'), setAside: setAsideId === null ? undefined : state(setAside) },
        settings,
      ),
  });
}

/** How many failed ones of each kind are named. */
const failedNamed = 50;
const dayMs = 24 * 3_600_000;

type Asked = Pick<Services, 'ledger' | 'now' | 'restoreTests' | 'mongods' | 'role'>;

/** As it is now. Raises LEDGER_UNAVAILABLE. */
export async function restoreTestsState(services: Asked): Promise<State> {
  const { ledger, now, restoreTests, mongods, role } = services;
  const state = (await ledger.state('restore-tests')) as RestoreTestsState | undefined;
  const settings = restoreTestsOf(state);
  return {
    settings,
    ...(await countTests(services)),
    spentMs: spentOn(new Date(now()).toISOString().slice(0, 10), state),
    versions: role === 'api' ? null : [...new Set((await mongods()).map(({ version }) => version))],
    overdue: settings.enabled ? await overdueOf(services, settings) : [],
    running: await runningRestoreTests(restoreTests),
  };
}

type Counted = 'completed' | 'tested' | 'failed' | 'failedTotal' | 'notMade' | 'notMadeTotal';

/** How many passed, failed, and could not be made. Raises LEDGER_UNAVAILABLE. */
export async function countTests({ ledger }: Pick<Services, 'ledger'>): Promise<Pick<State, Counted>> {
  const backups = await ledger.readModel<StoredBackup>('backups');
  const completed = { status: 'completed' } as const;
  const isFailed: Filter<StoredBackup> = { ...completed, 'failedTest.at': { $gt: '' } };
  const isNotMade: Filter<StoredBackup> = { ...completed, failedTest: null as never, 'restoreTest.state': 'failed' };
  const named = (filter: Filter<StoredBackup>) =>
    backups.find(filter).sort({ createdAt: -1 }).limit(failedNamed).map(failedOf).toArray();
  const [all, tested, failedTotal, failed, notMadeTotal, notMade] = await Promise.all([
    backups.countDocuments(completed),
    backups.countDocuments({ ...completed, testedAt: { $gt: '' } }),
    backups.countDocuments(isFailed),
    named(isFailed),
    backups.countDocuments(isNotMade),
    named(isNotMade),
  ]);
  return { completed: all, tested, failedTotal, failed, notMadeTotal, notMade };
}

function failedOf({ _id, failedTest, restoreTest, ...backup }: StoredBackup): FailedRestoreTest {
  const { deploymentId, deploymentName, createdAt } = backup;
  const { at = createdAt, error } = failedTest ?? restoreTest ?? {};
  const message = error?.message ?? '';
  return { backupId: _id as BackupId, deploymentId, deploymentName, createdAt, failedAt: at, message };
}

async function overdueOf({ ledger, now }: Asked, { everyDays }: RestoreTestSettings): Promise<State['overdue']> {
  const deployments = await ledger.readModel<StoredDeployment>('deployments');
  const since = new Date(now() - 2 * everyDays * dayMs).toISOString();
  const known = await deployments
    .find({ removed: false, registeredAt: { $lte: since } })
    .sort({ name: 1 })
    .toArray();
  return known
    .filter(({ restoreTest }) => (restoreTest?.at ?? '') < since)
    .map(({ _id, name, restoreTest }) => ({
      deploymentId: _id as never,
      deploymentName: name,
      testedAt: restoreTest?.at ?? null,
    }));
}
