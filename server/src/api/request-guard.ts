// Who may speak to this server at all: known host names only (against DNS rebinding), and no cross-site writes.
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './http-app.ts';

/**
 * Refuses requests for host names that are not this server's: loopback, an address literal, this machine's name, or one of
 * `allowedHosts`.
 */
export function hostGuard(allowedHosts: readonly string[]): MiddlewareHandler {
  const known = new Set(['localhost', hostname().toLowerCase(), ...allowedHosts.map((name) => name.toLowerCase())]);
  return async (context, next) => {
    const name = hostNameOf(context.req.header('host') ?? '');
    if (known.has(name) || isIP(name) !== 0) return next();
    return context.json(
      {
        code: 'HOST_NOT_ALLOWED',
        message: `This server does not answer to "${name}".`,
        hint: 'Name it in HOLDFAST_ALLOWED_HOSTS.',
      },
      421,
    );
  };
}

const bodyTimeMs = 5 * 60_000;

/** Ends a request whose body takes too long to come (default: five minutes): the server itself sets no such limit. */
export function bodyTimeGuard(limitMs = bodyTimeMs): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const incoming = context.env?.incoming;
    // Whoever waits for an answer, or listens to one without end, has sent everything long before.
    const timer = setTimeout(() => incoming?.complete === false && incoming.destroy(), limitMs).unref();
    incoming?.once('close', () => clearTimeout(timer));
    return next();
  };
}

/** Refuses writes that another site's page sends: the Origin must be this server's own. Bearer requests have none. */
export function originGuard(): MiddlewareHandler {
  return async (context, next) => {
    if (context.req.method === 'GET' || context.req.method === 'HEAD') return next();
    const origin = context.req.header('origin');
    const byCookie = context.req.header('authorization') === undefined;
    if (origin === undefined ? !byCookie : sameHost(origin, context.req.header('host'))) return next();
    return context.json(
      {
        code: 'ORIGIN_NOT_ALLOWED',
        message: 'The request comes from another site.',
        hint: 'Use the console of this server, or send the key.',
      },
      403,
    );
  };
}

function sameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

/** Without the port, lower case, IPv6 without brackets. */
function hostNameOf(host: string): string {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d+$/, '');
  return name.toLowerCase();
}
