import type { Actor } from '@holdfast/shared/actor';
import type { EventData } from '@holdfast/shared/events';
import { execute } from '../../commands/execute.ts';
import { completeRestore, type RestoreState } from '../../domain/restore.ts';
import { recordUndone } from '../../domain/undo.ts';
import type { Services } from '../../services.ts';
import { recordOutcome } from '../record-outcome.ts';

/**
 * Records that a restore has ended well and, of one that took another back, that this one is undone: in one append, so that neither
 * is true without the other. Raises WRONG_WORKER.
 */
export async function recordCompleted(services: Services, data: EventData<'RestoreCompleted'>): Promise<void> {
  const { restoreId } = data;
  const { undoOf, merged } = (await services.ledger.state(`restore:${restoreId}`)) as RestoreState;
  const [own, taken] = [`restore:${restoreId}`, `restore:${undoOf}`] as const;
  const actor: Actor = { kind: 'system', id: services.instanceId };
  await recordOutcome(services, () =>
    execute(services.ledger, {
      actor,
      correlationId: restoreId,
      reads: undoOf === null ? [own] : [own, taken],
      decide: (read) => {
        const completed = completeRestore(read(own), { ...data, ...(merged && { merged }) });
        return undoOf === null ? completed : [...completed, ...recordUndone(read(taken), restoreId)];
      },
    }),
  );
}
