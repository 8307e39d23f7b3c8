// Changing policies.
import type { Actor } from '@holdfast/shared/actor';
import type { DestinationId, PolicyId } from '@holdfast/shared/ids';
import type { GivenPolicySettings } from '@holdfast/shared/policy';
import { requireDestinations } from '../domain/destination.ts';
import { changePolicy } from '../domain/policy.ts';
import type { Services } from '../services.ts';
import { execute } from './execute.ts';

/** Changes a policy's settings; what is left out of the newer ones stays as it is. Raises DESTINATION_NOT_FOUND and what `changePolicy` raises. */
export async function set(
  services: Services,
  policyId: PolicyId,
  settings: GivenPolicySettings,
  actor: Actor,
): Promise<void> {
  const stream = `policy:${policyId}` as const;
  await execute(services.ledger, {
    actor,
    reads: [stream, 'configuration', 'encryption'],
    decide: (state) => {
      const mainId = services.destinations.main.id as DestinationId;
      requireDestinations(state('configuration'), settings.destinationIds ?? [], mainId);
      return changePolicy({ policy: state(stream), encryption: state('encryption') }, { policyId, settings });
    },
  });
}
