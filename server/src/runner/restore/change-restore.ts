import type { NewEvent } from '@holdfast/shared/events';
import type { RestoreId } from '@holdfast/shared/ids';
import { execute } from '../../commands/execute.ts';
import type { RestoreState } from '../../domain/restore.ts';
import type { Services } from '../../services.ts';
import { recordOutcome } from '../record-outcome.ts';

/** Records a step of a restore, through failovers of the ledger. Raises what the decider raises. */
export async function changeRestore(
  services: Services,
  restoreId: RestoreId,
  decide: (state: RestoreState | undefined) => NewEvent[],
): Promise<void> {
  const stream = `restore:${restoreId}` as const;
  await recordOutcome(services, () =>
    execute(services.ledger, {
      actor: { kind: 'system', id: services.instanceId },
      correlationId: restoreId,
      reads: [stream],
      decide: (state) => decide(state(stream)),
    }),
  );
}
