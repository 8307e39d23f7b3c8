// Takes back what a restore made before it failed, so that nothing of it is left and nothing live has changed.
import { OperationFailure } from '@holdfast/shared/failures';
import type { RestoreState } from '../../domain/restore.ts';
import { connectDeployment } from '../../engine/inspect-deployment.ts';
import type { Services } from '../../services.ts';
import { endWrites } from '../end-writes.ts';
import type { OperationRun } from '../operation-run.ts';
import type { Attempt } from './restore-work.ts';
import { discardSafety } from './safety-backup.ts';
import { goBack, isBegun, writtenBy } from './settle.ts';

/** Throws when anything live has changed: then only forward leads out, and the supervisor goes there. */
export async function takeBack(
  services: Services,
  run: OperationRun,
  { address, createdDatabases, safety }: Attempt,
): Promise<void> {
  await discardSafety(services, safety);
  if (address === null) return;
  const state = (await services.ledger.state(`restore:${run.facts.operationId}`)) as RestoreState;
  const left = { state, createdDatabases };
  await using client = await connectDeployment(address);
  await endWrites(client, writtenBy(left));
  if (await isBegun(client, state)) throw new OperationFailure('interrupted', 'Something live was changed already.');
  await goBack({ services, client, worker: services.worker, requireLease: () => run.requireLease() }, left);
  services.logger.info({ databases: createdDatabases }, 'restore taken back');
}
