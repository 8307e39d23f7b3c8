// One restore, from the claim to its end: verify the archive -> stage -> prove -> swap -> finish. Before the swap nothing live
// is touched: a copy goes into databases that do not exist yet, a restore in place into shadow collections beside the live ones.
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { DeploymentId, RestoreId } from '@holdfast/shared/ids';
import { connectionStringOf } from '../../commands/connection-string-of.ts';
import { excludedFrom } from '../../commands/excluded.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import { cancelRestore, failRestore, type RestoreState, startRestore } from '../../domain/restore.ts';
import { isShardingInTheWay, restoreScope } from '../../domain/restore-scope.ts';
import { parseConnectionString, throughSet } from '../../engine/connection-string.ts';
import { connectDeployment, inspectDeployment } from '../../engine/inspect-deployment.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { throughFailover } from '../../ledger/through-failover.ts';
import type { StoredOperation } from '../../projections/operations.ts';
import type { Services } from '../../services.ts';
import { shareArchive } from '../archive-leases.ts';
import { type OperationRun, startOperationRun } from '../operation-run.ts';
import { toFailure } from '../record-outcome.ts';
import { CancelRequested, isFenced } from '../stop-reason.ts';
import { openArchiveCopies } from './archive-copies.ts';
import { changeRestore } from './change-restore.ts';
import { recordCompleted } from './record-completed.ts';
import { requireUnchanged } from './require-unchanged.ts';
import { restoreCopy } from './restore-copy.ts';
import { requireRightsInPlace, restoreInPlace } from './restore-in-place.ts';
import type { Attempt, Work } from './restore-work.ts';
import { safetyPhase } from './safety-phase.ts';
import { takeBack } from './take-back.ts';
import { undoRestore } from './undo-restore.ts';

/** Claims and runs a requested restore; resolves when its outcome is in the ledger. Raises WRONG_WORKER when another has it. */
export async function runRestore(
  services: Services,
  operation: StoredOperation,
  controller: AbortController,
): Promise<void> {
  const restoreId = operation._id as RestoreId;
  const deploymentId = operation.deploymentId as DeploymentId;
  const limits = await services.limits(operation);
  const startedAt = performance.now();
  const { deploymentName, actor } = operation;
  const holder = { kind: 'restore', actor } as const;
  const facts = { operationId: restoreId, deploymentId, deploymentName, holder, limits };
  const run = await startOperationRun(services, facts, controller);
  if (run === null) throw new AppError('WRONG_WORKER', { id: restoreId });
  const attempt: Attempt = { liveData: 'untouched', address: null, createdDatabases: [] };
  try {
    await services.failpoint('claimed');
    const { worker } = services;
    await changeRestore(services, restoreId, (state) => startRestore(state, { restoreId, deploymentId, worker }));
    await services.failpoint('started');
    const done = await bringBack(services, run, attempt, restoreId);
    await services.failpoint('completed-restore');
    run.requireLease();
    const data = { restoreId, deploymentId, worker, liveData: attempt.liveData, ...done };
    const durationMs = Math.round(performance.now() - startedAt);
    await recordCompleted(services, { ...data, durationMs });
  } catch (error) {
    await endBadly(services, run, attempt, restoreId, error).catch(async (left: unknown) => {
      await run.leave();
      throw left;
    });
  }
  await run.end();
}

async function bringBack(services: Services, run: OperationRun, attempt: Attempt, restoreId: RestoreId) {
  const restore = (await services.ledger.state(`restore:${restoreId}`)) as RestoreState;
  if (restore.undoOf !== null) return await undoRestore({ services, run, attempt, restore });
  await using _archiveInUse = await shareArchive(services, restore.backupId, { kind: 'restore' });
  const copies = await openArchiveCopies(services, run, restore);
  const deployment = (await services.ledger.state(`deployment:${restore.deploymentId}`)) as DeploymentState;
  const address = parseConnectionString(await throughFailover(() => connectionStringOf(services, deployment.facts)));
  attempt.address = address;
  await using client = await connectDeployment(address, { signal: run.signal });
  const server = await unlessAborted(run.signal, inspectDeployment(client));
  const { target, options } = restore;
  if (isShardingInTheWay(server, target)) throw shardingUnsupported();
  const isProtected = excludedFrom(services.ledgerPlace, server);
  const limitedTo = deployment.facts.database;
  const scope = restoreScope({ manifest: copies.current.manifest, target, options, limitedTo, isProtected });
  const namespaces = scope.placed.map(({ namespace }) => namespace);
  const where = { client, address: throughSet(address, server), server };
  const work: Work = {
    ...{ services, run, attempt, restore, copies, ...where, scope, namespaces },
    get archive() {
      return copies.current;
    },
  };
  if (target.kind === 'copy') return await restoreCopy(work);
  await requireUnchanged(work);
  await requireRightsInPlace(work);
  await safetyPhase(work);
  return await restoreInPlace(work);
}

/**
 * Takes back what the attempt made, then records the end. Throws, with everything left to the supervisor and the failure noted for
 * it, when this worker is fenced, when anything live was changed (then only forward leads out), and when the deployment does not
 * let itself be cleaned up now.
 */
async function endBadly(
  services: Services,
  run: OperationRun,
  attempt: Attempt,
  restoreId: RestoreId,
  error: unknown,
): Promise<void> {
  if (isFenced(run, error)) throw error;
  run.liftTimeLimit();
  const { signal } = run;
  const cause = signal.aborted && signal.reason instanceof OperationFailure ? signal.reason : error;
  const failure = toFailure(services, restoreId, cause);
  await takeBack(services, run, attempt).catch(async (left: unknown) => {
    await run.note({ failure });
    throw left;
  });
  run.requireLease();
  await changeRestore(services, restoreId, (state) =>
    signal.reason instanceof CancelRequested
      ? cancelRestore(state, { restoreId, by: services })
      : failRestore(state, { restoreId, by: services, failure, liveData: 'untouched' }),
  );
}

/** It has become part of a cluster since the plan. */
function shardingUnsupported(): OperationFailure {
  return new OperationFailure('sharded-unsupported', 'Collections of a sharded cluster cannot be replaced.');
}
