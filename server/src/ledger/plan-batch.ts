// Decides a batch of commands, one after the other, each on what those before it leave behind. Pure but for the ids of new
// events: everything read from the ledger is handed in, and everything to be written is returned.
import { type LedgerEvent, type NewEvent, parseEvent, type StreamName } from '@holdfast/shared/events';
import { v7 as uuid } from 'uuid';
import { hashEvent } from './event-hash.ts';
import type { VersionedState } from './evolve-event.ts';
import {
  affectedStreams,
  type Effects,
  evolveEvent,
  freshState,
  type LedgerRules,
  mergeEffects,
  noEffects,
} from './evolve-event.ts';
import { jsonOnly } from './json-only.ts';
import type { LedgerCommand } from './ledger.ts';
import { schemaVersionOf } from './upcast.ts';

/** Where the chain stands: the last event's position and hash, and the time of the events to come. */
export interface ChainTip {
  readonly position: number;
  readonly hash: string;
  readonly at: string;
}

/** What became of one command: its events, or what it is rejected with. */
export type Outcome = { readonly events: readonly LedgerEvent[] } | { readonly error: unknown };

export interface BatchPlan {
  /** One for each command, in order. */
  readonly outcomes: readonly Outcome[];
  readonly events: readonly LedgerEvent[];
  readonly effects: Effects;
  readonly tip: ChainTip;
  /** Streams that were needed and are not in `known`: the plan is void, to be made again with these. */
  readonly missing: ReadonlySet<StreamName>;
}

/**
 * Plans a batch. Whatever one command throws (a refusal, or a defect such as an event that does not parse) rejects that
 * command alone; none of its events is kept. `known` holds the states read from the ledger, absent streams as fresh ones.
 */
export function planBatch(
  rules: LedgerRules,
  known: ReadonlyMap<StreamName, VersionedState>,
  start: ChainTip,
  commands: readonly LedgerCommand[],
): BatchPlan {
  const missing = new Set<StreamName>();
  const effects = noEffects();
  const events: LedgerEvent[] = [];
  let tip = start;
  const stateOf = (stream: StreamName): VersionedState => {
    const state = effects.states.get(stream) ?? known.get(stream);
    if (state === undefined) missing.add(stream);
    return state ?? freshState;
  };
  const outcomes = commands.map((command): Outcome => {
    try {
      const step = planCommand(rules, stateOf, tip, command);
      mergeEffects(effects, step.effects);
      events.push(...step.events);
      tip = step.tip;
      return { events: step.events };
    } catch (error) {
      return { error };
    }
  });
  return { outcomes, events, effects, tip, missing };
}

/** The streams that a command will probably move, from the states as they are before the batch: what to read at once. */
export function likelyStreams(
  rules: LedgerRules,
  known: ReadonlyMap<StreamName, VersionedState>,
  command: LedgerCommand,
): StreamName[] {
  try {
    const drafts = decide(command, (stream) => known.get(stream) ?? freshState);
    return drafts.flatMap((draft) => [...affectedStreams(rules, draft)]);
  } catch {
    // A refusal, perhaps only for now: the plan decides.
    return [];
  }
}

function planCommand(
  rules: LedgerRules,
  stateBefore: (stream: StreamName) => VersionedState,
  start: ChainTip,
  command: LedgerCommand,
): { events: LedgerEvent[]; effects: Effects; tip: ChainTip } {
  const effects = noEffects();
  const stateOf = (stream: StreamName) => effects.states.get(stream) ?? stateBefore(stream);
  const events: LedgerEvent[] = [];
  let tip = start;
  for (const draft of decide(command, stateBefore)) {
    const event = writeEvent(command, draft, stateOf(draft.stream).version + 1, tip);
    evolveEvent(rules, event, stateOf, effects);
    events.push(event);
    tip = { position: event.position, hash: event.hash, at: tip.at };
  }
  return { events, effects, tip };
}

function decide(command: LedgerCommand, stateOf: (stream: StreamName) => VersionedState): readonly NewEvent[] {
  const reads = new Set(command.reads);
  return command.decide({
    get(stream) {
      if (!reads.has(stream))
        throw new Error(`a decider reads ${stream}, which its command does not name in \`reads\``);
      return stateOf(stream).state;
    },
  });
}

function writeEvent(command: LedgerCommand, draft: NewEvent, version: number, tip: ChainTip): LedgerEvent {
  const parsed = parseEvent({
    position: tip.position + 1,
    eventId: uuid(),
    stream: draft.stream,
    version,
    type: draft.type,
    schemaVersion: schemaVersionOf(draft.type),
    at: tip.at,
    actor: command.actor,
    correlationId: command.correlationId,
    causationId: command.causationId ?? null,
    data: draft.data,
    prevHash: tip.hash,
    hash: '',
  });
  const event = jsonOnly(parsed);
  return { ...event, hash: hashEvent(event) };
}
