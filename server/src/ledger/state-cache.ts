import type { StreamName } from '@holdfast/shared/events';
import type { VersionedState } from './evolve-event.ts';

/** Where the head stood: as long as it stands there, nobody has appended and no rebuild has flipped. */
export interface HeadMark {
  readonly position: number;
  readonly generation: number;
}

/** States as this server last read and wrote them, so that a server alone need not read them again. */
export interface StateCache {
  /** Whether this server was the last one there. */
  follows(head: HeadMark): boolean;
  /** What is known at a head: nothing when another server has been there since. Only whoever has taken the head may ask. */
  at(head: HeadMark): ReadonlyMap<StreamName, VersionedState>;
  /** Adds what was read at a head and then written, once that is committed. */
  keep(head: HeadMark, states: Iterable<readonly [StreamName, VersionedState]>): void;
}

/** Forgets everything rather than hold more states than `capacity`. */
export function stateCache(capacity = 10_000): StateCache {
  let mark: HeadMark = { position: -1, generation: -1 };
  let states = new Map<StreamName, VersionedState>();
  const follows = ({ position, generation }: HeadMark) => position === mark.position && generation === mark.generation;
  return {
    follows,
    at(head) {
      if (!follows(head)) {
        mark = head;
        states = new Map();
      }
      return states;
    },
    keep(head, kept) {
      mark = head;
      if (states.size > capacity) states = new Map();
      for (const [stream, state] of kept) states.set(stream, state);
    },
  };
}
