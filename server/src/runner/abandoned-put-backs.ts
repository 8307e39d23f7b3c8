// Ends what somebody was putting back when his server went away, or the ledger did: what was written then, only he could say.
import { closeAbandoned } from '../commands/put-back-record.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { Services } from '../services.ts';

/** One look. What cannot be ended now is tried again. */
export async function endAbandonedPutBacks(services: Services): Promise<void> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const found = await backups.find({ 'putBacks.putBackId': { $exists: true } }).toArray();
  if (found.length === 0) return;
  const servers = await services.servers.list();
  const alive = new Set(servers.filter(({ state }) => state !== 'silent').map(({ worker }) => worker));
  for (const { _id: backupId, putBacks = [] } of found) {
    for (const { putBackId, worker } of putBacks) {
      if (isUnderWay(services, { putBackId, worker, isAlive: alive.has(worker) })) continue;
      services.logger.warn({ backupId, putBackId, worker }, 'ending what was put back and has no outcome');
      await closeAbandoned(services, { backupId, putBackId });
    }
  }
}

/** Of this process it is known; an earlier one of this data folder is gone, and of another server its heartbeat tells. */
function isUnderWay(
  { worker: own, instanceId, puttingBackHere }: Services,
  { putBackId, worker, isAlive }: { readonly putBackId: string; readonly worker: string; readonly isAlive: boolean },
): boolean {
  if (worker === own) return puttingBackHere.get(putBackId) === 'running';
  return !worker.startsWith(`${instanceId}/`) && isAlive;
}
