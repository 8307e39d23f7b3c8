// Subscriptions over server-sent events that survive a restart of the server and a proxy's 5xx.
import type { AppRouter } from '@holdfast/server/router';
import { httpSubscriptionLink, retryLink, type TRPCLink } from '@trpc/client';
import { EventSource } from 'eventsource';
import { mayPass } from './app-error.ts';
import { type ConnectionOptions, requestHeaders, trpcUrl } from './connection-options.ts';

const longestDelayMs = 5_000;

/** Reconnects after the last event received, for as long as the failure may pass; a refusal ends the subscription. */
export function liveStreamLink(options: ConnectionOptions): TRPCLink<AppRouter> {
  const { fetch = globalThis.fetch } = options;
  const reconnect = retryLink<AppRouter>({
    retry: ({ error }) => mayPass(error),
    retryDelayMs: (attempts) => Math.min(longestDelayMs, 250 * 2 ** Math.min(attempts, 10)),
  });
  // EventSource by itself gives up for good on any status but 200, and sends no headers: hence both options.
  const stream = httpSubscriptionLink<AppRouter, typeof EventSource>({
    url: trpcUrl(options),
    EventSource,
    eventSourceOptions: {
      fetch: (url, init) =>
        fetch(url, { ...init, headers: { ...init.headers, ...requestHeaders(options) } } as RequestInit),
    },
  });
  return (runtime) => {
    const [first, second] = [reconnect(runtime), stream(runtime)];
    return ({ op, next }) => first({ op, next: (again) => second({ op: again, next }) });
  };
}
