// What one event does to states and read models. Pure; the appender and the rebuild both go through here, which is why
// rebuilt read models equal the live ones.
import type { LedgerEvent, NewEvent, StreamName } from '@holdfast/shared/events';
import type { Projection, ReadModelName, ReadModelWrite, StreamModel } from './ledger.ts';

/** The model and the projections that a ledger was opened with. */
export interface LedgerRules {
  readonly model: StreamModel;
  readonly projections: readonly Projection[];
}

export interface VersionedState {
  /** Of the last event in the stream itself; 0 when there is none. */
  readonly version: number;
  readonly state: unknown;
}

export const freshState: VersionedState = { version: 0, state: undefined };

/** What is to be written: the new states, and each read model's changes in order. */
export interface Effects {
  readonly states: Map<StreamName, VersionedState>;
  readonly writes: Map<ReadModelName, ReadModelWrite[]>;
}

export function noEffects(): Effects {
  return { states: new Map(), writes: new Map() };
}

/** Streams whose states an event moves, its own included. */
export function affectedStreams(rules: LedgerRules, event: NewEvent): Set<StreamName> {
  return new Set([event.stream, ...rules.model.affects(event)]);
}

/** Adds what `event` does to `effects`; `stateOf` gives a stream's state before it. */
export function evolveEvent(
  rules: LedgerRules,
  event: LedgerEvent,
  stateOf: (stream: StreamName) => VersionedState,
  effects: Effects,
): void {
  for (const stream of affectedStreams(rules, event)) {
    const { version, state } = stateOf(stream);
    effects.states.set(stream, {
      version: stream === event.stream ? event.version : version,
      state: rules.model.evolve(stream, state, event),
    });
  }
  for (const projection of rules.projections) addWrites(effects, projection.name, projection.project(event));
}

/** Adds what `added` holds to `effects`, after what is there. */
export function mergeEffects(effects: Effects, added: Effects): void {
  for (const [stream, state] of added.states) effects.states.set(stream, state);
  for (const [name, writes] of added.writes) addWrites(effects, name, writes);
}

function addWrites(effects: Effects, name: ReadModelName, writes: readonly ReadModelWrite[]): void {
  if (writes.length === 0) return;
  const all = effects.writes.get(name);
  if (all === undefined) effects.writes.set(name, [...writes]);
  else all.push(...writes);
}
