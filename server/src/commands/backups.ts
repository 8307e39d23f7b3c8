// Asking for backups, and letting go of them.
import type { Actor } from '@holdfast/shared/actor';
import type { BackupTrigger } from '@holdfast/shared/backup';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DeploymentId, PolicyId } from '@holdfast/shared/ids';
import { v7 as uuid } from 'uuid';
import { verifyArchive } from '../archive/verify-archive.ts';
import {
  type BackupState,
  deleteBackup,
  recordVerification,
  requestBackup,
  requireCompleted,
} from '../domain/backup.ts';
import type { Services } from '../services.ts';
import { archiveSource } from '../storage/archive-source.ts';
import { execute } from './execute.ts';

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

/** Re-reads an archive from storage and records the outcome. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE. */
export async function verify(
  services: Services,
  backupId: BackupId,
  actor: Actor,
): Promise<{ documents: number; bytes: number; durationMs: number }> {
  const { sealed } = requireCompleted(await stateOf(services, backupId), backupId);
  if (sealed === null) throw new Error(`backup ${backupId} is completed but was never sealed`);
  const record = (outcome: Parameters<typeof recordVerification>[2]) =>
    execute(services.ledger, {
      actor,
      correlationId: backupId,
      reads: [`backup:${backupId}`],
      decide: (state) => recordVerification(state(`backup:${backupId}`), backupId, outcome),
    });
  try {
    const source = await archiveSource(services.storage, sealed.key);
    const outcome = await verifyArchive({ source, expected: sealed });
    const { documents, bytes } = outcome;
    const durationMs = Math.round(outcome.durationMs);
    await record({ documents, durationMs });
    return { documents, bytes, durationMs };
  } catch (error) {
    if (error instanceof OperationFailure) await record(error.toFailure());
    throw error;
  }
}

/** Removes a backup's file, then records that it is gone. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE. */
export async function remove(
  services: Services,
  backupId: BackupId,
  options: { readonly actor: Actor; readonly cause: 'retention' | 'manual' },
): Promise<void> {
  const stream = `backup:${backupId}` as const;
  const state = await stateOf(services, backupId);
  deleteBackup(state, { backupId, cause: options.cause });
  if (state?.sealed) await services.storage.remove(state.sealed.key);
  await execute(services.ledger, {
    actor: options.actor,
    correlationId: backupId,
    reads: [stream],
    decide: (read) => deleteBackup(read(stream), { backupId, cause: options.cause }),
  });
}

async function stateOf(services: Services, backupId: BackupId): Promise<BackupState | undefined> {
  return (await services.ledger.state(`backup:${backupId}`)) as BackupState | undefined;
}
