// The two subscriptions as the hub sees them, over server-sent events.
import type { LedgerEvent } from '@holdfast/shared/events';
import type { OperationProgress } from '@holdfast/shared/operation';
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, retryLink, splitLink } from '@trpc/client';
import type { AppRouter } from '../data/app-router.ts';
import { isSignedOut } from '../data/refusal.ts';

/** One subscription's callbacks. `onUp` is called each time that the stream stands, `onDown` each time that it does not. */
export interface StreamCallbacks<T> {
  readonly onData: (value: T) => void;
  readonly onUp: () => void;
  /** With what the server says about it, if it says anything. */
  readonly onDown: (error?: unknown) => void;
}

/** Where the hub gets its facts from. Every `open…` returns what closes it again. */
export interface LiveSource {
  /** The ledger's head position; rejects when signed out or without an answer. */
  readHead(): Promise<number>;
  openEvents(after: number, callbacks: StreamCallbacks<LedgerEvent>): () => void;
  openOperations(callbacks: StreamCallbacks<OperationProgress[]>): () => void;
}

/** The real source: resumes by the last position, also after a proxy's 503 or a restarted server. */
export function createLiveSource(): LiveSource {
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: [
          retryLink({ retry: ({ error }) => !isSignedOut(error), retryDelayMs: backoff }),
          httpSubscriptionLink({ url: '/trpc' }),
        ],
        false: httpBatchLink({ url: '/trpc' }),
      }),
    ],
  });
  return {
    readHead: async () => (await client.audit.head.query()).position,
    openEvents: (after, callbacks) => {
      const options = {
        ...connection(callbacks),
        onData: (item: { data: unknown }) => callbacks.onData(item.data as LedgerEvent),
      };
      return closer(client.live.events.subscribe({ after }, options));
    },
    openOperations: (callbacks) => {
      const options = {
        ...connection(callbacks),
        onData: (list: unknown) => callbacks.onData(list as OperationProgress[]),
      };
      return closer(client.live.operations.subscribe(undefined, options));
    },
  };
}

function connection(callbacks: Pick<StreamCallbacks<never>, 'onUp' | 'onDown'>) {
  return {
    onConnectionStateChange: ({ state, error }: { state: 'idle' | 'connecting' | 'pending'; error?: unknown }) =>
      state === 'pending' ? callbacks.onUp() : callbacks.onDown(error),
    onError: (error: unknown) => callbacks.onDown(error),
  };
}

function closer(subscription: { unsubscribe(): void }): () => void {
  return () => subscription.unsubscribe();
}

/** 0.5 s, 1 s, 2 s, 4 s, then every 8 s, each with up to half a second of chance. */
function backoff(attempts: number): number {
  return Math.min(8000, 250 * 2 ** attempts) + Math.random() * 500;
}
