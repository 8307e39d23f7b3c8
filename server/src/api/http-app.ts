// The HTTP side: guards first, then health, sign-in, tRPC, metrics, downloads and the console.

import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { HttpBindings } from '@hono/node-server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import { secureHeaders } from 'hono/secure-headers';
import { v7 as uuid } from 'uuid';
import type { SignIn } from '../access/sign-in.ts';
import { withinTime } from '../ledger/waiting.ts';
import type { Services } from '../services.ts';
import { authRoutes, refusal, requireActor } from './auth-routes.ts';
import { type Authenticator, sessionCookie } from './authenticate.ts';
import { consoleRoutes } from './console-routes.ts';
import { downloadRoutes } from './download-routes.ts';
import { importPath, importRoutes } from './import-routes.ts';
import { requireLedger, silenceOf, whileLedgerAnswers } from './ledger-silence.ts';
import { metricsText } from './metrics.ts';
import { bodyTimeGuard, hostGuard, originGuard } from './request-guard.ts';
import { appRouter } from './router.ts';
import { refusing } from './trpc.ts';

export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Who asks; null when nobody has signed in. */
    actor: Actor | null;
    /** The peer's address: failed sign-ins are counted by it. */
    source: string;
  };
}

export interface HttpOptions {
  readonly authenticate: Authenticator;
  readonly signIn: SignIn;
  readonly allowedHosts: readonly string[];
  readonly webDir: string;
  readonly importMaxBytes: number;
  /** Whether this server was told to stop and waits for its work to end. */
  readonly isDraining: () => boolean;
}

const maxBodyBytes = 10 * 1024 * 1024;

/** Builds the application; it listens to nothing by itself. */
export function httpApp(services: Services, options: HttpOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.use(
    secureHeaders({
      contentSecurityPolicy: policy,
      strictTransportSecurity: false,
      xFrameOptions: 'DENY',
      referrerPolicy: 'no-referrer',
    }),
  );
  app.onError((error) => {
    const refused = refusalIn(error);
    return refused === null ? defect(services, error) : refusal(refused);
  });
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', async (context) => {
    const problem = options.isDraining() ? 'draining' : await notReady(services);
    return problem === null
      ? context.json({ status: 'ready' })
      : context.json({ status: 'not-ready', reason: problem }, 503);
  });
  app.use(hostGuard(options.allowedHosts), originGuard());
  const [limitSize, limitTime] = [bodyLimit({ maxSize: maxBodyBytes }), bodyTimeGuard()];
  // A dump has bounds of its own.
  const unlessImport = (guard: MiddlewareHandler): MiddlewareHandler => {
    return (context, next) => (context.req.path === importPath ? next() : guard(context, next));
  };
  app.use(unlessImport(limitSize), unlessImport(limitTime));
  const identify = (context: Context<HttpEnv>) =>
    whileLedgerAnswers(services.ledger, () =>
      options.authenticate({
        authorization: context.req.header('authorization'),
        cookie: getCookie(context, sessionCookie),
      }),
    );
  for (const path of ['/auth/*', '/metrics', importPath]) {
    app.use(path, async (context, next) => {
      context.set('source', context.env.incoming?.socket.remoteAddress ?? 'unknown');
      context.set('actor', await identify(context));
      await whileLedgerAnswers(services.ledger, next);
    });
  }
  app.get('/metrics', async (context) => {
    requireActor(context.var.actor);
    return context.text(await metricsText(services), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });
  if (services.role === 'worker') return app;
  app.route('/auth', authRoutes(services, options.signIn));
  app.route(importPath, importRoutes(services, { maxBytes: options.importMaxBytes }));
  app.all('/trpc/*', async (context) => {
    // A stream that is refused inside tRPC is a 200 with an error event, which an EventSource would open again for ever.
    const isStream = context.req.header('accept')?.includes('text/event-stream');
    const known = isStream ? requireActor(await identify(context)) : undefined;
    return fetchRequestHandler({
      endpoint: '/trpc',
      req: context.req.raw,
      router: appRouter,
      createContext: () => refusing(async () => ({ services, actor: known ?? (await identify(context)) })),
    });
  });
  app.use('/downloads/*', async (context, next) => {
    // A download that has begun needs the ledger no more: nothing may be said into it.
    context.set('actor', await identify(context));
    await next();
  });
  app.route('/downloads', downloadRoutes(services));
  app.route('/', consoleRoutes(options.webDir));
  return app;
}

function refusalIn(error: Error): AppError | null {
  if (error instanceof OperationFailure) return new AppError('OPERATION_FAILED', error.toFailure());
  return error instanceof AppError ? error : silenceOf(error);
}

const policy = {
  defaultSrc: ["'self'"],
  connectSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/** Whoever asks for it waits for seconds at most. */
const readyMs = 3_000;

async function notReady(services: Services): Promise<string | null> {
  try {
    requireLedger(services.ledger);
    await withinTime(readyMs, undefined, () => services.ledger.head());
    return null;
  } catch (error) {
    services.logger.warn({ err: error }, 'not ready');
    return 'the ledger does not answer';
  }
}

function defect(services: Services, error: Error): Response {
  const defectId = uuid();
  services.logger.error({ defectId, err: error }, 'defect');
  return Response.json({ code: 'INTERNAL', message: 'Internal error', defectId }, { status: 500 });
}
