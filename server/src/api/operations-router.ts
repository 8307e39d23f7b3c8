import { operationId } from '@holdfast/shared/ids';
import type { Filter } from 'mongodb';
import { z } from 'zod';
import * as operations from '../commands/operations.ts';
import type { StoredOperation } from '../projections/operations.ts';
import { findDeployment } from './find-deployment.ts';
import { pageInput, pageOf } from './paging.ts';
import { procedure, router } from './trpc.ts';

const listInput = z.object({ deploymentId: z.string().optional(), ...pageInput });

export const operationsRouter = router({
  current: procedure.query(({ ctx }) => ctx.services.running.list()),
  list: procedure.input(listInput.prefault({})).query(async ({ ctx, input }) => {
    const filter: Filter<StoredOperation> = {};
    if (input.deploymentId !== undefined)
      filter.deploymentId = (await findDeployment(ctx.services, input.deploymentId))._id;
    const collection = await ctx.services.ledger.readModel<StoredOperation>('operations');
    return pageOf(collection, { filter, cursor: input.cursor, limit: input.limit, map: publicOperation });
  }),
  cancel: procedure.input(z.object({ id: operationId })).mutation(async ({ ctx, input }) => {
    await operations.cancel(ctx.services, input.id, ctx.actor);
    return {};
  }),
});

function publicOperation(stored: StoredOperation) {
  const { _id, kind, deploymentId, deploymentName, actor, status, requestedAt, endedAt } = stored;
  return { id: _id, kind, deploymentId, deploymentName, actor, status, requestedAt, endedAt };
}
