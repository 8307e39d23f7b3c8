import { backupStatus } from '@holdfast/shared/backup';
import { collectionsInput, documentsInput } from '@holdfast/shared/document';
import { backupId, type PolicyId } from '@holdfast/shared/ids';
import type { Filter } from 'mongodb';
import { z } from 'zod';
import * as backups from '../commands/backups.ts';
import * as restoreTests from '../commands/restore-tests.ts';
import { listCollections, readDocuments } from '../inside/look-inside.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { StoredPolicy } from '../projections/policies.ts';
import { findBackup, publicBackups } from './find-backup.ts';
import { findDeployment } from './find-deployment.ts';
import { pageInput, pageOf } from './paging.ts';
import { procedure, router } from './trpc.ts';

const listInput = z.object({ deploymentId: z.string().optional(), status: backupStatus.optional(), ...pageInput });

export const backupsRouter = router({
  list: procedure.input(listInput.prefault({})).query(async ({ ctx, input }) => {
    const filter: Filter<StoredBackup> = {};
    if (input.deploymentId !== undefined)
      filter.deploymentId = (await findDeployment(ctx.services, input.deploymentId))._id;
    if (input.status !== undefined) filter.status = input.status;
    const collection = await ctx.services.ledger.readModel<StoredBackup>('backups');
    return pageOf(collection, {
      filter,
      cursor: input.cursor,
      limit: input.limit,
      map: await publicBackups(ctx.services),
    });
  }),
  byId: procedure.input(z.object({ id: backupId })).query(({ ctx, input }) => findBackup(ctx.services, input.id)),
  /** Belongs to the deployment's policy, so that its retention counts it. */
  request: procedure.input(z.object({ deploymentId: z.string() })).mutation(async ({ ctx, input }) => {
    const deployment = await findDeployment(ctx.services, input.deploymentId);
    const policies = await ctx.services.ledger.readModel<StoredPolicy>('policies');
    const policy = await policies.findOne({ deploymentId: deployment._id, removed: false });
    const id = await backups.request(ctx.services, {
      deploymentId: deployment._id,
      policyId: (policy?._id ?? null) as PolicyId | null,
      trigger: ctx.actor.kind === 'user' ? 'manual' : 'api',
      actor: ctx.actor,
    });
    return findBackup(ctx.services, String(id));
  }),
  collections: procedure.input(collectionsInput).query(({ ctx, input }) => listCollections(ctx.services, input)),
  documents: procedure
    .input(documentsInput)
    .query(({ ctx, input, signal }) => readDocuments(ctx.services, input, { actor: ctx.actor, signal })),
  verify: procedure
    .input(z.object({ id: backupId }))
    .mutation(({ ctx, input }) => backups.verify(ctx.services, input.id, { actor: ctx.actor, cause: 'asked' })),
  /** Accepted; how it comes out is in the backup. */
  restoreTest: procedure.input(z.object({ id: backupId })).mutation(async ({ ctx, input }) => {
    await restoreTests.requestTest(ctx.services, input.id, ctx.actor);
    return findBackup(ctx.services, input.id);
  }),
  cancelRestoreTest: procedure.input(z.object({ id: backupId })).mutation(async ({ ctx, input }) => {
    await restoreTests.cancelTest(ctx.services, input.id, ctx.actor);
    return findBackup(ctx.services, input.id);
  }),
  delete: procedure.input(z.object({ id: backupId })).mutation(async ({ ctx, input }) => {
    await backups.remove(ctx.services, input.id, { actor: ctx.actor, cause: 'manual' });
    return {};
  }),
});
