// Owns the one live stream of this browser and tells it to every tab. Knows nothing of pages, of Solid or of how messages
// travel: it runs in a shared worker, in the tab that leads, or in the only tab.
import { isSignedOut, refusedWith } from '../data/refusal.ts';
import type { HubMessage, LiveConnection, LiveStatus, Silent } from './live-messages.ts';
import type { LiveSource } from './live-source.ts';

export interface LiveHubOptions {
  readonly source: LiveSource;
  readonly publish: (message: HubMessage) => void;
  readonly now?: () => number;
  /** How long until the server is asked again while the stream is away, in milliseconds. */
  readonly probeMs?: number;
}

/** Not begun until `start`. Positions are told in order, each once, whatever happens to the connection. */
export class LiveHub {
  readonly #options: Required<LiveHubOptions>;
  #status: LiveStatus;
  #operations: Extract<HubMessage, { kind: 'operations' }>['operations'] = [];
  #streams: { close(): void } | null = null;
  #probe: ReturnType<typeof setTimeout> | undefined;
  #begun = false;

  constructor(options: LiveHubOptions) {
    this.#options = { now: Date.now, probeMs: 3000, ...options };
    this.#status = { connection: 'connecting', since: this.#options.now(), position: 0, head: 0 };
  }

  /** Everything that a tab needs to be up to date at once. */
  snapshot(): HubMessage {
    return { kind: 'snapshot', status: this.#status, operations: this.#operations };
  }

  /** Begins, or begins again after a sign-in; does nothing while it already runs. */
  start(): void {
    if (this.#begun && this.#status.connection !== 'signed-out') return;
    this.#begun = true;
    this.#become('connecting', { position: 0, head: 0 });
    void this.#connect();
  }

  /** Drops what hangs and connects anew, going on after the last position. */
  retry(): void {
    if (this.#status.connection === 'lost') this.#ask(0);
  }

  /** The session is over: closes the streams and tells every tab. */
  signOut(): void {
    this.#end();
  }

  stop(): void {
    clearTimeout(this.#probe);
    this.#streams?.close();
    this.#streams = null;
  }

  /** Asks for the head first: that tells "signed out" from "no answer", which an event source cannot. */
  async #connect(): Promise<void> {
    try {
      const head = await this.#options.source.readHead();
      this.#status = { ...this.#status, head, position: this.#status.position || head };
      this.#streams?.close();
      this.#streams = this.#open();
      this.#ask(this.#options.probeMs * 2);
    } catch (error) {
      if (isSignedOut(error)) return this.#end();
      if (this.#status.connection !== 'live') this.#lose(error);
      this.#ask(this.#options.probeMs);
    }
  }

  #open(): { close(): void } {
    const { source, publish } = this.#options;
    const up = { events: false, operations: false };
    let open = true;
    const mark = (stream: keyof typeof up, isUp: boolean, error?: unknown) => {
      if (!open) return;
      up[stream] = isUp;
      if (up.events && up.operations) void this.#standsAgain();
      else if (!isUp && this.#status.connection === 'live') this.#wentAway(error);
    };
    const marks = (stream: keyof typeof up) => ({
      onUp: () => mark(stream, true),
      onDown: (error?: unknown) => mark(stream, false, error),
    });
    const closeEvents = source.openEvents(this.#status.position, {
      ...marks('events'),
      onData: (event) => {
        if (event.position <= this.#status.position) return;
        const head = Math.max(this.#status.head, event.position);
        this.#status = { ...this.#status, position: event.position, head };
        publish({ kind: 'event', event });
      },
    });
    const closeOperations = source.openOperations({
      ...marks('operations'),
      onData: (operations) => {
        this.#operations = operations;
        publish({ kind: 'operations', operations });
      },
    });
    return {
      close: () => {
        open = false;
        closeEvents();
        closeOperations();
      },
    };
  }

  async #standsAgain(): Promise<void> {
    clearTimeout(this.#probe);
    const streams = this.#streams;
    const head = await this.#options.source.readHead().catch(() => this.#status.head);
    if (streams !== this.#streams || this.#status.connection === 'live') return;
    this.#become('live', { head: Math.max(head, this.#status.position) });
  }

  #wentAway(error: unknown): void {
    this.#lose(error);
    this.#ask(this.#options.probeMs);
  }

  /** Says so once, and again when it turns out that something else is silent. */
  #lose(error: unknown): void {
    const silent: Silent = refusedWith(error, 'LEDGER_UNAVAILABLE') ? 'ledger' : 'server';
    if (this.#status.connection !== 'lost' || this.#status.silent !== silent) this.#become('lost', { silent });
  }

  #ask(delayMs: number): void {
    clearTimeout(this.#probe);
    this.#probe = setTimeout(() => void this.#connect(), delayMs);
  }

  #end(): void {
    this.stop();
    this.#operations = [];
    this.#become('signed-out', { position: 0, head: 0 });
  }

  #become(connection: LiveConnection, change: Partial<LiveStatus> = {}): void {
    const since = connection === this.#status.connection ? this.#status.since : this.#options.now();
    this.#status = { ...this.#status, silent: undefined, ...change, connection, since };
    this.#options.publish({ kind: 'status', status: this.#status });
  }
}
