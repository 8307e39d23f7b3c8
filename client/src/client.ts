// What other services install: a typed client of a Holdfast server. Only the router's type comes from the server.
import type { AppRouter } from '@holdfast/server/router';
import { createTRPCClient, httpBatchLink, splitLink, type TRPCClient } from '@trpc/client';
import { type ConnectionOptions, requestHeaders, trpcUrl } from './connection-options.ts';
import { liveStreamLink } from './live-stream-link.ts';

export { appErrorOf } from './app-error.ts';
export type { ConnectionOptions } from './connection-options.ts';
export { type FinishedOperation, type WaitOptions, waitForOperation } from './wait-for-operation.ts';

/** Every procedure of the server: `client.backups.list.query()`, `client.backups.request.mutate(...)` and so on. */
export type HoldfastClient = TRPCClient<AppRouter>;

/**
 * A client for one server. Queries and mutations made in one tick travel as one request. Subscriptions run over
 * server-sent events: they reconnect by themselves while the server or the network is away, go on after the last
 * event received, and end with an error when the server refuses them (4xx). The key travels in a header only.
 *
 * @example
 * const holdfast = createHoldfastClient({ url: 'http://127.0.0.1:4400', apiKey: process.env.HOLDFAST_API_KEY });
 * const { id } = await holdfast.backups.request.mutate({ deploymentId: 'orders' });
 * const backup = await waitForOperation(holdfast, { kind: 'backup', id });
 * if (backup.status !== 'completed') throw new Error(backup.error?.message ?? backup.status);
 */
export function createHoldfastClient(options: ConnectionOptions): HoldfastClient {
  const { fetch } = options;
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: liveStreamLink(options),
        false: httpBatchLink({
          url: trpcUrl(options),
          headers: () => requestHeaders(options),
          maxURLLength: 6_000,
          ...(fetch ? { fetch: (input, init) => fetch(input, init as RequestInit) } : {}),
        }),
      }),
    ],
  });
}
