import type { StreamName } from '@holdfast/shared/events';
import type { ClientSession } from 'mongodb';
import { freshState, type VersionedState } from './evolve-event.ts';
import type { LedgerDatabase } from './ledger-database.ts';

/** Stands for a state until it is read. */
export const unread: VersionedState = { version: -1, state: undefined };

/** Replaces every `unread` state by what is stored, in one round trip; a stream without a state becomes a fresh one. */
export async function readStates(
  database: LedgerDatabase,
  generation: number,
  states: Map<StreamName, VersionedState>,
  session: ClientSession,
): Promise<void> {
  const wanted = [...states].flatMap(([stream, state]) => (state === unread ? [stream] : []));
  if (wanted.length === 0) return;
  for (const stream of wanted) states.set(stream, freshState);
  const found = database.states(generation).find({ _id: { $in: wanted } }, { session, batchSize: wanted.length + 1 });
  for await (const { _id, version, state } of found) states.set(_id, { version, state });
}
