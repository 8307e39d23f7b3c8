// Takes in a dump that was made elsewhere, as the body of a request: beside tRPC, because it is streamed and may be of any size.
import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Actor } from '@holdfast/shared/actor';
import type { Backup } from '@holdfast/shared/backup';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { importDump } from '../commands/import-dump.ts';
import type { Services } from '../services.ts';
import { requireActor } from './auth-routes.ts';
import { findBackup } from './find-backup.ts';
import { findDeployment } from './find-deployment.ts';
import type { HttpEnv } from './http-app.ts';
import { requireLedger } from './ledger-silence.ts';

/** Where dumps are sent: `POST`, the bytes as the body, all else in the query. */
export const importPath = '/api/imports';

/** A sender that is silent for so long is gone. */
const silenceMs = 10 * 60_000;

const query = z.object({
  /** Name or id. */
  deployment: z.string().min(1),
  fileName: z.string().min(1).max(1_000),
  /** What the body was made of, when it was no archive. */
  kind: z.enum(['directory', 'bson']).optional(),
  /** Of which collection the body has the documents. */
  namespace: z
    .string()
    .regex(/^[^/\\. "$\0]{1,63}\.[^$\0][^\0]*$/, { error: 'namespace must look like database.collection' })
    .optional(),
  /** When the dump was taken; default: now. */
  takenAt: z.iso.datetime({ offset: true }).optional(),
});

/** Answers 201 with the backup, once it is whole. */
export function importRoutes(services: Services, options: { readonly maxBytes: number }): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.post('/', async (context) => {
    try {
      const actor = requireActor(context.var.actor);
      const parsed = query.safeParse(context.req.query());
      if (parsed.success)
        return context.json(await take(services, context, { ...parsed.data, actor }, options.maxBytes), 201);
      await discardRest(context.env.incoming, ofSender);
      return context.json(invalid(parsed.error), 400);
    } catch (error) {
      await discardRest(context.env.incoming, context.var.actor ? ofSender : ofStranger);
      if (error instanceof OperationFailure) throw new AppError('OPERATION_FAILED', error.toFailure());
      if (error instanceof AppError || !context.req.raw.signal.aborted) throw error;
      services.logger.info({ err: error }, 'the sender of an import went away');
      return context.body(null, 400);
    }
  });
  return routes;
}

async function take(
  services: Services,
  context: Context<HttpEnv>,
  { actor, deployment, fileName, kind, namespace, takenAt }: z.output<typeof query> & { readonly actor: Actor },
  maxBytes: number,
): Promise<Backup> {
  requireLedger(services.ledger);
  if (Number(context.req.header('content-length') ?? 0) > maxBytes)
    throw new AppError('IMPORT_TOO_LARGE', { maxBytes });
  const backupId = await importDump(services, {
    deploymentId: (await findDeployment(services, deployment))._id,
    actor,
    source: bodyOf(context.env.incoming),
    fileName: fileName.toWellFormed(),
    kind: kind ?? null,
    namespace: namespace === undefined ? null : split(namespace),
    takenAt: noLaterThan(services.now(), takenAt),
    ...{ maxBytes, signal: context.req.raw.signal },
  });
  return await findBackup(services, backupId);
}

/** How much of a refused body is taken, and for how long. */
const ofSender = { ms: 20_000, bytes: 256 * 1024 * 1024 };
const ofStranger = { ms: 2_000, bytes: 16 * 1024 * 1024 };

/**
 * Takes and forgets what is left of a body that is refused: were the connection closed while the sender still sends, the answer
 * would be lost with it. Who has much more to send is not waited for.
 */
async function discardRest(incoming: IncomingMessage, most: typeof ofSender): Promise<void> {
  if (incoming.readableEnded || incoming.destroyed) return;
  incoming.removeAllListeners('readable');
  await nextTurn();
  const { promise, resolve } = Promise.withResolvers<void>();
  let bytes = 0;
  const timer = setTimeout(resolve, most.ms);
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most.bytes) resolve();
  });
  incoming.once('end', resolve).once('close', resolve).resume();
  await promise;
  clearTimeout(timer);
}

/** The connection stays open for the answer when the reader has enough. */
async function* bodyOf(incoming: IncomingMessage): AsyncGenerator<Buffer> {
  const silent = () => incoming.destroy(new OperationFailure('stalled', 'The sender was silent for too long.'));
  const timer = setTimeout(silent, silenceMs);
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      yield chunk;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}

function noLaterThan(now: number, takenAt: string | undefined): string {
  return new Date(takenAt === undefined ? now : Math.min(now, Date.parse(takenAt))).toISOString();
}

function split(namespace: string): { readonly database: string; readonly collection: string } {
  const dot = namespace.indexOf('.');
  return { database: namespace.slice(0, dot), collection: namespace.slice(dot + 1) };
}

function invalid(error: z.ZodError) {
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return {
    code: 'BAD_REQUEST',
    message: problems.join('; '),
    hint: 'Correct the value and try again.',
    details: { problems },
  };
}
