import { deploymentName } from '@holdfast/shared/deployment';
import { z } from 'zod';
import * as deployments from '../commands/deployments.ts';
import type { StoredDeployment } from '../projections/deployments.ts';
import { findDeployment, publicDeployment } from './find-deployment.ts';
import { procedure, router } from './trpc.ts';

const uri = z.string().min(1).max(4_096);

export const deploymentsRouter = router({
  list: procedure.query(async ({ ctx }) => {
    const stored = await ctx.services.ledger.readModel<StoredDeployment>('deployments');
    return (await stored.find({ removed: false }).sort({ name: 1 }).toArray()).map(publicDeployment);
  }),
  byId: procedure
    .input(z.object({ id: z.string() }))
    .query(async ({ ctx, input }) => publicDeployment(await findDeployment(ctx.services, input.id))),
  test: procedure.input(z.object({ uri })).mutation(({ input }) => deployments.probeDeployment(input.uri)),
  register: procedure.input(z.object({ name: deploymentName, uri })).mutation(async ({ ctx, input }) => {
    const id = await deployments.register(ctx.services, { ...input, actor: ctx.actor });
    return publicDeployment(await findDeployment(ctx.services, id));
  }),
  update: procedure
    .input(z.object({ id: z.string(), name: deploymentName.optional(), uri: uri.optional() }))
    .mutation(async ({ ctx, input }) => {
      const { _id } = await findDeployment(ctx.services, input.id);
      await deployments.update(ctx.services, { id: _id, name: input.name, uri: input.uri, actor: ctx.actor });
      return publicDeployment(await findDeployment(ctx.services, _id));
    }),
  remove: procedure.input(z.object({ id: z.string() })).mutation(async ({ ctx, input }) => {
    const { _id } = await findDeployment(ctx.services, input.id);
    await deployments.remove(ctx.services, _id, ctx.actor);
    return {};
  }),
});
