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

export type ReadModelName = 'deployments' | 'policies' | 'backups' | 'restores' | 'operations';

export interface LedgerHead {
  readonly position: number;
  readonly hash: string;
  /** The last event's time; null on an empty ledger. */
  readonly at: string | null;
}

export interface ReadOptions {
  readonly after?: number;
  readonly before?: number;
  /** Further conditions on stored fields (`_id` is the position). */
  readonly filter?: Filter<Document>;
  readonly order?: 'oldest-first' | 'newest-first';
  readonly limit: number;
}

export interface Ledger {
  /** Appends what `decide` returns, atomically with read models and states; resolves with the events once they are majority-durable. */
  execute(command: LedgerCommand): Promise<readonly LedgerEvent[]>;
  head(): Promise<LedgerHead>;
  read(options: ReadOptions): Promise<LedgerEvent[]>;
  /** Every event after the position, in order, once, as it becomes durable; survives a lost change stream. Ends with the signal. */
  feed(options: { readonly after: number; readonly signal: AbortSignal }): AsyncIterable<LedgerEvent>;
  /** The read model's collection of the current generation, with majority read concern. */
  readModel<T extends Document = Document>(name: ReadModelName): Promise<Collection<T>>;
  /** A state as the deciders see it, for queries that need more than a read model. */
  state(stream: StreamName): Promise<unknown>;
  /** Walks the whole chain and the head; names the first position that differs. */
  verify(options?: { readonly signal?: AbortSignal }): Promise<ChainReport>;
  /** Fills read models and states of the next generation from zero, and flips to it once it has caught up. */
  rebuild(): Promise<void>;
  close(): Promise<void>;
}
