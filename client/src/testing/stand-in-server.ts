// A small tRPC server with the paths that the client's own code calls: one that can be stopped, started again on the
// same port, and told to refuse.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@holdfast/shared/errors';
import { initTRPC, TRPCError, tracked } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';

export interface StandInServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: { readonly url: string; readonly authorization: string | undefined; answered: boolean }[];
  /** What stands in the ledger: positions 1, 2, 3... */
  readonly events: { correlationId: string }[];
  running: { operationId: string; documents: number }[];
  backup: { id: string; status: string } | null;
  /** Answers a request with this status instead; null lets it through. */
  refuse: (path: string) => number | null;
  stop(): Promise<void>;
  start(): Promise<void>;
}

type State = Pick<StandInServer, 'events' | 'running' | 'backup'>;

/** Listens on a free port of 127.0.0.1. */
export async function startStandInServer(): Promise<StandInServer> {
  const requests: StandInServer['requests'] = [];
  const state: State = { events: [], running: [], backup: null };
  const handler = createHTTPHandler({ router: routerOver(state), basePath: '/trpc/' });
  let server: Server | undefined;
  let port = 0;
  const standIn: StandInServer = Object.assign(state, {
    url: '',
    requests,
    refuse: () => null,
    async start() {
      server = createServer((request, response) => {
        const seen = { url: request.url ?? '', authorization: request.headers.authorization, answered: false };
        requests.push(seen);
        response.on('finish', () => {
          seen.answered = true;
        });
        const status = standIn.refuse(pathOf(request));
        if (status === null) return void handler(request, response);
        response.writeHead(status).end();
      });
      await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
    },
    async stop() {
      const closed = new Promise((resolve) => server?.close(resolve));
      server?.closeAllConnections();
      await closed;
    },
    [Symbol.asyncDispose]: () => standIn.stop(),
  });
  await standIn.start();
  return Object.assign(standIn, { url: `http://127.0.0.1:${port}` });
}

function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? '', 'http://server').pathname.replace('/trpc/', '');
}

function routerOver(state: State) {
  const t = initTRPC.create({
    errorFormatter: ({ shape, error }) => {
      const { cause } = error;
      const app = cause instanceof AppError ? { code: cause.code, details: cause.details, hint: cause.hint } : null;
      return { ...shape, data: { ...shape.data, app } };
    },
  });
  const poll = () => new Promise((resolve) => setTimeout(resolve, 5));
  return t.router({
    backups: t.router({
      byId: t.procedure.input(idOf).query(({ input }) => {
        if (state.backup?.id === input.id) return state.backup;
        throw new TRPCError({ code: 'NOT_FOUND', cause: new AppError('BACKUP_NOT_FOUND', { id: input.id }) });
      }),
    }),
    live: t.router({
      events: t.procedure
        .input((input) => (input ?? {}) as { after?: number; lastEventId?: string })
        .subscription(async function* ({ input, signal }) {
          let position = Number(input.lastEventId ?? input.after ?? state.events.length);
          for (; !signal?.aborted; await poll()) {
            for (const event of state.events.slice(position)) yield tracked(String(++position), { position, ...event });
          }
        }),
      operations: t.procedure.subscription(async function* ({ signal }) {
        for (let last = ''; !signal?.aborted; await poll()) {
          if (last === JSON.stringify(state.running)) continue;
          last = JSON.stringify(state.running);
          yield state.running;
        }
      }),
    }),
  });
}

function idOf(input: unknown): { id: string } {
  return input as { id: string };
}
