// Live streams over server-sent events. Events resume by position: nothing is missed, nothing comes twice.
import { AppError } from '@holdfast/shared/errors';
import type { LedgerEvent } from '@holdfast/shared/events';
import type { OperationProgress } from '@holdfast/shared/operation';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { streamWhileLedgerAnswers, whileLedgerAnswers } from './ledger-silence.ts';
import { type ApiContext, procedure, router, toTrpcError } from './trpc.ts';

const eventsInput = z
  .object({
    /** Everything after this position; default: the head. */
    after: z.int().nonnegative().optional(),
    /** The id of the last event received: the client sends it when it reconnects. */
    lastEventId: z.string().regex(/^\d+$/).nullish(),
  })
  .prefault({});

export const liveRouter = router({
  events: procedure.input(eventsInput).subscription(({ ctx, input, signal }) =>
    liveStream(ctx, signal, async function* (own) {
      const { ledger } = ctx.services;
      const head = async () => (await whileLedgerAnswers(ledger, () => ledger.head())).position;
      const after = input.lastEventId != null ? Number(input.lastEventId) : (input.after ?? (await head()));
      for await (const event of ledger.feed({ after, signal: own })) {
        yield tracked(String(event.position), event satisfies LedgerEvent);
      }
    }),
  ),
  operations: procedure.subscription(({ ctx, signal }) =>
    liveStream(ctx, signal, (own): AsyncIterable<OperationProgress[]> => ctx.services.running.watch(own)),
  ),
});

/** Ends with LEDGER_UNAVAILABLE while the ledger is silent: a 5xx, so clients come back by themselves. */
async function* liveStream<T>(
  { services }: ApiContext,
  signal: AbortSignal | undefined,
  source: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T, void> {
  try {
    yield* streamWhileLedgerAnswers(services.ledger, signal ?? new AbortController().signal, source);
  } catch (error) {
    throw error instanceof AppError ? toTrpcError(error) : error;
  }
}
