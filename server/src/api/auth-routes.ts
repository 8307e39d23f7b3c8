// Signing in and out, beside tRPC: cookies are set and cleared here.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { type SignIn, sessionMs } from '../access/sign-in.ts';
import { execute } from '../commands/execute.ts';
import type { Services } from '../services.ts';
import { sessionCookie } from './authenticate.ts';
import type { HttpEnv } from './http-app.ts';
import { toTrpcError } from './trpc.ts';

export function authRoutes(services: Services, signIn: SignIn): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  routes.post('/login', async (context) => {
    const body: unknown = await context.req.json().catch(() => null);
    const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
    const secure = context.req.header('origin')?.startsWith('https:') ?? false;
    const { token, actor } = await signIn.redeem(code.slice(0, 100), context.var.source);
    await recordSignIn(services, actor);
    const options = { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: sessionMs / 1_000, secure } as const;
    setCookie(context, sessionCookie, token, options);
    return context.body(null, 204);
  });
  routes.post('/logout', async (context) => {
    const token = getCookie(context, sessionCookie);
    if (token !== undefined) await signIn.signOut(token);
    setCookie(context, sessionCookie, '', { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: 0 });
    return context.body(null, 204);
  });
  routes.get('/session', (context) => context.json({ actor: requireActor(context.var.actor) }));
  routes.post('/login-codes', async (context) => {
    const actor = requireActor(context.var.actor);
    if (actor.kind !== 'api-key') throw new AppError('NOT_SIGNED_IN', {});
    return context.json(await signIn.createCode(), 201);
  });
  return routes;
}

/** The actor, or NOT_SIGNED_IN. */
export function requireActor(actor: Actor | null): Actor {
  if (actor === null) throw new AppError('NOT_SIGNED_IN', {});
  return actor;
}

/** A refusal outside tRPC: the same code, details and hint, with the matching status. */
export function refusal(error: AppError): Response {
  const { code, message, details, hint } = error;
  return Response.json({ code, message, details, hint }, { status: getHTTPStatusCodeFromError(toTrpcError(error)) });
}

async function recordSignIn(services: Services, actor: Actor): Promise<void> {
  const data = { method: 'login-code' } as const;
  await execute(services.ledger, { actor, reads: [], decide: () => [{ stream: 'access', type: 'SignedIn', data }] });
}
