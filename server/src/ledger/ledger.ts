// What every other stage sees of the ledger. Events go in through `execute` only; read models come out of `readModel`,
// the events themselves out of `read` and `feed`. The ledger knows no event type by name: the model is handed to it.
import type { Actor } from '@holdfast/shared/actor';
import type { ChainReport } from '@holdfast/shared/audit';
import type { LedgerEvent, NewEvent, StreamName } from '@holdfast/shared/events';
import type { Collection, Document, Filter, IndexDescription, UpdateFilter } from 'mongodb';

/** States of streams by name, as `StreamModel.evolve` last left them. A stream without events has none. */
export interface StreamStates {
  get(stream: StreamName): unknown;
}

/**
 * One command. `decide` is pure and runs inside the appending transaction, on states that include everything appended
 * before it (in the same batch too); it returns the events to append, or throws an `AppError`, which rejects this command
 * alone. It may run more than once: the last run counts.
 */
export interface LedgerCommand {
  /** The streams whose states `decide` reads. */
  readonly reads: readonly StreamName[];
  readonly decide: (states: StreamStates) => readonly NewEvent[];
  readonly actor: Actor;
  /** The operation this belongs to, else an id of its own. */
  readonly correlationId: string;
  readonly causationId?: string;
}

/** How events move the states that deciders decide on. Pure. */
export interface StreamModel {
  /** The event's own stream first, then others whose state it moves too (a deployment's lock, a policy's last due time). */
  readonly affects: (event: NewEvent) => readonly StreamName[];
  /** The state after an event; never throws, whatever the event. `state` is undefined at first. */
  readonly evolve: (stream: StreamName, state: unknown, event: LedgerEvent) => unknown;
}

/** One change of a read model's document; idempotence is not needed, order is the ledger's. */
export interface ReadModelWrite {
  readonly id: string;
  readonly update: UpdateFilter<Document>;
  /** Made when it is not there yet; default true. */
  readonly upsert?: boolean;
}

/** A read model: a collection that events fill, in the same transaction as the event. Never rejects an event. */
export interface Projection {
  readonly name: ReadModelName;
  readonly indexes: readonly IndexDescription[];
  readonly project: (event: LedgerEvent) => readonly ReadModelWrite[];
}

export type ReadModelName = 'deployments' | 'policies' | 'backups' | 'restores' | 'operations' | 'destinations';

export interface LedgerHead {
  readonly position: number;
  readonly hash: string;
  /** The last event's time; null on an empty ledger. */
  readonly at: string | null;
}

/** A head that was recorded elsewhere, such as in an archive's manifest: the chain must pass through it for ever. */
export interface ChainAnchor {
  readonly position: number;
  readonly hash: string;
}

export interface ReadOptions {
  readonly after?: number;
  readonly before?: number;
  /** Further conditions on stored fields (`_id` is the position). */
  readonly filter?: Filter<Document>;
  readonly order?: 'oldest-first' | 'newest-first';
  readonly limit: number;
}

/** Queries raise LEDGER_UNAVAILABLE when the ledger does not answer in about 15 s. */
export interface Ledger {
  /**
   * Appends what `decide` returns, atomically with read models and states; resolves with the events once they are
   * majority-durable. Raises what `decide` throws, and LEDGER_UNAVAILABLE when the ledger does not answer in about 15 s:
   * then it is not known whether the events are in, and a decider that runs again sees it. A defect (an event that does
   * not parse, a write that the database refuses) rejects this command alone.
   */
  execute(command: LedgerCommand): Promise<readonly LedgerEvent[]>;
  head(): Promise<LedgerHead>;
  read(options: ReadOptions): Promise<LedgerEvent[]>;
  /**
   * Every event after the position, in order, once, as it becomes durable; survives a lost change stream and an
   * unreachable ledger. Ends with the signal or `close`; throws only when an event cannot be read at all.
   */
  feed(options: { readonly after: number; readonly signal: AbortSignal }): AsyncIterable<LedgerEvent>;
  /**
   * The read model's collection of the current generation, with majority read concern. Ask for it anew for each query: a
   * rebuild moves on to other collections.
   */
  readModel<T extends Document = Document>(name: ReadModelName): Promise<Collection<T>>;
  /** A state as the deciders see it, for queries that need more than a read model. */
  state(stream: StreamName): Promise<unknown>;
  /**
   * Walks the whole chain, the head and the anchors, and names the first position that differs. Appends go on meanwhile.
   * Rejects with the signal's reason when it aborts.
   */
  verify(options?: { readonly signal?: AbortSignal; readonly anchors?: readonly ChainAnchor[] }): Promise<ChainReport>;
  /**
   * Fills read models and states of the next generation from zero, and flips to it once it has caught up. Appends go on
   * meanwhile. Joins a rebuild that another server runs, and goes on with one that was interrupted.
   */
  rebuild(): Promise<void>;
  /** Whether the ledger is known not to answer. */
  readonly isSilent: boolean;
  /**
   * Resolves once the ledger has not answered for some 4 to 7 s, at once while that is so; also when the signal aborts. For
   * whoever must not wait as long as the queries do.
   */
  untilSilent(signal: AbortSignal): Promise<void>;
  /** Appends what is queued, ends every feed, and takes nothing more. The client stays open. */
  close(): Promise<void>;
}
