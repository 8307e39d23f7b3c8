// What becomes of a restore that nobody runs any more: forward once anything was swapped, else back.
import type { LiveData } from '@holdfast/shared/restore';
import type { MongoClient } from 'mongodb';
import type { RestoreState } from '../../domain/restore.ts';
import { isShadowName, shadowPrefix } from '../../domain/restore-names.ts';
import { endWrites } from '../end-writes.ts';
import type { RunningOperation } from '../running-operations.ts';
import { dropShadows, existingShadows, type Swap, swapIn } from './swap-in.ts';

/** Leaves no shadow and no half-made copy; resolves with what live data is now. Idempotent. Throws OperationFailure. */
export async function settle(
  client: MongoClient,
  state: RestoreState,
  running: RunningOperation | null,
): Promise<LiveData> {
  const databases = running?.createdDatabases ?? [];
  await endWrites(client, { restoreId: state.restoreId, databases });
  for (const database of databases) await client.db(database).dropDatabase();
  const swaps = state.swaps.filter((swap): swap is Swap => swap.shadow !== null);
  if (swaps.length > 0) {
    const remaining = await existingShadows(client, swaps);
    if (remaining.length === swaps.length) {
      await dropShadows(client, remaining);
      return 'untouched';
    }
    await swapIn(client, remaining);
    return 'partly-replaced';
  }
  await dropShadowsOf(client, state.restoreId);
  return state.status === 'swapped' ? 'partly-replaced' : 'untouched';
}

/** Before they are proven their names are not in the ledger: they are found by the restore's id. */
async function dropShadowsOf(client: MongoClient, restoreId: string): Promise<void> {
  const mine = shadowPrefix(restoreId);
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true, authorizedDatabases: true });
  for (const { name } of databases) {
    for await (const found of client.db(name).listCollections({}, { nameOnly: true })) {
      if (isShadowName(found.name) && found.name.startsWith(mine)) await client.db(name).dropCollection(found.name);
    }
  }
}
