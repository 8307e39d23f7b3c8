// Keeps the newest N completed backups of a policy and lets go of the rest: expired first, then the file, then deleted.
import type { BackupId, PolicyId } from '@holdfast/shared/ids';
import { remove } from '../commands/backups.ts';
import { execute } from '../commands/execute.ts';
import { expireBackup } from '../domain/backup.ts';
import { beyondRetention, type PolicyState } from '../domain/policy.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { Services } from '../services.ts';

/** Applies one policy's retention. Idempotent: what an earlier run left half done is finished. */
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
  for (const { _id } of expired) await remove(services, _id, { actor, cause: 'retention' });
}

interface CompletedBackup {
  readonly _id: BackupId;
  readonly completedAt: string;
}
