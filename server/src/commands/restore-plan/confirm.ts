// The confirmation of a plan: enforced here and in the decider, whoever asks.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import type { PlanId, RestoreId } from '@holdfast/shared/ids';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { v7 as uuid } from 'uuid';
import { type BackupState, requireCompleted } from '../../domain/backup.ts';
import { type DeploymentState, requireDeployment } from '../../domain/deployment.ts';
import { requestRestore } from '../../domain/restore.ts';
import type { Services } from '../../services.ts';
import { execute } from '../execute.ts';
import { lookAtLive } from './look-at-live.ts';
import { liveDigest, withProspect } from './prospect.ts';
import { findPlan } from './stored-plans.ts';

export interface ConfirmPlan {
  readonly planId: PlanId;
  /** What the person typed; undefined where the plan asks for nothing. */
  readonly phrase: string | undefined;
  readonly actor: Actor;
}

/**
 * Confirms a plan; the runner takes it from there. Raises PLAN_OUTDATED when what it concerns has changed, TARGET_EXISTS, and what
 * `requestRestore` raises; throws OperationFailure when the deployment does not let itself be looked at.
 */
export async function confirm(services: Services, { planId, phrase, actor }: ConfirmPlan): Promise<RestoreId> {
  const plan = await findPlan(services, planId);
  const restoreId = uuid() as RestoreId;
  const [deployment, backup] = [`deployment:${plan.deploymentId}`, `backup:${plan.backupId}`] as const;
  const request = (states: States) =>
    requestRestore(states, { restoreId, plan, phrase, now: new Date(services.now()).toISOString() });
  const states = await statesOf(services, plan);
  // Whatever else is in the way is said before the deployment is asked.
  request(states);
  await requireUnchanged(services, plan, states);
  await execute(services.ledger, {
    actor,
    correlationId: restoreId,
    reads: [deployment, backup],
    decide: (state) => request({ deployment: state(deployment), backup: state(backup) }),
  });
  await services.plans.deleteOne({ _id: planId });
  return restoreId;
}

type States = Parameters<typeof requestRestore>[0];

async function statesOf({ ledger }: Services, { deploymentId, backupId }: RestorePlan): Promise<States> {
  return {
    deployment: (await ledger.state(`deployment:${deploymentId}`)) as DeploymentState | undefined,
    backup: (await ledger.state(`backup:${backupId}`)) as BackupState | undefined,
  };
}

async function requireUnchanged(services: Services, plan: RestorePlan, states: States): Promise<void> {
  const { target, options } = plan;
  const deployment = requireDeployment(states.deployment, plan.deploymentId);
  const wanted = { backup: requireCompleted(states.backup, plan.backupId), deployment, target, options };
  const digest = await withProspect(services, wanted, async ({ client, where }) =>
    liveDigest(where, await lookAtLive(client, where)),
  );
  if (digest !== plan.liveDigest) throw new AppError('PLAN_OUTDATED', { id: plan.id });
}
