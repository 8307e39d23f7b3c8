import { destinationCredentials, destinationName } from '@holdfast/shared/destination';
import { z } from 'zod';
import { adoptArchive } from '../commands/adopt-archive.ts';
import * as destinations from '../commands/destinations.ts';
import { requireDestination } from '../destinations/destinations.ts';
import { findDestination } from '../destinations/find-destination.ts';
import { mainDestinationName } from '../domain/destination.ts';
import { reconcile } from '../runner/reconcile.ts';
import { describeDestination } from './describe-destination.ts';
import { findBackup } from './find-backup.ts';
import { findDeployment } from './find-deployment.ts';
import { procedure, router } from './trpc.ts';

const place = z.object({ url: z.string(), credentials: destinationCredentials.nullable().default(null) });
/** An id or a name. */
const named = z.object({ id: z.string() });
const orMain = z.object({ id: z.string().default(mainDestinationName) });

export const destinationsRouter = router({
  list: procedure.query(({ ctx }) =>
    Promise.all(ctx.services.destinations.known().map((known) => describeDestination(ctx.services, known))),
  ),
  /** Whether backups would survive the disks that they are made for. */
  disks: procedure.query(({ ctx }) => ctx.services.disks()),
  /** Writes and reads back a probe: at a place, which is not kept, or at one that is known. */
  test: procedure
    .input(z.union([place, named]))
    .mutation(async ({ ctx, input }) =>
      'url' in input
        ? destinations.probePlace(ctx.services, input)
        : destinations.probeKnown(ctx.services, await findDestination(ctx.services.destinations, input.id)),
    ),
  add: procedure.input(place.extend({ name: destinationName })).mutation(async ({ ctx, input }) => {
    const id = await destinations.add(ctx.services, { ...input, actor: ctx.actor });
    return describeDestination(ctx.services, await findDestination(ctx.services.destinations, id));
  }),
  /** What is left out stays. The URL and the credentials must lead to the same place. */
  update: procedure
    .input(
      z.object({
        id: z.string(),
        name: destinationName.optional(),
        url: z.string().optional(),
        credentials: destinationCredentials.nullable().optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { id } = await findDestination(ctx.services.destinations, input.id);
      await destinations.update(ctx.services, { ...input, id, actor: ctx.actor });
      return describeDestination(ctx.services, await findDestination(ctx.services.destinations, id));
    }),
  remove: procedure.input(named).mutation(async ({ ctx, input }) => {
    const { id } = await findDestination(ctx.services.destinations, input.id);
    await destinations.remove(ctx.services, id, ctx.actor);
    return {};
  }),
  /** A pass now, beside those on schedule; default: the main one. What the destination refuses is the report's `problem`. */
  reconcile: procedure.input(orMain.prefault({})).mutation(async ({ ctx, input, signal }) => {
    const { id } = await findDestination(ctx.services.destinations, input.id);
    return reconcile(ctx.services, await requireDestination(ctx.services.destinations, id), signal);
  }),
  /** Reads the whole archive; `deploymentId` (or a name) where it is not for the deployment that it was taken of. */
  adopt: procedure
    .input(
      z.object({
        key: z.string(),
        deploymentId: z.string().optional(),
        destinationId: z.string().default(mainDestinationName),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { key } = input;
      const { id } = await findDestination(ctx.services.destinations, input.destinationId);
      const storage = await requireDestination(ctx.services.destinations, id);
      const deploymentId =
        input.deploymentId === undefined ? undefined : (await findDeployment(ctx.services, input.deploymentId))._id;
      const backupId = await adoptArchive(ctx.services, { storage, key, deploymentId, actor: ctx.actor });
      return findBackup(ctx.services, backupId);
    }),
});
