// What is being read again right now: one document for each reading, so that every server and console sees how far it is.
import type { Backup } from '@holdfast/shared/backup';
import type { BackupId } from '@holdfast/shared/ids';
import type { RunningVerification, VerificationCause } from '@holdfast/shared/verification';
import type { Collection } from 'mongodb';
import { v7 as uuid } from 'uuid';
import type { ArchiveProgress } from '../archive/archive-progress.ts';
import type { Services } from '../services.ts';

/** A reading under way. Without a word of it for a while it is forgotten. */
export interface StoredVerification extends RunningVerification {
  readonly _id: string;
  /** By the database's clock. */
  readonly until: Date;
}

/** One that this server began by itself. */
export interface OwnVerification {
  /** Stops it; resolves once it reads no more. It is not begun again soon. */
  makeWay(): Promise<void>;
}

const reportEveryMs = 1_000;
const forgottenAfterMs = 30_000;

/** Shows a reading while `work` runs. That it cannot be shown keeps nothing from being verified. */
export async function showVerification<T>(
  { verifications, logger, now }: Services,
  backup: Pick<Backup, 'deploymentId' | 'deploymentName' | 'rawBytes'> & { readonly id: BackupId },
  { cause, progress }: { readonly cause: VerificationCause; readonly progress: ArchiveProgress },
  work: () => Promise<T>,
): Promise<T> {
  const _id = uuid();
  const shown: RunningVerification = {
    backupId: backup.id,
    deploymentId: backup.deploymentId,
    deploymentName: backup.deploymentName,
    cause,
    startedAt: new Date(now()).toISOString(),
    bytes: 0,
    totalBytes: backup.rawBytes ?? 0,
  };
  const until = { $add: ['$$NOW', forgottenAfterMs] };
  const report = () =>
    verifications
      .updateOne({ _id }, [{ $set: { ...literal(shown), bytes: progress.bytes, until } }], { upsert: true })
      .catch((err: unknown) => logger.debug({ backupId: backup.id, err }, 'a verification could not be shown'));
  let reporting: Promise<unknown> = report();
  const timer = setInterval(() => {
    reporting = reporting.then(report);
  }, reportEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await reporting;
    await verifications.deleteOne({ _id }).catch((err: unknown) => logger.debug({ err }, 'it is forgotten by itself'));
  }
}

/** Those that some server reads right now, the oldest first. */
export async function runningVerifications(
  verifications: Collection<StoredVerification>,
): Promise<RunningVerification[]> {
  const found = await verifications
    .find({ $expr: { $gt: ['$until', '$$NOW'] } })
    .sort({ _id: 1 })
    .toArray();
  return found.map(({ _id, until, ...shown }) => shown);
}

function literal(fields: object) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { $literal: value }]));
}
