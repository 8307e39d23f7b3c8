import type { RestoreId } from '@holdfast/shared/ids';
import type { RestorePhase } from '@holdfast/shared/restore';
import { beginRestorePhase } from '../../domain/restore.ts';
import type { Services } from '../../services.ts';
import type { Counters, OperationRun, Totals } from '../operation-run.ts';
import { changeRestore } from './change-restore.ts';

/** A phase of a restore begins: in the ledger, then in what is shown while it runs. Raises WRONG_WORKER. */
export async function beginPhase(
  { services, run }: { readonly services: Services; readonly run: OperationRun },
  phase: RestorePhase,
  counters?: Counters,
  totals?: Totals,
): Promise<void> {
  const { operationId, deploymentId } = run.facts;
  const restoreId = operationId as RestoreId;
  const { worker } = services;
  await changeRestore(services, restoreId, (state) =>
    beginRestorePhase(state, { restoreId, deploymentId, worker, phase }),
  );
  run.phase(phase, counters, totals);
}
