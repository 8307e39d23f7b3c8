// Deciders in tests: `given(events)` gives the states that these events leave, `refusal(act)` the code of a refusal.
import type { Actor } from '@holdfast/shared/actor';
import { AppError, type ErrorCode } from '@holdfast/shared/errors';
import type { LedgerEvent, NewEvent } from '@holdfast/shared/events';
import { type StateOf, streamModel } from './stream-model.ts';

export const someone: Actor = { kind: 'user', id: 'administrator' };

/** Reads states after the events; times are one second apart from 2026-01-01T00:00:00.000Z. */
export function given(events: readonly NewEvent[]): <S extends string>(stream: S) => StateOf<S> | undefined {
  const states = new Map<string, unknown>();
  events.forEach((event, index) => {
    const recorded = {
      ...event,
      position: index + 1,
      at: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
      actor: someone,
    } as unknown as LedgerEvent;
    for (const stream of streamModel.affects(event)) {
      states.set(stream, streamModel.evolve(stream, states.get(stream), recorded));
    }
  });
  return (stream) => states.get(stream) as never;
}

/** The code that `act` refuses with; `accepted` when it does not. */
export function refusal(act: () => unknown): ErrorCode | 'accepted' {
  try {
    act();
    return 'accepted';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}
