// Keeps the newest N completed backups of a policy and lets go of the rest: expired first, then the file, then deleted.
import type { Actor } from '@holdfast/shared/actor';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, PolicyId } from '@holdfast/shared/ids';
import { removeUnlessInUse } from '../commands/backups.ts';
import { execute } from '../commands/execute.ts';
import { expireBackup } from '../domain/backup.ts';
import { beyondRetention, type PolicyState } from '../domain/policy.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { Services } from '../services.ts';

/**
 * Applies one policy's retention. Idempotent: what an earlier run left half done is finished. What somebody reads stays, expired,
 * until the next run or reconciliation.
 */
export async function applyRetention(services: Services, policyId: PolicyId): Promise<void> {
  const policy = (await services.ledger.state(`policy:${policyId}`)) as PolicyState | undefined;
  if (policy === undefined || policy.removed) return;
  const { retentionCount } = policy.settings;
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const completed = await backups
    .find({ policyId, status: 'completed' })
    .project<CompletedBackup>({ completedAt: 1 })
    .toArray();
  const actor = { kind: 'schedule', id: policyId } as const;
  for (const backupId of beyondRetention(
    completed.map(({ _id, completedAt }) => ({ id: _id, completedAt })),
    retentionCount,
  )) {
    const stream = `backup:${backupId}` as const;
    await execute(services.ledger, {
      actor,
      correlationId: backupId,
      reads: [stream],
      decide: (state) => expireBackup(state(stream), { backupId, retentionCount }),
    });
  }
  const expired = await backups.find({ policyId, status: 'expired' }).project<{ _id: BackupId }>({ _id: 1 }).toArray();
  for (const { _id } of expired) await letGo(services, _id, actor);
}

/** One whose destination is not there stays expired, and keeps none of the others. */
async function letGo(services: Services, backupId: BackupId, actor: Actor): Promise<void> {
  try {
    await removeUnlessInUse(services, backupId, { actor, cause: 'retention' });
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    services.logger.warn({ backupId, err: error }, 'an expired backup could not be removed yet');
  }
}

interface CompletedBackup {
  readonly _id: BackupId;
  readonly completedAt: string;
}
