// How a command reaches the ledger: which states it reads, and who sends it.
import type { Actor } from '@holdfast/shared/actor';
import type { LedgerEvent, NewEvent } from '@holdfast/shared/events';
import { v7 as uuid } from 'uuid';
import type { StateOf } from '../domain/stream-model.ts';
import type { Ledger, StreamStates } from '../ledger/ledger.ts';

/** Reads a stream's state with the type that its name stands for. */
export type ReadState = <S extends string>(stream: S) => StateOf<S> | undefined;

export interface CommandOptions {
  readonly actor: Actor;
  readonly reads: readonly string[];
  readonly decide: (state: ReadState) => readonly NewEvent[];
  readonly correlationId?: string;
}

/** Appends what `decide` returns. Raises what `decide` raises, and LEDGER_UNAVAILABLE. */
export function execute(ledger: Ledger, options: CommandOptions): Promise<readonly LedgerEvent[]> {
  return ledger.execute({
    actor: options.actor,
    reads: options.reads,
    correlationId: options.correlationId ?? uuid(),
    decide: (states) => options.decide(readerOf(states)),
  });
}

function readerOf(states: StreamStates): ReadState {
  return <S extends string>(stream: S) => states.get(stream) as StateOf<S> | undefined;
}
