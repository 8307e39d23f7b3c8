import { AppError } from '@holdfast/shared/errors';
import { type PolicyId, policyId } from '@holdfast/shared/ids';
import { givenPolicySettings, type Policy } from '@holdfast/shared/policy';
import { z } from 'zod';
import * as policies from '../commands/policies.ts';
import { wholeSettings } from '../domain/policy.ts';
import type { StoredPolicy } from '../projections/policies.ts';
import { nextDueAt, nextRuns } from '../scheduler/due.ts';
import type { Services } from '../services.ts';
import { procedure, router } from './trpc.ts';

export const policiesRouter = router({
  list: procedure.query(async ({ ctx }) => {
    const stored = await ctx.services.ledger.readModel<StoredPolicy>('policies');
    const found = await stored.find({ removed: false }).sort({ _id: 1 }).toArray();
    return found.map((policy) => publicPolicy(policy, ctx.services.now()));
  }),
  byId: procedure.input(z.object({ id: policyId })).query(({ ctx, input }) => findPolicy(ctx.services, input.id)),
  set: procedure.input(givenPolicySettings.extend({ id: policyId })).mutation(async ({ ctx, input }) => {
    const { id, ...settings } = input;
    await policies.set(ctx.services, id, settings, ctx.actor);
    return findPolicy(ctx.services, id);
  }),
  preview: procedure.input(givenPolicySettings).query(({ ctx, input }) => ({
    runs: input.enabled ? nextRuns(input, new Date(ctx.services.now()).toISOString(), 7) : [],
  })),
});

async function findPolicy(services: Services, id: string): Promise<Policy> {
  const stored = await services.ledger.readModel<StoredPolicy>('policies');
  const found = await stored.findOne({ _id: id, removed: false });
  if (found === null) throw new AppError('POLICY_NOT_FOUND', { id });
  return publicPolicy(found, services.now());
}

function publicPolicy(stored: StoredPolicy, now: number): Policy {
  const { _id, removed: _, changedAt: __, lastDueAt: ___, ...policy } = stored;
  const nextRunAt = policy.enabled ? nextDueAt(policy, new Date(now).toISOString()) : null;
  return { ...policy, ...wholeSettings(policy), id: _id as PolicyId, nextRunAt };
}
