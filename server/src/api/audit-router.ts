import { type AuditPage, auditQuery } from '@holdfast/shared/audit';
import type { Document, Filter } from 'mongodb';
import { z } from 'zod';
import { procedure, router } from './trpc.ts';

export const auditRouter = router({
  search: procedure.input(auditQuery.prefault({})).query(async ({ ctx, input }): Promise<AuditPage> => {
    const { cursor, limit } = input;
    const events = await ctx.services.ledger.read({
      ...(cursor === undefined ? {} : { before: cursor }),
      filter: filterOf(input),
      order: 'newest-first',
      limit: limit + 1,
    });
    const page = events.slice(0, limit);
    return { events: page, nextCursor: events.length > limit ? (page.at(-1)?.position ?? null) : null };
  }),
  verify: procedure
    .input(z.object({}).prefault({}))
    .mutation(({ ctx, signal }) => ctx.services.ledger.verify(signal ? { signal } : {})),
  head: procedure.query(({ ctx }) => ctx.services.ledger.head()),
});

function filterOf(query: z.output<typeof auditQuery>): Filter<Document> {
  const filter: Filter<Document> = {};
  if (query.from !== undefined || query.to !== undefined) {
    filter.at = { ...(query.from ? { $gte: query.from } : {}), ...(query.to ? { $lte: query.to } : {}) };
  }
  if (query.deploymentId !== undefined) filter['data.deploymentId'] = query.deploymentId;
  if (query.operationId !== undefined) filter.$or = storyOf(query.operationId);
  if (query.actorId !== undefined) filter['actor.id'] = query.actorId;
  if (query.type !== undefined) filter.type = query.type;
  return filter;
}

/** What it did, and what another operation says of it: a safety backup is taken by a restore. */
function storyOf(id: string): Filter<Document>[] {
  return [{ correlationId: id }, { stream: { $in: [`backup:${id}`, `restore:${id}`] } }];
}
