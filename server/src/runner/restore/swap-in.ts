// Swapping proven shadow collections in, by rename, back to back. Which of the names exist says how far it came.
import type { MongoClient } from 'mongodb';
import { explained } from '../../engine/driver-failure.ts';

export interface Swap {
  readonly database: string;
  readonly live: string;
  readonly shadow: string;
}

const renameLimitMs = 60_000;

/**
 * Renames every shadow that still exists over its live name; idempotent, so an interrupted swap is finished by calling it
 * again. `before` is called right before each rename, and stops it by throwing: from the first one on live data differs; `after`
 * once it is done. Throws OperationFailure(connection-lost).
 */
export async function swapIn(
  client: MongoClient,
  swaps: readonly Swap[],
  told: { readonly before?: () => void; readonly after?: () => Promise<void> } = {},
): Promise<void> {
  const remaining = await existingShadows(client, swaps);
  for (const { database, live, shadow } of remaining) {
    told.before?.();
    const rename = {
      renameCollection: `${database}.${shadow}`,
      to: `${database}.${live}`,
      dropTarget: true,
      maxTimeMS: renameLimitMs,
      writeConcern: { w: 'majority' },
    };
    await explained(() => client.db('admin').command(rename));
    await told.after?.();
  }
}

/** The swaps whose shadow is still there. */
export function existingShadows(client: MongoClient, swaps: readonly Swap[]): Promise<Swap[]> {
  return explained(() => findShadows(client, swaps));
}

async function findShadows(client: MongoClient, swaps: readonly Swap[]): Promise<Swap[]> {
  const existing = new Set<string>();
  for (const database of new Set(swaps.map((swap) => swap.database))) {
    for await (const { name } of client.db(database).listCollections({}, { nameOnly: true }))
      existing.add(`${database}.${name}`);
  }
  return swaps.filter(({ database, shadow }) => existing.has(`${database}.${shadow}`));
}

/** Removes shadows that were never swapped in. */
export async function dropShadows(client: MongoClient, swaps: readonly Swap[]): Promise<void> {
  for (const { database, shadow } of await existingShadows(client, swaps))
    await client.db(database).dropCollection(shadow);
}
