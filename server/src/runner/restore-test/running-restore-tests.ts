// The restore tests that run right now: one document for each, so that every server and console sees how far it is, anybody can
// cancel it, and what a killed server left of it is known.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type { BackupId, DeploymentId } from '@holdfast/shared/ids';
import type { RunningRestoreTest } from '@holdfast/shared/restore-test';
import { type Collection, type Document, MongoServerError } from 'mongodb';
import type { ArchiveProgress } from '../../archive/archive-progress.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { Services } from '../../services.ts';
import type { ArchiveLeases } from '../archive-leases.ts';
import { TestStopped } from './test-stopped.ts';

/** A test under way. The id is that of its backup. */
export interface StoredRestoreTest extends RunningRestoreTest {
  readonly _id: BackupId;
  readonly worker: string;
  /** When it was begun, and when its server last said that it runs, by the database's clock. */
  readonly begunAt: Date;
  readonly seenAt: Date;
  /** Abandoned from then on, by the database's clock. */
  readonly until: Date;
  readonly cancelledBy: Actor | null;
  /** What was made on deployments that are set aside, and is not known to be gone. */
  readonly made: readonly MadeElsewhere[];
  /** Nobody runs it any more; it is kept for what it made. */
  readonly hasEnded: boolean;
}

export interface MadeElsewhere {
  readonly deploymentId: DeploymentId;
  readonly databases: readonly string[];
}

/** One that this server began by itself. */
export interface OwnRestoreTest {
  /** Stops it; resolves once nothing of it is left. */
  makeWay(): Promise<void>;
}

/** Shown until it is disposed of: only then, after its end is recorded, and when it left nothing, it is nobody's to clean up. */
export interface ShownRestoreTest extends AsyncDisposable {
  /** Aborts with TestStopped when somebody cancels it, or took it for abandoned. */
  readonly signal: AbortSignal;
  phase(phase: RunningRestoreTest['phase'], progress?: ArchiveProgress): void;
  /** Records what is about to be made elsewhere, before it is. Throws TestStopped when this is nobody's to run any more. */
  note(made: MadeElsewhere): Promise<void>;
  /** What was made there is gone. */
  forget(deploymentId: DeploymentId): Promise<void>;
}

const reportEveryMs = 1_000;
/** Silent for so long it is abandoned: 2.5 times the lease of its turn, by then whoever ran it has stopped; 150 s at least. */
export function abandonedAfterMs({ leaseMs }: Pick<ArchiveLeases, 'leaseMs'>): number {
  return Math.max(150_000, 2.5 * leaseMs);
}

/** Shows a test that begins. Raises RESTORE_TEST_IN_PROGRESS while there is one of another server, which only its end removes. */
export async function showRestoreTest(
  services: Pick<Services, 'restoreTests' | 'logger' | 'worker' | 'now' | 'archiveLeases'>,
  facts: Pick<RunningRestoreTest, 'backupId' | 'deploymentId' | 'deploymentName' | 'cause' | 'totalBytes'>,
): Promise<ShownRestoreTest> {
  const { restoreTests, logger, worker } = services;
  const _id = facts.backupId;
  const stopped = new AbortController();
  let phase: RunningRestoreTest['phase'] = 'starting';
  let progress: Pick<ArchiveProgress, 'bytes'> = { bytes: 0 };
  const until = { $add: ['$$NOW', abandonedAfterMs(services.archiveLeases)] };
  const moving = () => ({ phase, bytes: progress.bytes, seenAt: '$$NOW', until });
  const startedAt = new Date(services.now()).toISOString();
  await begin(restoreTests, { ...literal({ ...facts, startedAt, worker }), ...moving() }, { _id, worker });
  const report = async (): Promise<void> => {
    const found = await restoreTests.findOneAndUpdate({ _id, worker }, [{ $set: moving() }]);
    if (found === null) stopped.abort(takenForAbandoned());
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
      const others = { $filter: { input: '$made', cond: { $ne: ['$$this.deploymentId', made.deploymentId] } } };
      const noted = { $concatArrays: [others, [{ $literal: made }]] };
      const { matchedCount } = await throughFailover(() =>
        restoreTests.updateOne({ _id, worker }, [{ $set: { made: noted } }]),
      );
      if (matchedCount === 0) throw takenForAbandoned();
    },
    async forget(deploymentId) {
      await throughFailover(() => restoreTests.updateOne({ _id, worker }, { $pull: { made: { deploymentId } } }));
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await reporting;
      await throughFailover(() => endShown(restoreTests, { _id, worker })).catch((err: unknown) =>
        logger.warn({ backupId: _id, err }, 'an ended restore test is forgotten later'),
      );
    },
  };
}

/** What an ended one left is still this backup's to remove. */
async function begin(
  restoreTests: Collection<StoredRestoreTest>,
  shown: Document,
  { _id, worker }: Pick<StoredRestoreTest, '_id' | 'worker'>,
): Promise<void> {
  const set = { ...shown, begunAt: '$$NOW', cancelledBy: null, hasEnded: false, made: { $ifNull: ['$made', []] } };
  try {
    await throughFailover(() =>
      restoreTests.updateOne({ _id, $or: [{ worker }, { hasEnded: true }] }, [{ $set: set }], { upsert: true }),
    );
  } catch (error) {
    // The id is taken: by one that the filter leaves alone.
    if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
    const other = await restoreTests.findOne({ _id });
    throw new AppError('RESTORE_TEST_IN_PROGRESS', { id: _id, since: other?.startedAt ?? '' });
  }
}

const duplicateKey = 11_000;

/** It is forgotten; one that may have left something becomes one that is abandoned. */
export async function endShown(
  restoreTests: Collection<StoredRestoreTest>,
  own: Pick<StoredRestoreTest, '_id' | 'worker'>,
): Promise<void> {
  await restoreTests.deleteOne({ ...own, made: { $size: 0 } });
  await restoreTests.updateOne(own, [{ $set: { hasEnded: true, until: '$$NOW' } }]);
}

/** How long an abandoned one ran at most: minutes of the schedule are spent, however often it is interrupted. */
export function ranMs({ begunAt, seenAt }: Pick<StoredRestoreTest, 'begunAt' | 'seenAt'>): number {
  return seenAt.getTime() - begunAt.getTime() + reportEveryMs;
}

function takenForAbandoned(): TestStopped {
  return new TestStopped('interrupted', 'Another server took the test for abandoned.');
}

/** Those that some server runs right now, the oldest first. */
export async function runningRestoreTests(restoreTests: Collection<StoredRestoreTest>): Promise<RunningRestoreTest[]> {
  const found = await restoreTests
    .find({ $expr: { $gt: ['$until', '$$NOW'] } })
    .sort({ startedAt: 1 })
    .toArray();
  return found.map(({ _id, worker, begunAt, seenAt, until, cancelledBy, made, hasEnded, ...shown }) => shown);
}

/** Asks the server that runs it to stop. False when none does. */
export async function cancelRunning(
  restoreTests: Collection<StoredRestoreTest>,
  backupId: BackupId,
  by: Actor,
): Promise<boolean> {
  const { matchedCount } = await restoreTests.updateOne(
    { _id: backupId, hasEnded: false },
    { $set: { cancelledBy: by } },
  );
  return matchedCount === 1;
}

/** Those that nobody runs any more: of an earlier process of this data folder, silent for long, or ended with something left. */
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
