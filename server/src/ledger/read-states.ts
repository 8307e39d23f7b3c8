import type { StreamName } from '@holdfast/shared/events';
import type { ClientSession } from 'mongodb';
import { freshState, type VersionedState } from './evolve-event.ts';
import type { LedgerDatabase } from './ledger-database.ts';

/** Reads the states of streams in one round trip, into `known`; a stream without a state becomes a fresh one. */
export async function readStates(
  database: LedgerDatabase,
  generation: number,
  streams: Iterable<StreamName>,
  known: Map<StreamName, VersionedState>,
  session: ClientSession,
): Promise<void> {
  const wanted = [...new Set(streams)].filter((stream) => !known.has(stream));
  if (wanted.length === 0) return;
  for (const stream of wanted) known.set(stream, freshState);
  const found = database.states(generation).find({ _id: { $in: wanted } }, { session, batchSize: wanted.length + 1 });
  for await (const { _id, version, state } of found) known.set(_id, { version, state });
}
