// The plain tRPC client: queries and mutations of one tick travel as one request, so that tabs leave connections free.
import { createTRPCClient, httpBatchLink, type TRPCClient } from '@trpc/client';
import type { AppRouter } from './app-router.ts';

export type ApiClient = TRPCClient<AppRouter>;

/** A client without subscriptions; those belong to the one stream that all tabs share (`live/`). */
export function createApiClient(): ApiClient {
  return createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: '/trpc', maxURLLength: 6000 })] });
}
