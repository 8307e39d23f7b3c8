// What becomes of safety backups: one that nobody recorded leaves nothing, and one of what was needed goes once its restore changed
// nothing or cannot be taken back any more.
import type { BackupId } from '@holdfast/shared/ids';
import { removeUnlessInUse } from '../../commands/backups.ts';
import { execute } from '../../commands/execute.ts';
import { requireDestination } from '../../destinations/destinations.ts';
import type { RestoreState } from '../../domain/restore.ts';
import { isSafetyOver } from '../../domain/safety-backup.ts';
import { expireSafetyBackup } from '../../domain/undo.ts';
import type { StoredBackup } from '../../projections/backups.ts';
import type { StoredRestore } from '../../projections/restores.ts';
import type { Services } from '../../services.ts';
import type { RunningOperation } from '../running-operations.ts';
import { orLeftThere } from './safety-backup.ts';

/** Of a restore whose worker is gone: what it noted and did not record, unless its destination is away. Idempotent. */
export async function discardNotedSafety(
  { destinations, logger }: Pick<Services, 'destinations' | 'logger'>,
  state: Pick<RestoreState, 'safetyBackupId'>,
  running: RunningOperation | null,
): Promise<void> {
  if (!running?.uploadToken || state.safetyBackupId !== null) return;
  const { uploadToken, uploadDestinationId, uploadKey } = running;
  await orLeftThere(logger, async () => {
    const storage = await requireDestination(destinations, uploadDestinationId ?? destinations.main.id);
    await storage.discardUpload(uploadToken);
    if (uploadKey) await storage.remove(uploadKey);
  });
}

/** Lets go of those that are needed no more. One that is in use, or whose destination is away, waits for the next time. */
export async function endSafetyBackups(services: Services): Promise<void> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const open = { 'safety.kind': 'needed', status: { $in: ['completed', 'expired'] } } as const;
  const restores = await services.ledger.readModel<StoredRestore>('restores');
  for (const { _id, safety } of await backups.find(open).toArray()) {
    const restore = safety && (await restores.findOne({ _id: safety.restoreId }));
    if (restore && isSafetyOver(restore)) await letGo(services, _id as BackupId, restore._id);
  }
}

async function letGo(services: Services, backupId: BackupId, restoreId: string): Promise<void> {
  const actor = { kind: 'system', id: services.instanceId } as const;
  const [restore, backup] = [`restore:${restoreId}`, `backup:${backupId}`] as const;
  try {
    await execute(services.ledger, {
      actor,
      correlationId: backupId,
      reads: [restore, backup],
      decide: (read) => expireSafetyBackup(read(restore), read(backup)),
    });
    await removeUnlessInUse(services, backupId, { actor, cause: 'retention' });
  } catch (err) {
    services.logger.warn({ backupId, err }, 'a safety backup that is needed no more is removed later');
  }
}
