import type { Destination } from '@holdfast/shared/destination';
import { OperationFailure } from '@holdfast/shared/failures';
import type { BackupId, DestinationId } from '@holdfast/shared/ids';
import { z } from 'zod';
import { adoptArchive } from '../commands/adopt-archive.ts';
import type { StoredBackup } from '../projections/backups.ts';
import { reconcile } from '../runner/reconcile.ts';
import type { Services } from '../services.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { findBackup } from './find-backup.ts';
import { findDeployment } from './find-deployment.ts';
import { procedure, router } from './trpc.ts';

export const destinationsRouter = router({
  list: procedure.query(async ({ ctx }) => [await describeDestination(ctx.services)]),
  /** A pass now, beside those on schedule. What the destination refuses is the report's `problem`. */
  reconcile: procedure
    .input(z.object({}).prefault({}))
    .mutation(({ ctx, signal }) => reconcile(ctx.services, ctx.services.destinations.main, signal)),
  /** Reads the whole archive; `deploymentId` (or a name) where it is not for the deployment that it was taken of. */
  adopt: procedure
    .input(z.object({ key: z.string(), deploymentId: z.string().optional() }))
    .mutation(async ({ ctx, input }) => {
      const { key } = input;
      const deploymentId =
        input.deploymentId === undefined ? undefined : (await findDeployment(ctx.services, input.deploymentId))._id;
      return findBackup(ctx.services, await adoptArchive(ctx.services, { key, deploymentId, actor: ctx.actor }));
    }),
});

async function describeDestination(services: Services): Promise<Destination> {
  const storage = services.destinations.main;
  const id = storage.id as DestinationId;
  const stored = await services.reconciliations.findOne({ _id: id });
  const space = await spaceOf(services, storage);
  return {
    id,
    url: storage.url,
    freeBytes: space?.freeBytes ?? null,
    totalBytes: space?.totalBytes ?? null,
    lastReconciliation: stored && withDestination(stored),
    missing: await missingBackups(services),
  };
}

function withDestination({ _id: destinationId, ...report }: { readonly _id: DestinationId }) {
  return { destinationId, ...report } as NonNullable<Destination['lastReconciliation']>;
}

/** What is wrong with a destination that is not there is said by its last reconciliation. */
async function spaceOf({ logger }: Services, storage: ArchiveStorage): ReturnType<ArchiveStorage['space']> {
  try {
    return await storage.space();
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    logger.warn({ err: error }, 'the space of the destination is not known');
    return undefined;
  }
}

async function missingBackups(services: Services): Promise<Destination['missing']> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const missing = await backups.find({ status: 'missing' }).sort({ createdAt: -1, _id: -1 }).limit(500).toArray();
  return missing.map(({ _id, deploymentId, deploymentName, filePath, createdAt }) => ({
    backupId: _id as BackupId,
    deploymentId,
    deploymentName,
    key: filePath ?? '',
    createdAt,
  }));
}
