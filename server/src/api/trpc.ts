// tRPC's setup: context, who may call, and how errors leave the process. A refusal keeps its code, details and hint; anything
// else is masked: the client sees an id, the log has the rest.
import type { Actor } from '@holdfast/shared/actor';
import { AppError, type AppErrorData, errorCatalogue } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import { initTRPC, TRPCError } from '@trpc/server';
import { v7 as uuid } from 'uuid';
import { ZodError } from 'zod';
import type { Services } from '../services.ts';
import { requireLedger, silenceOf, whileLedgerAnswers } from './ledger-silence.ts';

export interface ApiContext {
  readonly services: Services;
  /** Who calls; null when nobody has signed in. */
  readonly actor: Actor | null;
}

/** What stands in `error.data` beside tRPC's own fields. */
export interface ErrorData {
  /** For a refusal. */
  readonly app: AppErrorData | null;
  /** For bad input: one line per field. */
  readonly problems: readonly string[] | null;
  /** For a defect: the id under which the server's log has the details. */
  readonly defectId: string | null;
}

const t = initTRPC.context<ApiContext>().create({
  isDev: false,
  sse: { ping: { enabled: true, intervalMs: 5_000 }, client: { reconnectAfterInactivityMs: 15_000 } },
  errorFormatter: ({ shape, error, ctx }) => {
    const data = describe(error, ctx?.services);
    const message =
      data.problems !== null ? data.problems.join('; ') : data.defectId === null ? error.message : 'Internal error';
    return {
      ...shape,
      message,
      data: { code: shape.data.code, httpStatus: shape.data.httpStatus, path: shape.data.path, ...data },
    };
  },
});

export const router = t.router;

/** A procedure for anyone who has signed in. Refusals become tRPC errors of the catalogue's code. */
export const procedure = t.procedure.use(async ({ ctx, next, type }) => {
  const { services, actor } = ctx;
  if (actor === null) throw toTrpcError(new AppError('NOT_SIGNED_IN', {}));
  const work = () => next({ ctx: { services, actor } });
  const result = await refusing(async () => {
    // What changes something says itself what became of it.
    if (type === 'query') return await whileLedgerAnswers(services.ledger, work);
    requireLedger(services.ledger);
    return await work();
  });
  if (!result.ok) throwRefusal(result.error.cause);
  return result;
});

/** Throws what the client is to see of it; returns when it is a defect. */
function throwRefusal(cause: unknown): void {
  if (cause instanceof AppError) throw toTrpcError(cause);
  if (cause instanceof OperationFailure) throw toTrpcError(new AppError('OPERATION_FAILED', cause.toFailure()));
  const silence = silenceOf(cause);
  if (silence !== null) throw toTrpcError(silence);
}

/** Runs what may raise a refusal, so that it leaves as a tRPC error. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throwRefusal(error);
    throw error;
  }
}

/** A refusal with the transport's code of the catalogue. */
export function toTrpcError(error: AppError): TRPCError {
  return new TRPCError({ code: errorCatalogue[error.code].transport, message: error.message, cause: error });
}

function describe(error: TRPCError, services: Services | undefined): ErrorData {
  const { cause } = error;
  if (cause instanceof AppError) {
    return { app: { code: cause.code, details: cause.details, hint: cause.hint }, problems: null, defectId: null };
  }
  if (cause instanceof ZodError) return { app: null, problems: problemsOf(cause), defectId: null };
  if (error.code !== 'INTERNAL_SERVER_ERROR') return { app: null, problems: null, defectId: null };
  const defectId = uuid();
  services?.logger.error({ defectId, err: cause ?? error }, 'defect');
  return { app: null, problems: null, defectId };
}

/** A line per field: `scheduledHour must be from 0 to 23.` */
function problemsOf(error: ZodError): string[] {
  return error.issues.map(({ path, message }) => {
    const name = path.join('.');
    return name === '' || message.includes(String(path.at(-1))) ? message : `${name}: ${message}`;
  });
}
