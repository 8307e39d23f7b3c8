import { AppError } from '@holdfast/shared/errors';
import { backupId, planId, type RestoreId, restoreId } from '@holdfast/shared/ids';
import { planPutBackInput, putBackInput } from '@holdfast/shared/put-back';
import { type Restore, restoreOptions, restoreTarget } from '@holdfast/shared/restore';
import type { Filter } from 'mongodb';
import { z } from 'zod';
import { planPutBack, putBack } from '../commands/put-back.ts';
import { comparePlanned } from '../commands/restore-plan/compare.ts';
import { confirm } from '../commands/restore-plan/confirm.ts';
import { makePlan } from '../commands/restore-plan/make-plan.ts';
import { confirmUndo, endUndo, planUndo } from '../commands/undo-plans.ts';
import type { StoredRestore } from '../projections/restores.ts';
import { removeKept } from '../runner/restore/drop-undo.ts';
import type { Services } from '../services.ts';
import { findDeployment } from './find-deployment.ts';
import { pageInput, pageOf, withId } from './paging.ts';
import { procedure, router } from './trpc.ts';

const listInput = z.object({ deploymentId: z.string().optional(), ...pageInput });

export const restoresRouter = router({
  plan: procedure
    .input(z.object({ backupId, target: restoreTarget.default({ kind: 'copy' }), ...restoreOptions.shape }))
    .mutation(({ ctx, input: { backupId: id, target, ...options } }) =>
      makePlan(ctx.services, { backupId: id, target, options }),
    ),
  confirm: procedure.input(z.object({ planId, phrase: z.string().optional() })).mutation(async ({ ctx, input }) => {
    const id = await confirm(ctx.services, { planId: input.planId, phrase: input.phrase, actor: ctx.actor });
    return findRestore(ctx.services, id);
  }),
  planPutBack: procedure.input(planPutBackInput).query(({ ctx, input }) => planPutBack(ctx.services, input, ctx.actor)),
  putBack: procedure.input(putBackInput).mutation(({ ctx, input }) => putBack(ctx.services, input, ctx.actor)),
  compare: procedure
    .input(z.object({ planId, namespace: z.string().min(1) }))
    .mutation(({ ctx, input, signal }) => comparePlanned(ctx.services, { ...input, signal })),
  planUndo: procedure.input(z.object({ id: restoreId })).mutation(({ ctx, input }) => planUndo(ctx.services, input.id)),
  /** Returns the operation that takes it back: a restore, too. */
  undo: procedure
    .input(z.object({ id: restoreId, planId, phrase: z.string().optional() }))
    .mutation(async ({ ctx, input }) => {
      const { id, planId: plan, phrase } = input;
      const undoId = await confirmUndo(ctx.services, { restoreId: id, planId: plan, phrase, actor: ctx.actor });
      return findRestore(ctx.services, undoId);
    }),
  /** Afterwards it cannot be taken back. What was kept is removed at once where that can be done now, else as soon as it can. */
  dropUndo: procedure.input(z.object({ id: restoreId })).mutation(async ({ ctx, input }) => {
    await endUndo(ctx.services, { restoreId: input.id, cause: 'asked', actor: ctx.actor });
    await removeKept(ctx.services, input.id);
    return findRestore(ctx.services, input.id);
  }),
  list: procedure.input(listInput.prefault({})).query(async ({ ctx, input }) => {
    const filter: Filter<StoredRestore> = {};
    if (input.deploymentId !== undefined)
      filter.deploymentId = (await findDeployment(ctx.services, input.deploymentId))._id;
    const collection = await ctx.services.ledger.readModel<StoredRestore>('restores');
    return pageOf(collection, { filter, cursor: input.cursor, limit: input.limit, map: publicRestore });
  }),
  byId: procedure.input(z.object({ id: restoreId })).query(({ ctx, input }) => findRestore(ctx.services, input.id)),
});

async function findRestore(services: Services, id: string): Promise<Restore> {
  const collection = await services.ledger.readModel<StoredRestore>('restores');
  const found = await collection.findOne({ _id: id });
  if (found === null) throw new AppError('RESTORE_NOT_FOUND', { id });
  return publicRestore(found);
}

function publicRestore(stored: StoredRestore): Restore {
  return withId(stored) as Restore & { id: RestoreId };
}
