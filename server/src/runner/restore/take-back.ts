// Takes back what a restore made before it failed, so that nothing of it is left and nothing live has changed.
import { OperationFailure } from '@holdfast/shared/failures';
import type { RestoreId } from '@holdfast/shared/ids';
import { explained } from '../../engine/driver-failure.ts';
import { connectDeployment } from '../../engine/inspect-deployment.ts';
import type { Services } from '../../services.ts';
import { endWrites } from '../end-writes.ts';
import type { OperationRun } from '../operation-run.ts';
import type { Attempt } from './restore-work.ts';
import { dropShadows, existingShadows } from './swap-in.ts';

/** Throws when live data is half swapped: then only forward leads out, and the supervisor goes there. */
export async function takeBack(
  services: Services,
  run: OperationRun,
  attempt: Attempt,
  restoreId: RestoreId,
): Promise<void> {
  const { address, swaps, createdDatabases, liveData } = attempt;
  if (address === null) return;
  await using client = await connectDeployment(address);
  await endWrites(client, { restoreId, databases: createdDatabases });
  if (liveData === 'untouched') {
    run.requireLease();
    await explained(() => dropShadows(client, swaps));
  } else if ((await existingShadows(client, swaps)).length > 0) {
    throw new OperationFailure('interrupted', 'Only some collections were swapped in.');
  }
  for (const database of createdDatabases) {
    run.requireLease();
    await explained(() => client.db(database).dropDatabase());
  }
  services.logger.info({ databases: createdDatabases, shadows: swaps.length }, 'restore taken back');
}
