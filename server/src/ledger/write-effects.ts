import type { AnyBulkWriteOperation, ClientSession, Document } from 'mongodb';
import type { Effects } from './evolve-event.ts';
import type { ReadModelWrite } from './ledger.ts';
import type { LedgerDatabase, StateDocument } from './ledger-database.ts';

/** Writes states and read models of a generation within the session's transaction, each read model's changes in order. */
export async function writeEffects(
  database: LedgerDatabase,
  generation: number,
  effects: Effects,
  session: ClientSession,
): Promise<void> {
  const options = { session, ordered: true, ignoreUndefined: true } as const;
  for (const [name, writes] of effects.writes) {
    await database.slot<Document & { _id: string }>(name, generation).bulkWrite(writes.map(asUpdate), options);
  }
  if (effects.states.size === 0) return;
  await database.states(generation).bulkWrite(
    [...effects.states].map(([_id, { version, state }]) => asReplacement({ _id, version, state })),
    options,
  );
}

function asUpdate({ id, update, upsert }: ReadModelWrite): AnyBulkWriteOperation<Document & { _id: string }> {
  return { updateOne: { filter: { _id: id }, update, upsert: upsert ?? true } };
}

function asReplacement({ _id, ...replacement }: StateDocument): AnyBulkWriteOperation<StateDocument> {
  return { replaceOne: { filter: { _id }, replacement, upsert: true } };
}
