// Asking for backups, and letting go of them.
import type { Actor } from '@holdfast/shared/actor';
import type { BackupTrigger } from '@holdfast/shared/backup';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DeploymentId, PolicyId } from '@holdfast/shared/ids';
import type { VerificationCause } from '@holdfast/shared/verification';
import { v7 as uuid } from 'uuid';
import {
  type BackupState,
  deleteBackup,
  recordVerification,
  requestBackup,
  requireCompleted,
} from '../domain/backup.ts';
import { shareArchive, takeArchive } from '../runner/archive-leases.ts';
import type { Services } from '../services.ts';
import { execute } from './execute.ts';
import { readAgain } from './read-again.ts';
import { removeArchives } from './remove-archives.ts';

export interface BackupOrder {
  readonly deploymentId: DeploymentId;
  readonly policyId: PolicyId | null;
  readonly trigger: BackupTrigger;
  readonly dueAt?: string;
  readonly actor: Actor;
}

/**
 * Asks for a backup; the runner takes it from there. Raises DEPLOYMENT_NOT_FOUND, OPERATION_IN_PROGRESS. Returns null when
 * a scheduled one was answered already.
 */
export async function request(services: Services, order: BackupOrder): Promise<BackupId | null> {
  const backupId = uuid() as BackupId;
  const { deploymentId, policyId, trigger } = order;
  const deployment = `deployment:${deploymentId}` as const;
  const policy = `policy:${policyId}` as const;
  const events = await execute(services.ledger, {
    actor: order.actor,
    correlationId: backupId,
    reads: policyId === null ? [deployment] : [deployment, policy],
    decide: (state) =>
      requestBackup(
        { deployment: state(deployment), policy: policyId === null ? undefined : state(policy) },
        { backupId, deploymentId, policyId, trigger, dueAt: order.dueAt ?? null },
      ),
  });
  return events.some(({ type }) => type === 'BackupRequested') ? backupId : null;
}

export interface VerificationOrder {
  readonly actor: Actor;
  readonly cause: VerificationCause;
  readonly signal?: AbortSignal;
  /** How fast the archive may be read; null: as fast as it can be. */
  readonly bytesPerSecond?: number | null;
}

/**
 * Re-reads an archive from storage, each copy within reach unless it was just made, and records the outcome. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE, ARCHIVE_IN_USE while
 * it is being deleted; throws OperationFailure, recorded when it says something about the archive, and the signal's reason.
 */
export async function verify(
  services: Services,
  backupId: BackupId,
  order: VerificationOrder,
): Promise<{ documents: number; bytes: number; durationMs: number }> {
  await using lease = await shareArchive(services, backupId, { kind: 'verify' });
  const state = requireCompleted(await stateOf(services, backupId), backupId);
  const { actor, cause } = order;
  const record = (outcome: Parameters<typeof recordVerification>[2]) =>
    execute(services.ledger, {
      actor,
      correlationId: backupId,
      reads: [`backup:${backupId}`],
      decide: (read) => recordVerification(read(`backup:${backupId}`), backupId, outcome, cause),
    });
  try {
    const signal = AbortSignal.any([lease.signal, ...(order.signal ? [order.signal] : [])]);
    const outcome = await readAgain(services, state, { cause, signal, bytesPerSecond: order.bytesPerSecond ?? null });
    const { documents, bytes, sha256 } = outcome;
    const durationMs = Math.round(outcome.durationMs);
    await record({ documents, durationMs, sha256 });
    return { documents, bytes, durationMs };
  } catch (error) {
    if (error instanceof OperationFailure && isKnown(error, cause)) await record(error.toFailure());
    throw error;
  }
}

/**
 * Of an archive that is out of reach nothing is known. One that is read without being asked for is reported only when it was
 * read: that a file is gone is for reconciliation to say, and the rest passes.
 */
function isKnown({ reason }: OperationFailure, cause: VerificationCause): boolean {
  return cause === 'asked' ? reason !== 'destination-unavailable' : reason === 'archive-damaged';
}

/**
 * Removes every copy of a backup's archive where it lies, then records that it is gone. A verification that this server began by
 * itself makes way. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE, and ARCHIVE_IN_USE while anybody else reads it; throws
 * OperationFailure, with nothing recorded, when a destination that has a copy is not there.
 */
export async function remove(
  services: Services,
  backupId: BackupId,
  options: { readonly actor: Actor; readonly cause: 'retention' | 'manual' },
): Promise<void> {
  const stream = `backup:${backupId}` as const;
  await Promise.all([services.verifyingHere, services.testingHere].map((here) => here.get(backupId)?.makeWay()));
  await using lease = await takeArchive(services, backupId);
  const state = await stateOf(services, backupId);
  deleteBackup(state, { backupId, cause: options.cause });
  lease.signal.throwIfAborted();
  if (state !== undefined) await removeArchives(services, state, options.cause);
  await execute(services.ledger, {
    actor: options.actor,
    correlationId: backupId,
    reads: [stream],
    decide: (read) => deleteBackup(read(stream), { backupId, cause: options.cause }),
  });
}

/** The same, for what clocks do: of an archive that is in use nothing is removed, and false returned. The next time will do. */
export async function removeUnlessInUse(...order: Parameters<typeof remove>): Promise<boolean> {
  try {
    await remove(...order);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'ARCHIVE_IN_USE') return false;
    throw error;
  }
}

async function stateOf(services: Services, backupId: BackupId): Promise<BackupState | undefined> {
  return (await services.ledger.state(`backup:${backupId}`)) as BackupState | undefined;
}
