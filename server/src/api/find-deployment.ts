// A deployment by its id or by its name, as people type it.

import type { Deployment } from '@holdfast/shared/deployment';
import { AppError } from '@holdfast/shared/errors';
import type { DeploymentId } from '@holdfast/shared/ids';
import type { StoredDeployment } from '../projections/deployments.ts';
import type { Services } from '../services.ts';

/** Raises DEPLOYMENT_NOT_FOUND. */
export async function findDeployment(
  services: Services,
  idOrName: string,
): Promise<StoredDeployment & { _id: DeploymentId }> {
  const deployments = await services.ledger.readModel<StoredDeployment>('deployments');
  const found = await deployments.findOne({ removed: false, $or: [{ _id: idOrName }, { name: idOrName }] });
  if (found === null) throw new AppError('DEPLOYMENT_NOT_FOUND', { id: idOrName });
  return found as StoredDeployment & { _id: DeploymentId };
}

/** Without the reference of the connection string. */
export function publicDeployment(stored: StoredDeployment): Deployment {
  const { _id, secretRef, removed: _, restoreTurns: __, ...rest } = stored;
  // What was stored before there were restore tests has none.
  return { id: _id as DeploymentId, ...rest, restoreTest: rest.restoreTest ?? null, isConnected: secretRef !== null };
}
