// Gives every component the bridge to the API and the query cache.
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/solid-query';
import { createContext, type ParentProps, useContext } from 'solid-js';
import { type ApiClient, createApiClient } from './api-client.ts';
import { type ApiQueries, createApiQueries } from './api-queries.ts';
import type { AppRouter } from './app-router.ts';
import { isSignedOut, toRefusal } from './refusal.ts';

const ApiContext = createContext<ApiQueries<AppRouter>>();

/** `onSignedOut` is called when the server no longer accepts the session. A test passes its own client. */
export function ApiProvider(props: ParentProps<{ onSignedOut: () => void; client?: ApiClient }>) {
  const api = createApiQueries<AppRouter>(props.client ?? createApiClient());
  const queryClient = createQueryClient((error) => {
    if (isSignedOut(error)) props.onSignedOut();
  });
  return (
    <QueryClientProvider client={queryClient}>
      <ApiContext.Provider value={api}>{props.children}</ApiContext.Provider>
    </QueryClientProvider>
  );
}

/** The typed bridge to the API. */
export function useApi(): ApiQueries<AppRouter> {
  const api = useContext(ApiContext);
  if (!api) throw new Error('useApi stands outside ApiProvider');
  return api;
}

function createQueryClient(onError: (error: unknown) => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // What changes is said by the live stream; nothing goes stale by itself.
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        retry: (failures: number, error: unknown) => toRefusal(error).kind === 'no-answer' && failures < 3,
        reconcile: 'id',
      } as object,
    },
  });
}
