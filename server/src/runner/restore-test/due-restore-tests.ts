// Which backup is to be tested next. Nothing is queued: what is asked for stands in the backup, the rest is found in the read
// models, so that a restart or another server goes on where one stopped.
//
// completed backup                                            its turn comes
// asked for                                                   right away
// every n-th of its policy, for a day                         right away, the newest first; begun anew when its server ends, twice
// the newest verified one of its deployment                   by the schedule: domain/restore-test-turns.ts
import type { BackupId, DeploymentId } from '@holdfast/shared/ids';
import type { RestoreTestSettings } from '@holdfast/shared/restore-test';
import type { Filter } from 'mongodb';
import { dueInOrder } from '../../domain/restore-test-turns.ts';
import type { StoredBackup } from '../../projections/backups.ts';
import type { StoredDeployment } from '../../projections/deployments.ts';
import type { StoredPolicy } from '../../projections/policies.ts';
import type { Services } from '../../services.ts';

const dayMs = 24 * 3_600_000;

type Due = Pick<Services, 'ledger' | 'now'>;
/** What is tested is not known to be damaged. */
const good = { status: 'completed', error: null as never } as const;

/** Those that somebody wants tested, the first asked for first; `besides` are left alone. Raises LEDGER_UNAVAILABLE. */
export async function requestedTests({ ledger }: Due, besides: readonly BackupId[]): Promise<BackupId[]> {
  const backups = await ledger.readModel<StoredBackup>('backups');
  const filter: Filter<StoredBackup> = { status: 'completed', 'restoreTest.state': 'requested', ...not(besides) };
  const found = await backups.find(filter).sort({ 'restoreTest.at': 1 }).limit(20).project({ _id: 1 }).toArray();
  return found.map(({ _id }) => _id as BackupId);
}

/** Of each policy that wants every n-th tested, the newest whose turn it is. Raises LEDGER_UNAVAILABLE. */
export async function nthBackups(due: Due, besides: readonly BackupId[]): Promise<BackupId[]> {
  const policies = await due.ledger.readModel<StoredPolicy>('policies');
  const wanting = await policies.find({ removed: false, restoreTestEvery: { $gte: 1 } }).toArray();
  const found = await Promise.all(wanting.map((policy) => nthOf(due, policy, besides)));
  return found.filter((id) => id !== null);
}

async function nthOf(
  { ledger, now }: Due,
  { _id, restoreTestEvery }: StoredPolicy,
  besides: readonly BackupId[],
): Promise<BackupId | null> {
  const backups = await ledger.readModel<StoredBackup>('backups');
  const policyId = _id as never;
  const completedAt = { $gt: new Date(now() - dayMs).toISOString() };
  const filter: Filter<StoredBackup> = { ...good, policyId, completedAt, ...notTested, ...not(besides) };
  for await (const backup of backups.find(filter).sort({ completedAt: -1 }).limit(100)) {
    // Those that are gone by now count too.
    const ordinal = await backups.countDocuments({
      policyId,
      completedAt: { $gt: '', $lte: backup.completedAt ?? '' },
    });
    if (ordinal % (restoreTestEvery ?? 1) === 0) return backup._id as BackupId;
  }
  return null;
}

/** So often: it may be the test that ends its server. */
const mostInterruptions = 3;

/** One that was stopped by the end of its server is begun anew. */
const notTested: Filter<StoredBackup> = {
  testInterruptions: { $not: { $gte: mostInterruptions } },
  $or: [
    { restoreTest: null as never },
    { 'restoreTest.state': 'skipped', 'restoreTest.skipped': 'interrupted', 'restoreTest.cause': 'after-backup' },
  ],
};

/** A backup that the schedule wants tested, and how much of a day's minutes that needs; null: not known. */
export interface ScheduledTest {
  readonly backupId: BackupId;
  readonly needsMs: number | null;
}

/** The newest verified backup of each deployment whose turn it is, in that order. Raises LEDGER_UNAVAILABLE. */
export async function scheduledTests(
  { ledger, now }: Due,
  settings: Pick<RestoreTestSettings, 'everyDays' | 'minutesPerDay'>,
  besides: readonly BackupId[],
): Promise<ScheduledTest[]> {
  const deployments = await ledger.readModel<StoredDeployment>('deployments');
  const known = await deployments.find({ removed: false }).map(scheduledOf).toArray();
  const found = await Promise.all(
    dueInOrder(known, settings, now()).map(async ({ _id, needsMs }) => {
      const newest = await newestVerified({ ledger }, _id as DeploymentId);
      if (newest === undefined || isUnderWay(newest)) return [];
      const backupId = newest._id as BackupId;
      return besides.includes(backupId) ? [] : [{ backupId, needsMs }];
    }),
  );
  return found.flat();
}

function scheduledOf({ _id, name, restoreTest, restoreTurns }: StoredDeployment) {
  const { triedAt, cutMs = null, interruptedAt } = restoreTurns ?? {};
  const turns = { triedAt: timeOf(triedAt), cutMs, interruptedAt: timeOf(interruptedAt) };
  return { _id, name, turns, tookMs: restoreTest?.durationMs ?? null };
}

function timeOf(at: string | null | undefined): number | null {
  return at ? Date.parse(at) : null;
}

async function newestVerified(
  { ledger }: Pick<Due, 'ledger'>,
  deploymentId: DeploymentId,
): Promise<StoredBackup | undefined> {
  const backups = await ledger.readModel<StoredBackup>('backups');
  const filter: Filter<StoredBackup> = { deploymentId, ...good, verifiedAt: { $ne: null as never } };
  const [newest] = await backups.find(filter).sort({ createdAt: -1 }).limit(1).toArray();
  return newest;
}

/** Somebody's already: asked for, or run by some server. */
function isUnderWay({ restoreTest }: StoredBackup): boolean {
  return restoreTest?.state === 'requested' || restoreTest?.state === 'running';
}

function not(besides: readonly BackupId[]): Filter<StoredBackup> {
  return { _id: { $nin: [...besides] } };
}
