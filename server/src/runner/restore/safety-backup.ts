// The safety backup of a restore, before anything is staged: a real archive, encrypted as the deployment's backups are, read back
// before it counts. Until it is recorded nothing of it may stay: its upload and its key are noted where the supervisor finds them.
import type { BackupEncryption } from '@holdfast/shared/encryption';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DestinationId, PolicyId } from '@holdfast/shared/ids';
import type { SafetyFacts } from '@holdfast/shared/manifest';
import { v7 as uuid } from 'uuid';
import { ArchiveProgress } from '../../archive/archive-progress.ts';
import { archiveTotals } from '../../archive/users-and-roles.ts';
import { type Verification, verifyArchive } from '../../archive/verify-archive.ts';
import type { WrittenArchive } from '../../archive/write-archive.ts';
import { execute } from '../../commands/execute.ts';
import type { BackupState } from '../../domain/backup.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import type { LiveNamespace } from '../../domain/restore-scope.ts';
import { recordSafetyBackup } from '../../domain/safety-backup.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import type { Recipients } from '../../keys/keyring.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { StoredPolicy } from '../../projections/policies.ts';
import type { Services } from '../../services.ts';
import { archiveKey } from '../../storage/archive-key.ts';
import { archiveSource } from '../../storage/archive-source.ts';
import type { ArchiveStorage, Upload } from '../../storage/archive-storage.ts';
import { type BegunUpload, beginUpload, usualRatio } from '../begin-upload.ts';
import { type Impact, impactOfPolicy } from '../impact.ts';
import { recordOutcome } from '../record-outcome.ts';
import { beginPhase } from './begin-phase.ts';
import type { Work } from './restore-work.ts';
import { writeSafety } from './write-safety.ts';

/** What is to be held. */
export interface SafetyContents {
  readonly kind: SafetyFacts['kind'];
  readonly namespaces: readonly LiveNamespace[];
  /** Of all that is held, in bytes, as the server believes. */
  readonly bytes: number;
  readonly usersAndRoles: boolean;
  /** Users and roles that are about to be added, and such as are about to be changed or dropped. */
  readonly access: Pick<SafetyFacts, 'added' | 'replaced'>;
  /** Of which databases everything is held; null: of all. Only for `everything`. */
  readonly databases: readonly string[] | null;
}

export type SafetyWork = Pick<Work, 'services' | 'run' | 'restore' | 'client' | 'address' | 'server'> & {
  readonly attempt: { safety?: UnrecordedSafety | undefined };
};

/** An archive, or the beginning of one, that nobody knows of yet. */
export interface UnrecordedSafety {
  readonly storage: ArchiveStorage;
  readonly key: string;
  readonly upload: Upload;
}

/**
 * Takes it, reads it back and records it. Throws OperationFailure, with nothing recorded: what is left at the destination is in
 * `attempt.safety`, for `discardSafety`.
 */
export async function takeSafetyBackup(work: SafetyWork, contents: SafetyContents): Promise<BackupId> {
  const { services, run, restore } = work;
  const startedAt = new Date(services.now()).toISOString();
  const begun = performance.now();
  const progress = new ArchiveProgress();
  const totals = { bytes: contents.bytes, documents: null, namespaces: new Map() };
  await beginPhase({ services, run }, 'safety-backup', progress, totals);
  try {
    const order = await orderOf(work);
    const taken = await writeProven(work, order, contents, progress);
    const facts = {
      ...{ backupId: order.backupId, restoreId: restore.restoreId, kind: contents.kind },
      ...{ worker: services.worker, startedAt, durationMs: Math.round(performance.now() - begun) },
      ...placeOf(order, taken),
    };
    run.requireLease();
    await record(services, facts, taken.verified);
    work.attempt.safety = undefined;
    return order.backupId;
  } catch (error) {
    run.signal.throwIfAborted();
    throw error instanceof OperationFailure ? withWords(error) : error;
  }
}

/** Leaves nothing of one that is not recorded, unless its destination is away; idempotent. */
export async function discardSafety(
  { logger }: Pick<Services, 'logger'>,
  safety: UnrecordedSafety | undefined,
): Promise<void> {
  if (safety === undefined) return;
  await orLeftThere(logger, async () => {
    await safety.upload.abort();
    await safety.storage.remove(safety.key);
  });
}

/**
 * Removes what is left of a safety backup. Where its destination does not let it, the reconciliation of that one does, once it is back:
 * the restore, and the lock on its deployment, do not wait for it.
 */
export async function orLeftThere(logger: Services['logger'], remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (err) {
    if (!(err instanceof OperationFailure)) throw err;
    logger.warn({ err }, 'what is left of a safety backup is removed once its destination is back');
  }
}

/** All that is decided before a byte is written. */
interface SafetyOrder {
  readonly backupId: BackupId;
  readonly deployment: DeploymentState;
  readonly policyId: PolicyId | null;
  readonly impact: Impact;
  readonly recipients: Recipients;
  readonly key: string;
}

async function orderOf({ services, run }: SafetyWork): Promise<SafetyOrder> {
  const { deploymentId } = run.facts;
  const deployment = (await services.ledger.state(`deployment:${deploymentId}`)) as DeploymentState;
  const backupId = uuid() as BackupId;
  const at = new Date(services.now()).toISOString();
  const { policyId, impact, recipients } = await throughFailover(async () => {
    const policies = await services.ledger.readModel<StoredPolicy>('policies');
    const policy = await policies.findOne({ deploymentId, removed: false });
    const id = (policy?._id ?? null) as PolicyId | null;
    return {
      policyId: id,
      impact: await impactOfPolicy(services, id),
      recipients: await services.keys.recipientsFor(id),
    };
  });
  const key = archiveKey({ deploymentName: deployment.facts.name, at, backupId });
  return { backupId, deployment, policyId, impact, recipients, key };
}

interface TakenSafety {
  readonly written: WrittenArchive;
  readonly destinationId: DestinationId;
  readonly verified: Verification;
}

async function writeProven(
  work: SafetyWork,
  order: SafetyOrder,
  contents: SafetyContents,
  progress: ArchiveProgress,
): Promise<TakenSafety> {
  const { services, run } = work;
  const begin = async (): Promise<BegunUpload> => {
    const { key, policyId, impact } = order;
    const expectedBytes = contents.bytes / usualRatio;
    const begun = await beginUpload(services, run, { key, policyId, impact, expectedBytes, notesKey: true });
    work.attempt.safety = { storage: begun.storage, key, upload: begun.upload };
    return begun;
  };
  const { written, begun } = await writeSafety(work, order, contents, { begin, progress });
  await begun.upload.seal();
  run.signal.throwIfAborted();
  run.requireLease();
  await services.failpoint('sealed');
  await begun.upload.commit();
  await services.failpoint('renamed');
  const { sha256, manifestDigest, sizeBytes } = written;
  const source = await archiveSource(begun.storage, order.key);
  const identities = await throughFailover(() => services.keys.identities());
  const expected = { sha256, manifestDigest, sizeBytes };
  const verified = await unlessAborted(run.signal, verifyArchive({ source, expected, identities, signal: run.signal }));
  return { written, destinationId: begun.destinationId, verified };
}

function placeOf({ deployment, key, recipients }: SafetyOrder, { written, destinationId }: TakenSafety) {
  const { manifest, sizeBytes, sha256, manifestDigest } = written;
  const encryption: BackupEncryption | undefined = recipients.encryption;
  return {
    ...{ deploymentId: deployment.deploymentId, deploymentName: deployment.facts.name, database: manifest.database },
    ...{ destinationId, key, sizeBytes, sha256, manifestDigest },
    ...{ toolVersion: manifest.tool.version, serverVersion: manifest.server.version },
    ...archiveTotals(manifest),
    ...(manifest.optimes && { optimes: manifest.optimes }),
    ...(encryption === undefined ? {} : { encryption }),
  };
}

async function record(
  services: Services,
  facts: Parameters<typeof recordSafetyBackup>[1],
  verified: Verification,
): Promise<void> {
  const [restore, backup] = [`restore:${facts.restoreId}`, `backup:${facts.backupId}`] as const;
  const durationMs = Math.round(verified.durationMs);
  await recordOutcome(services, () =>
    execute(services.ledger, {
      actor: { kind: 'system', id: services.instanceId },
      correlationId: facts.restoreId,
      reads: [restore, backup],
      decide: (read) =>
        recordSafetyBackup({ restore: read(restore), backup: read(backup) as BackupState | undefined }, facts, {
          ...verified,
          durationMs,
        }),
    }),
  );
}

/** Whoever reads it knows what failed, and that it is not the restore of the data. */
function withWords(error: OperationFailure): OperationFailure {
  const { reason, message, stderrTail, isRetryable } = error;
  const words = `The safety backup could not be taken, and nothing was changed: ${message}`;
  return new OperationFailure(reason, words, { stderrTail, isRetryable, cause: error });
}
