// A destination as the API returns it.
import type { Destination, Reconciliation } from '@holdfast/shared/destination';
import { type Failure, OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DestinationId } from '@holdfast/shared/ids';
import type { KnownDestination } from '../destinations/destinations.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { StoredDeployment } from '../projections/deployments.ts';
import type { StoredPolicy } from '../projections/policies.ts';
import { countCopies } from '../runner/wanted-copies.ts';
import type { Services } from '../services.ts';

/** With the room there, the last look over it, and what is missing. */
export async function describeDestination(services: Services, known: KnownDestination): Promise<Destination> {
  const { name, isMain, url } = known;
  const id = known.id as DestinationId;
  const stored = await services.reconciliations.findOne({ _id: id });
  const { space, problem } = await spaceOf(known);
  return {
    ...{ id, name, isMain, url, problem, hasCredentials: known.secretRef !== null },
    ...(await countCopies(services, id)),
    usedBy: await usersOf(services, known),
    freeBytes: space?.freeBytes ?? null,
    totalBytes: space?.totalBytes ?? null,
    lastReconciliation: stored && withDestination(stored),
    missing: await missingBackups(services, known),
  };
}

function withDestination({ _id: destinationId, ...report }: { readonly _id: DestinationId }): Reconciliation {
  return { destinationId, ...report } as Reconciliation;
}

interface Looked {
  readonly space?: { readonly freeBytes: number; readonly totalBytes: number } | undefined;
  readonly problem: Failure | null;
}

async function spaceOf({ storage, problem }: KnownDestination): Promise<Looked> {
  if (storage === null) return { problem };
  try {
    return { space: await storage.space(), problem: null };
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    return { problem: error.toFailure() };
  }
}

/** Names of the deployments whose policies name it. */
async function usersOf({ ledger }: Services, { id }: KnownDestination): Promise<string[]> {
  const policies = await ledger.readModel<StoredPolicy>('policies');
  const found = await policies.find({ destinationIds: id as DestinationId, removed: false }).toArray();
  const deployments = await ledger.readModel<StoredDeployment>('deployments');
  const ids = found.map(({ deploymentId }) => deploymentId as string);
  const named = await deployments
    .find({ _id: { $in: ids } })
    .sort({ name: 1 })
    .toArray();
  return named.map(({ name }) => name);
}

/** Every backup that is missing is told once, at the main one: no destination has it. */
async function missingBackups({ ledger }: Services, { isMain }: KnownDestination): Promise<Destination['missing']> {
  if (!isMain) return [];
  const backups = await ledger.readModel<StoredBackup>('backups');
  const missing = await backups.find({ status: 'missing' }).sort({ createdAt: -1, _id: -1 }).limit(500).toArray();
  return missing.map(({ _id, deploymentId, deploymentName, filePath, createdAt }) => ({
    backupId: _id as BackupId,
    deploymentId,
    deploymentName,
    key: filePath ?? '',
    createdAt,
  }));
}
