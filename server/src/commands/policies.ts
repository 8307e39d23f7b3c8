// Changing policies.
import type { Actor } from '@holdfast/shared/actor';
import type { PolicyId } from '@holdfast/shared/ids';
import type { GivenPolicySettings } from '@holdfast/shared/policy';
import { changePolicy } from '../domain/policy.ts';
import type { Services } from '../services.ts';
import { execute } from './execute.ts';

/** Changes a policy's settings; a limit left out stays as it is. Raises POLICY_NOT_FOUND. */
export async function set(
  services: Services,
  policyId: PolicyId,
  settings: GivenPolicySettings,
  actor: Actor,
): Promise<void> {
  const stream = `policy:${policyId}` as const;
  await execute(services.ledger, {
    actor,
    reads: [stream],
    decide: (state) => changePolicy(state(stream), { policyId, settings }),
  });
}
