// What the owner of the stream and the tabs say to each other. Plain data: it crosses a MessagePort or a BroadcastChannel.
import type { LedgerEvent } from '@holdfast/shared/events';
import type { OperationProgress } from '@holdfast/shared/operation';

/**
 * connecting -> live <-> lost
 *      |          |        |
 *      +----------+--------+--> signed-out -> connecting
 */
export type LiveConnection = 'connecting' | 'live' | 'lost' | 'signed-out';

/** What keeps the page from being live: the server, or the ledger behind a server that does answer. */
export type Silent = 'server' | 'ledger';

export interface LiveStatus {
  readonly connection: LiveConnection;
  /** While the connection is lost. */
  readonly silent?: Silent | undefined;
  /** Milliseconds since 1970 at which this connection state began. */
  readonly since: number;
  /** Everything up to here has been told. */
  readonly position: number;
  /** The ledger's head when the stream came back: what lies between is on its way. */
  readonly head: number;
}

export type HubMessage =
  | { readonly kind: 'snapshot'; readonly status: LiveStatus; readonly operations: OperationProgress[] }
  | { readonly kind: 'status'; readonly status: LiveStatus }
  | { readonly kind: 'event'; readonly event: LedgerEvent }
  | { readonly kind: 'operations'; readonly operations: OperationProgress[] };

/**
 * `hello` asks for a snapshot (and starts again after a sign-in), `retry` asks to try to connect at once, `bye` says that the
 * tab goes, `sign-out` that the session is over for all tabs.
 */
export type TabMessage = { readonly kind: 'hello' | 'retry' | 'bye' | 'sign-out' };
