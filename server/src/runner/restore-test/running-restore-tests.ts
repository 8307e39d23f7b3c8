// The restore tests that run right now: one document for each, so that every server and console sees how far it is, anybody can
// cancel it, and what a killed server left of it is known.
import type { Actor } from '@holdfast/shared/actor';
import type { BackupId, DeploymentId } from '@holdfast/shared/ids';
import type { RunningRestoreTest } from '@holdfast/shared/restore-test';
import type { Collection } from 'mongodb';
import type { ArchiveProgress } from '../../archive/archive-progress.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { Services } from '../../services.ts';
import { TestStopped } from './test-stopped.ts';

/** A test under way. The id is that of its backup. */
export interface StoredRestoreTest extends RunningRestoreTest {
  readonly _id: BackupId;
  readonly worker: string;
  /** Abandoned from then on, by the database's clock. */
  readonly until: Date;
  readonly cancelledBy: Actor | null;
  /** What was made on a deployment that is set aside. */
  readonly made: { readonly deploymentId: DeploymentId; readonly databases: readonly string[] } | null;
}

/** One that this server began by itself. */
export interface OwnRestoreTest {
  /** Stops it; resolves once nothing of it is left. */
  makeWay(): Promise<void>;
}

/** Shown until it is disposed of: only then, and after its end is recorded, it is nobody's to clean up. */
export interface ShownRestoreTest extends AsyncDisposable {
  /** Aborts with TestStopped when somebody cancels it, or took it for abandoned. */
  readonly signal: AbortSignal;
  phase(phase: RunningRestoreTest['phase'], progress?: ArchiveProgress): void;
  /** Records what is about to be made elsewhere, before it is. */
  note(made: NonNullable<StoredRestoreTest['made']>): Promise<void>;
}

const reportEveryMs = 1_000;
/** Longer than the lease of its turn: by then whoever ran it has stopped. */
const abandonedAfterMs = 150_000;

/** Shows a test that begins. */
export async function showRestoreTest(
  { restoreTests, logger, worker, now }: Pick<Services, 'restoreTests' | 'logger' | 'worker' | 'now'>,
  facts: Pick<RunningRestoreTest, 'backupId' | 'deploymentId' | 'deploymentName' | 'cause' | 'totalBytes'>,
): Promise<ShownRestoreTest> {
  const _id = facts.backupId;
  const stopped = new AbortController();
  let phase: RunningRestoreTest['phase'] = 'starting';
  let progress: Pick<ArchiveProgress, 'bytes'> = { bytes: 0 };
  const first = { ...facts, startedAt: new Date(now()).toISOString(), worker, cancelledBy: null, made: null };
  const moving = () => ({ phase, bytes: progress.bytes, until: { $add: ['$$NOW', abandonedAfterMs] } });
  await throughFailover(() =>
    restoreTests.updateOne({ _id }, [{ $set: { ...literal(first), ...moving() } }], { upsert: true }),
  );
  const report = async (): Promise<void> => {
    const found = await restoreTests.findOneAndUpdate({ _id, worker }, [{ $set: moving() }]);
    if (found === null) stopped.abort(new TestStopped('interrupted', 'Another server took the test for abandoned.'));
    else if (found.cancelledBy !== null)
      stopped.abort(new TestStopped('cancelled', 'It was cancelled.', found.cancelledBy));
  };
  let reporting = Promise.resolve();
  const timer = setInterval(() => {
    reporting = reporting
      .then(report)
      .catch((err: unknown) => logger.debug({ backupId: _id, err }, 'a restore test could not be shown'));
  }, reportEveryMs);
  return {
    signal: stopped.signal,
    phase(next, nextProgress = undefined) {
      phase = next;
      progress = nextProgress ?? { bytes: 0 };
    },
    async note(made) {
      await throughFailover(() => restoreTests.updateOne({ _id, worker }, { $set: { made } }));
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await reporting;
      await throughFailover(() => restoreTests.deleteOne({ _id, worker })).catch((err: unknown) =>
        logger.warn({ backupId: _id, err }, 'an ended restore test is forgotten later'),
      );
    },
  };
}

/** Those that some server runs right now, the oldest first. */
export async function runningRestoreTests(restoreTests: Collection<StoredRestoreTest>): Promise<RunningRestoreTest[]> {
  const found = await restoreTests
    .find({ $expr: { $gt: ['$until', '$$NOW'] } })
    .sort({ startedAt: 1 })
    .toArray();
  return found.map(({ _id, worker, until, cancelledBy, made, ...shown }) => shown);
}

/** Asks the server that runs it to stop. False when none does. */
export async function cancelRunning(
  restoreTests: Collection<StoredRestoreTest>,
  backupId: BackupId,
  by: Actor,
): Promise<boolean> {
  const { matchedCount } = await restoreTests.updateOne({ _id: backupId }, { $set: { cancelledBy: by } });
  return matchedCount === 1;
}

/** Those that nobody runs any more: of an earlier process of this data folder, or silent for long. */
export function abandonedTests(
  restoreTests: Collection<StoredRestoreTest>,
  { instanceId, worker }: { readonly instanceId: string; readonly worker: string },
): Promise<StoredRestoreTest[]> {
  const isEarlier = {
    $and: [{ $eq: [{ $indexOfBytes: ['$worker', `${instanceId}/`] }, 0] }, { $ne: ['$worker', worker] }],
  };
  return restoreTests.find({ $expr: { $or: [isEarlier, { $lte: ['$until', '$$NOW'] }] } }).toArray();
}

function literal(fields: object) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { $literal: value }]));
}
