// Live streams over server-sent events. Events resume by position: nothing is missed, nothing comes twice.
import type { LedgerEvent } from '@holdfast/shared/events';
import type { OperationProgress } from '@holdfast/shared/operation';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { procedure, router } from './trpc.ts';

const eventsInput = z
  .object({
    /** Everything after this position; default: the head. */
    after: z.int().nonnegative().optional(),
    /** The id of the last event received: the client sends it when it reconnects. */
    lastEventId: z.string().regex(/^\d+$/).nullish(),
  })
  .prefault({});

export const liveRouter = router({
  events: procedure.input(eventsInput).subscription(async function* ({ ctx, input, signal }) {
    const { ledger } = ctx.services;
    const after =
      input.lastEventId != null ? Number(input.lastEventId) : (input.after ?? (await ledger.head()).position);
    for await (const event of ledger.feed({ after, signal: signal ?? new AbortController().signal })) {
      yield tracked(String(event.position), event satisfies LedgerEvent);
    }
  }),
  operations: procedure.subscription(async function* ({ ctx, signal }): AsyncGenerator<OperationProgress[]> {
    yield* ctx.services.running.watch(signal ?? new AbortController().signal);
  }),
});
