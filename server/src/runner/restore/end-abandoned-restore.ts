// Ends a restore that its worker does not bring to its end: taken back, or finished forward from its journal; given up when that is
// refused again and again, so that it does not hold the deployment for ever.
import { AppError } from '@holdfast/shared/errors';
import type { NewEvent } from '@holdfast/shared/events';
import type { Failure } from '@holdfast/shared/failures';
import type { RestoreId } from '@holdfast/shared/ids';
import { connectionStringOf } from '../../commands/connection-string-of.ts';
import { execute } from '../../commands/execute.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import {
  beginRestorePhase,
  cancelRestore,
  completeRestore,
  failRestore,
  type RestoreState,
} from '../../domain/restore.ts';
import { recordUndone } from '../../domain/undo.ts';
import { parseConnectionString } from '../../engine/connection-string.ts';
import { connectDeployment } from '../../engine/inspect-deployment.ts';
import type { Services } from '../../services.ts';
import type { RunningOperation } from '../running-operations.ts';
import { Fenced } from '../stop-reason.ts';
import { changeRestore } from './change-restore.ts';
import { discardNotedSafety } from './end-safety.ts';
import { endGivenUp, type GivenUp, giveUp, isFinal } from './give-up.ts';
import type { Forward } from './roll-forward.ts';
import { type Left, type Settled, settle } from './settle.ts';

export interface Abandoned {
  readonly restoreId: RestoreId;
  /** What its worker left; null where nobody held it. */
  readonly running: RunningOperation | null;
  /** The supervisor, which has taken it over. */
  readonly supervisor: string;
  /** Why it fails when it is taken back. */
  readonly failure: Failure;
}

/**
 * Resolves once the outcome is in the ledger. Raises WRONG_WORKER when another took it over meanwhile; throws OperationFailure and
 * what else may pass: then it is to be tried again.
 */
export async function endAbandonedRestore(services: Services, abandoned: Abandoned): Promise<void> {
  const { restoreId, running, supervisor } = abandoned;
  const state = (await services.ledger.state(`restore:${restoreId}`)) as RestoreState;
  // It may have ended since the list was read: what it made is then somebody's data.
  if (!['running', 'staged', 'swapped', 'given-up'].includes(state.status)) return;
  const deployment = (await services.ledger.state(`deployment:${state.deploymentId}`)) as DeploymentState;
  const address = parseConnectionString(await connectionStringOf(services, deployment.facts));
  await using client = await connectDeployment(address);
  using lease = holdLease(services, abandoned);
  const { deploymentId } = state;
  const forward: Forward = {
    ...{ services, client, restoreId, worker: supervisor, requireLease: lease.require },
    enter: (phase) =>
      changeRestore(services, restoreId, (current) =>
        beginRestorePhase(current, { restoreId, deploymentId, worker: supervisor, phase }),
      ),
  };
  const settled = await settleOrGiveUp(forward, abandoned, state);
  await discardNotedSafety(services, state, running);
  lease.require();
  await recordEnd(services, abandoned, settled);
}

/** So often it is tried, by the supervisors alone; of one that nobody held there is no place to count. */
const refusalLimit = 3;

async function settleOrGiveUp(
  forward: Forward,
  { running, supervisor }: Abandoned,
  state: RestoreState,
): Promise<Settled | GivenUp> {
  const left: Left = { state, createdDatabases: running?.createdDatabases ?? [] };
  if (state.status === 'given-up') return await endGivenUp(forward, state);
  try {
    return await settle(forward, left);
  } catch (error) {
    if (!isFinal(error)) throw error;
    const refusals = (running?.refusals ?? 0) + 1;
    if (running !== null && refusals < refusalLimit) {
      await forward.services.running.renew(state.restoreId, supervisor, { refusals });
      throw error;
    }
    return await giveUp(forward, left, error);
  }
}

async function recordEnd(services: Services, abandoned: Abandoned, settled: Settled | GivenUp): Promise<void> {
  const { restoreId, supervisor } = abandoned;
  const { undoOf } = (await services.ledger.state(`restore:${restoreId}`)) as RestoreState;
  const [stream, taken] = [`restore:${restoreId}`, `restore:${undoOf}`] as const;
  await execute(services.ledger, {
    actor: { kind: 'system', id: services.instanceId },
    correlationId: restoreId,
    reads: undoOf === null ? [stream] : [stream, taken],
    decide: (read) => {
      const current = read(stream);
      if (current?.worker !== supervisor) throw new AppError('WRONG_WORKER', { id: restoreId });
      const end = endOf(services, current, abandoned, settled);
      return undoOf === null || settled !== 'forward' ? end : [...end, ...recordUndone(read(taken), restoreId)];
    },
  });
}

function endOf(services: Services, state: RestoreState, abandoned: Abandoned, settled: Settled | GivenUp): NewEvent[] {
  const { restoreId, supervisor } = abandoned;
  const by = 'supervisor';
  if (settled === 'forward') {
    const durationMs = Math.max(0, services.now() - Date.parse(state.requestedAt));
    return completeRestore(state, { ...completionOf(state), worker: supervisor, durationMs });
  }
  if (settled !== 'back' && 'givenUp' in settled) {
    return failRestore(state, { restoreId, by, liveData: 'partly-replaced', failure: settled.givenUp });
  }
  const { failure } = abandoned;
  if (settled !== 'back') {
    const { message, hint } = settled.notRemoved;
    const both = { ...failure, message: `${failure.message} ${message}`, hint };
    return failRestore(state, { restoreId, by, liveData: 'untouched', failure: both });
  }
  if (state.cancelRequested) return cancelRestore(state, { restoreId, by });
  return failRestore(state, { restoreId, by, liveData: 'untouched', failure });
}

/** What the journal says of a restore in place that is done. */
function completionOf(state: RestoreState) {
  const { restoreId, deploymentId, documents, collections, merged } = state;
  const places = [...state.swaps, ...state.rewrites, ...state.merges, ...state.unmerges];
  const databases = [...new Set(places.map(({ database }) => database))];
  const liveData = 'replaced' as const;
  return { restoreId, deploymentId, documents, collections, databases, liveData, ...(merged && { merged }) };
}

/** Renews the supervisor's lease while it works, so that no other one takes it over meanwhile. */
function holdLease({ running, logger }: Services, { restoreId, supervisor, running: left }: Abandoned) {
  let isLost = false;
  const renew = async () => {
    // One that nobody held has no lease.
    if (left !== null && !(await running.renew(restoreId, supervisor, {}))) isLost = true;
  };
  const timer = setInterval(() => {
    renew().catch((error: unknown) => logger.warn({ operationId: restoreId, err: error }, 'a lease was not renewed'));
  }, running.leaseMs / 3);
  return {
    require(): void {
      if (isLost) throw new Fenced();
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
