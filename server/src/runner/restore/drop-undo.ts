// The end of an undo: once its time is over an event closes the door, then what was kept is removed, then that is recorded. On every
// server, as often as need be: names are never used again, and of two that drop the same the ledger hears one.
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { RestoreId } from '@holdfast/shared/ids';
import type { MongoClient } from 'mongodb';
import { connectionStringOf } from '../../commands/connection-string-of.ts';
import { execute } from '../../commands/execute.ts';
import { endUndo } from '../../commands/undo-plans.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import type { RestoreState } from '../../domain/restore.ts';
import { dropUndo } from '../../domain/undo.ts';
import { parseConnectionString } from '../../engine/connection-string.ts';
import { explained } from '../../engine/driver-failure.ts';
import { connectDeployment } from '../../engine/inspect-deployment.ts';
import type { StoredRestore } from '../../projections/restores.ts';
import type { Services } from '../../services.ts';
import { sideBySide } from './side-by-side.ts';

/** One look over all undos. What cannot be done now is done the next time: a deployment that is busy, away or was removed. */
export async function endUndosOnce(services: Services): Promise<void> {
  const actor = { kind: 'system', id: services.instanceId } as const;
  const restores = await services.ledger.readModel<StoredRestore>('restores');
  const over = { 'undo.state': 'kept', 'undo.until': { $lte: new Date(services.now()).toISOString() } } as const;
  for (const { _id } of await restores.find({ ...over, status: { $in: ['completed', 'failed'] } }).toArray()) {
    await endUndo(services, { restoreId: _id as RestoreId, cause: 'expired', actor }).catch(unlessBusy);
  }
  for (const { _id } of await restores.find({ 'undo.state': 'expired' }).toArray()) {
    await removeKept(services, _id as RestoreId);
  }
}

function unlessBusy(error: unknown): void {
  if (!(error instanceof AppError) || !later.has(error.code)) throw error;
}

/** It runs now, or somebody was faster. */
const later: ReadonlySet<string> = new Set(['OPERATION_IN_PROGRESS', 'UNDO_UNAVAILABLE']);

/**
 * Removes what a restore keeps whose undo has ended, and records that. Nothing is removed while an operation holds the deployment,
 * nor where that cannot be reached: the next look does it.
 */
export async function removeKept(services: Services, restoreId: RestoreId): Promise<void> {
  const restore = (await services.ledger.state(`restore:${restoreId}`)) as RestoreState;
  const deployment = (await services.ledger.state(`deployment:${restore.deploymentId}`)) as DeploymentState | undefined;
  const isReachable = deployment !== undefined && !deployment.removed && deployment.facts.secretRef !== null;
  if (restore.undo !== 'expired' || !isReachable) return;
  try {
    await using client = await connectDeployment(
      parseConnectionString(await connectionStringOf(services, deployment.facts)),
    );
    if (!(await dropAll(services, client, restore))) return;
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    services.logger.debug({ restoreId, err: error }, 'what a restore had kept could not be removed yet');
    return;
  }
  await recordDropped(services, restore);
}

/** A few at once, as each waits for the majority. False when an operation got in between. */
async function dropAll(services: Services, client: MongoClient, restore: RestoreState): Promise<boolean> {
  const busy = new AbortController();
  const kept = [...restore.swaps, ...restore.merges, ...restore.unmerges];
  const dropping = sideBySide(kept, { atOnce: 8, signal: busy.signal }, async ({ database, undo }) => {
    if (!undo) return;
    const deployment = (await services.ledger.state(`deployment:${restore.deploymentId}`)) as DeploymentState;
    if (deployment.operation !== null) return busy.abort();
    await explained(() => client.db(database).dropCollection(undo, { writeConcern: { w: 'majority' } }));
  });
  return await dropping.then(
    () => true,
    (error: unknown) => {
      if (busy.signal.aborted) return false;
      throw error;
    },
  );
}

async function recordDropped(services: Services, { restoreId }: RestoreState): Promise<void> {
  const restore = `restore:${restoreId}` as const;
  await execute(services.ledger, {
    actor: { kind: 'system', id: services.instanceId },
    correlationId: restoreId,
    reads: [restore],
    decide: (state) => dropUndo(state(restore)),
  });
}
