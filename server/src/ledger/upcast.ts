// Events are never rewritten. One written by an older version is lifted to today's shape each time that it is read.
import type { EventType } from '@holdfast/shared/events';

/** Lifts the data of one schema version to the next. Pure. */
export type Upcaster = (data: Record<string, unknown>) => Record<string, unknown>;

/** Event type -> the schema version that an upcaster starts from -> upcaster. */
export type UpcasterTable = { readonly [T in EventType]?: Readonly<Record<number, Upcaster>> };

export const upcasters: UpcasterTable = {};

/** The version that events of a type are written with: one more than its last upcaster starts from, else 1. */
export function schemaVersionOf(type: EventType, table: UpcasterTable = upcasters): number {
  return 1 + Math.max(0, ...Object.keys(table[type] ?? {}).map(Number));
}

/** An event as today's version describes it; the same object when there is nothing to lift. */
export function upcast<E extends { type: string; schemaVersion: number; data: Record<string, unknown> }>(
  event: E,
  table: UpcasterTable = upcasters,
): E {
  const ofType = table[event.type as EventType];
  let lifted = event;
  for (let up = ofType?.[lifted.schemaVersion]; up !== undefined; up = ofType?.[lifted.schemaVersion]) {
    lifted = { ...lifted, schemaVersion: lifted.schemaVersion + 1, data: up(lifted.data) };
  }
  return lifted;
}
