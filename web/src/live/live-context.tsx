// What is live, for components: connection, position, running operations, and events as they arrive. Answers that an event
// makes out of date are asked for again; nothing on a page changes for any other reason.
import type { LedgerEvent } from '@holdfast/shared/events';
import type { OperationProgress } from '@holdfast/shared/operation';
import { useQueryClient } from '@tanstack/solid-query';
import { type Accessor, createContext, createSignal, onCleanup, type ParentProps, useContext } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { QueryKey } from '../data/api-queries.ts';
import { isAffected, isWaitingList } from './affected-queries.ts';
import { type LiveLink, openLiveLink } from './live-link.ts';
import type { HubMessage, LiveStatus } from './live-messages.ts';

export interface Live {
  readonly status: Accessor<LiveStatus>;
  readonly operations: readonly OperationProgress[];
  /** Calls back for each event from now on, in order, until the owner is disposed of. */
  onEvent(listener: (event: LedgerEvent) => void): void;
  retry(): void;
  /** Tells every tab that the session is over. */
  signOut(): void;
}

export type OpenLink = (receive: (message: HubMessage) => void) => LiveLink;

const LiveContext = createContext<Live>();

/** Opens the link to the shared stream for as long as it stands. Needs a query client above it. */
export function LiveProvider(props: ParentProps<{ onSignedOut: () => void; open?: OpenLink }>) {
  const live = createLive(props.open ?? openLiveLink, () => props.onSignedOut());
  return <LiveContext.Provider value={live}>{props.children}</LiveContext.Provider>;
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('useLive stands outside LiveProvider');
  return live;
}

function createLive(open: OpenLink, onSignedOut: () => void): Live {
  const [status, setStatus] = createSignal<LiveStatus>({
    connection: 'connecting',
    since: Date.now(),
    position: 0,
    head: 0,
  });
  const [operations, setOperations] = createStore<OperationProgress[]>([]);
  const listeners = new Set<(event: LedgerEvent) => void>();
  const refresh = createRefresh();

  const setConnection = (next: LiveStatus) => {
    const wasLive = status().connection === 'live';
    setStatus(next);
    if (next.connection === 'live' && !wasLive) refresh.all();
    if (next.connection === 'signed-out') onSignedOut();
  };
  const receive = (message: HubMessage) => {
    if (message.kind === 'event') {
      setStatus((last) => ({ ...last, position: message.event.position }));
      refresh.after(message.event);
      for (const listener of listeners) listener(message.event);
      return;
    }
    if (message.kind !== 'status') setOperations(reconcile(message.operations, { key: 'operationId' }));
    if (message.kind !== 'operations') setConnection(message.status);
  };

  const link = open(receive);
  const onShow = (event: PageTransitionEvent) => {
    if (event.persisted) link.send({ kind: 'hello' });
  };
  addEventListener('pageshow', onShow);
  onCleanup(() => {
    removeEventListener('pageshow', onShow);
    link.close();
  });
  return {
    status,
    operations,
    onEvent: (listener) => {
      listeners.add(listener);
      onCleanup(() => listeners.delete(listener));
    },
    retry: () => link.send({ kind: 'retry' }),
    signOut: () => link.send({ kind: 'sign-out' }),
  };
}

/** Events of one moment (requested and started, say) cause one round of questions. */
function createRefresh() {
  const queryClient = useQueryClient();
  let waiting: LedgerEvent[] = [];
  const flush = () => {
    const events = waiting;
    waiting = [];
    void queryClient.invalidateQueries({
      predicate: (query) => events.some((event) => isAffected(query.queryKey as unknown as QueryKey, event)),
    });
  };
  return {
    after: (event: LedgerEvent) => {
      if (waiting.length === 0) setTimeout(flush, 30);
      waiting.push(event);
    },
    all: () =>
      void queryClient.invalidateQueries({
        predicate: ({ queryKey, state }) => state.status === 'error' || !isWaitingList(queryKey as unknown as QueryKey),
      }),
  };
}
