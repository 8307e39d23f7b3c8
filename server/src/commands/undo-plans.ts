// The plan of taking a restore back, made before anything changes, its confirmation, and the end of the time for it.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type { PlanId, RestoreId } from '@holdfast/shared/ids';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import type { MongoClient } from 'mongodb';
import { v7 as uuid } from 'uuid';
import { type DeploymentState, requireDeployment } from '../domain/deployment.ts';
import type { RestoreState } from '../domain/restore.ts';
import { confirmationPhrase } from '../domain/restore-names.ts';
import { expireUndo, requestUndo, requireUndoable } from '../domain/undo.ts';
import { countKept } from '../domain/undo-journal.ts';
import { parseConnectionString } from '../engine/connection-string.ts';
import { explained } from '../engine/driver-failure.ts';
import { connectDeployment } from '../engine/inspect-deployment.ts';
import { findSwapMethod } from '../engine/swap-method.ts';
import { undoBytes } from '../runner/restore/swap-collections.ts';
import { readUsersBefore, usersTakenBack } from '../runner/restore/undo-users.ts';
import type { Services } from '../services.ts';
import { connectionStringOf } from './connection-string-of.ts';
import { execute } from './execute.ts';
import { accessNeeds, missingRights, unmergeNeeds } from './missing-rights.ts';
import { undoEffects, undoWarnings } from './undo-effects.ts';
import { databasesOf, lookAtUndo, type UndoScope } from './undo-scope.ts';
import { newerRestore, withKeptNow } from './undo-turn.ts';

/** A plan as it is kept until it is confirmed or has expired. */
export interface StoredUndoPlan {
  readonly _id: string;
  readonly plan: UndoPlan;
  readonly liveDigest: string;
  /** The database removes it by itself after this. */
  readonly expiresAt: Date;
}

const validForMs = 30 * 60_000;

/**
 * Looks at what is live and what is kept, and says what taking the restore back would do. Changes nothing else. Raises
 * RESTORE_NOT_FOUND, UNDO_UNAVAILABLE, DEPLOYMENT_NOT_FOUND, DEPLOYMENT_NOT_CONNECTED; throws OperationFailure.
 */
export async function planUndo(services: Services, restoreId: RestoreId): Promise<UndoPlan> {
  const now = isoOf(services.now());
  const asked = requireUndoable(await stateOf(services, restoreId), restoreId, now);
  const { deploymentId } = asked;
  await refuseOutOfTurn(services, asked);
  const restore = await withKeptNow(services.ledger, asked);
  const deployment = requireDeployment(
    (await services.ledger.state(`deployment:${deploymentId}`)) as DeploymentState | undefined,
    deploymentId,
  );
  await using client = await connectDeployment(
    parseConnectionString(await connectionStringOf(services, deployment.facts)),
  );
  const scope = await lookAtUndo(services, client, restore);
  refuseIncomplete(restore, scope);
  await refuseWithoutRights(services, client, restore);
  const expiresAt = new Date(services.now() + validForMs);
  const { name: deploymentName, hosts } = deployment.facts;
  const swapMethod = await explained(() => findSwapMethod(client));
  const plan: UndoPlan = {
    ...{ id: uuid() as PlanId, restoreId, deploymentId, deploymentName, hosts },
    ...{ createdAt: now, expiresAt: expiresAt.toISOString(), until: restore.undoUntil ?? now },
    phrase: confirmationPhrase(restore.target, databasesOf(restore), deploymentName) ?? deploymentName,
    keptBytes: await undoBytes(client, restore.swaps),
    ...(await undoEffects(services, client, restore, scope)),
    swapMethod,
    warnings: undoWarnings(restore, scope, swapMethod),
  };
  await services.undoPlans.insertOne({ _id: plan.id, plan, liveDigest: scope.digest, expiresAt });
  return plan;
}

/**
 * Confirms a plan; the runner takes it from there, and the id is the new operation's. Raises PLAN_NOT_FOUND, UNDO_UNAVAILABLE also
 * where a newer restore came between, and what `requestUndo` raises.
 */
export async function confirmUndo(
  services: Services,
  command: {
    readonly restoreId: RestoreId;
    readonly planId: PlanId;
    readonly phrase: string | undefined;
    readonly actor: Actor;
  },
): Promise<RestoreId> {
  const stored = await services.undoPlans.findOne({ _id: command.planId });
  if (stored?.plan.restoreId !== command.restoreId) throw new AppError('PLAN_NOT_FOUND', { id: command.planId });
  const { plan, liveDigest } = stored;
  const restoreId = uuid() as RestoreId;
  const now = isoOf(services.now());
  const [deployment, restore] = [`deployment:${plan.deploymentId}`, `restore:${plan.restoreId}`] as const;
  const planned = await stateOf(services, plan.restoreId);
  if (planned !== undefined) await refuseOutOfTurn(services, planned);
  await execute(services.ledger, {
    actor: command.actor,
    correlationId: restoreId,
    reads: [deployment, restore],
    decide: (state) =>
      requestUndo(
        { deployment: state(deployment), restore: state(restore) },
        { restoreId, plan, liveDigest, phrase: command.phrase, now },
      ),
  });
  await services.undoPlans.deleteOne({ _id: command.planId });
  return restoreId;
}

/**
 * Ends the time in which a restore can be taken back, when it is over or because somebody asks; what it keeps is removed after
 * that. Appends nothing when it has ended already. Raises what `expireUndo` raises.
 */
export async function endUndo(
  services: Services,
  command: { readonly restoreId: RestoreId; readonly cause: 'expired' | 'asked'; readonly actor: Actor },
): Promise<void> {
  const { restoreId, cause, actor } = command;
  const known = await stateOf(services, restoreId);
  if (known === undefined) throw new AppError('RESTORE_NOT_FOUND', { id: restoreId });
  const [deployment, restore] = [`deployment:${known.deploymentId}`, `restore:${restoreId}`] as const;
  await execute(services.ledger, {
    actor,
    correlationId: restoreId,
    reads: [deployment, restore],
    decide: (state) =>
      expireUndo(
        { deployment: state(deployment), restore: state(restore) },
        { restoreId, cause, now: isoOf(services.now()) },
      ),
  });
}

async function stateOf({ ledger }: Services, restoreId: RestoreId): Promise<RestoreState | undefined> {
  return (await ledger.state(`restore:${restoreId}`)) as RestoreState | undefined;
}

async function refuseOutOfTurn({ ledger }: Services, restore: RestoreState): Promise<void> {
  const newer = await newerRestore(ledger, restore);
  if (newer === undefined) return;
  throw new AppError('UNDO_UNAVAILABLE', { id: restore.restoreId, why: 'newer-restore', by: newer.restoreId });
}

/** Somebody has removed some of what was kept by hand, or the backup that holds users and roles as they were. */
function refuseIncomplete(restore: RestoreState, { exists, safety }: UndoScope): void {
  const { restoreId: id, undoCollections, options, safetyBackupId } = restore;
  const isKept = undoCollections === null || countKept(restore, exists) >= undoCollections;
  const needsSafety = options.usersAndRoles && safetyBackupId !== null;
  if (isKept && (safety !== null || !needsSafety)) return;
  throw new AppError('UNDO_UNAVAILABLE', { id, why: 'dropped' });
}

/** What was inserted goes by its documents, users and roles one by one, and no further than to the first that may not go. */
async function refuseWithoutRights(services: Services, client: MongoClient, { restoreId, merges }: RestoreState) {
  const access = await usersTakenBack(services, client, await readUsersBefore(services, restoreId));
  const needs = [...unmergeNeeds(merges), ...(access === null ? [] : accessNeeds(access.change, access.live))];
  if ((await missingRights(client, needs)).length === 0) return;
  throw new AppError('UNDO_UNAVAILABLE', { id: restoreId, why: 'not-allowed' });
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
