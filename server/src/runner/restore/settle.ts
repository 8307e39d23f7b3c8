// What becomes of a restore whose worker does not bring it to its end: back while nothing was begun, whatever is staged; forward once
// anything was. The names in the deployment tell which.
import type { MongoClient } from 'mongodb';
import { type RestoreState, unstageRestore } from '../../domain/restore.ts';
import { isShadowName, shadowPrefix, undoName } from '../../domain/restore-names.ts';
import { explained } from '../../engine/driver-failure.ts';
import { removeDatabase } from '../../engine/remove-database.ts';
import { endWrites } from '../end-writes.ts';
import { changeRestore } from './change-restore.ts';
import { dropNamespace } from './drop-namespace.ts';
import { type Forward, rollForward } from './roll-forward.ts';
import { lookAtSwaps } from './swap-collections.ts';

/**
 * - `back`: nothing live was changed, and no shadow and no half-made copy is left.
 * - `forward`: all of it is in its place.
 */
export type Settled = 'back' | 'forward';

/** What only the restore writes to. */
export interface Left {
  readonly state: RestoreState;
  /** Databases that it made for a copy. */
  readonly createdDatabases: readonly string[];
}

/**
 * Ends what the worker left running in the server, and goes the way that is open. Idempotent. Raises WRONG_WORKER; throws
 * OperationFailure and what else may pass: then it is to be tried again.
 */
export async function settle(forward: Forward, left: Left): Promise<Settled> {
  const { client } = forward;
  await endWrites(client, writtenBy(left));
  if (!(await isBegun(client, left.state))) {
    await goBack(forward, left);
    return 'back';
  }
  await rollForward(forward);
  return 'forward';
}

/** Whether anything live was changed. Throws OperationFailure. */
export async function isBegun(client: MongoClient, state: RestoreState): Promise<boolean> {
  if (state.status === 'swapped' || state.status === 'given-up') return true;
  if (state.status !== 'staged') return false;
  // The journal of a merge is there before its first document is, and what one takes out before it goes.
  const merged = [...state.merges, ...state.unmerges];
  const journals = merged.map(({ database, live, undo }) => ({ database, live, shadow: undo }));
  const [swaps, merges] = [await lookAtSwaps(client, state.swaps), await lookAtSwaps(client, journals)];
  return swaps.some((swap) => swap.isBegun) || merges.some(({ step }) => step !== 'done');
}

/** Who goes back. */
export type Back = Pick<Forward, 'services' | 'client' | 'worker' | 'requireLease'>;

/**
 * Removes what was staged and copied; live data is as it was. The ledger hears of it first, because a name that is missing would
 * otherwise look like a swap that is done. Idempotent. Raises WRONG_WORKER; throws OperationFailure, and Fenced.
 */
export async function goBack(back: Back, { state, createdDatabases }: Left): Promise<void> {
  const { services, client, worker, requireLease } = back;
  const { restoreId, deploymentId } = state;
  if (state.status === 'staged') {
    requireLease();
    await changeRestore(services, restoreId, (current) => unstageRestore(current, { restoreId, deploymentId, worker }));
  }
  for (const database of createdDatabases) {
    requireLease();
    await explained(() => removeDatabase(client, database));
  }
  await dropShadows(back, state);
}

/** For `endWrites`: the names that no other operation uses. */
export function writtenBy({ state, createdDatabases }: Left) {
  const { restoreId, swaps } = state;
  const names = swaps.flatMap(({ database, shadow, undo }) => [`${database}.${shadow}`, `${database}.${undo}`]);
  return { restoreId, databases: createdDatabases, renames: new Set(names) };
}

/** By the restore's id, as before the proof no name is in the ledger; what an undo takes from is another restore's. */
export async function dropShadows({ services, client, requireLease }: Back, { restoreId, target }: RestoreState) {
  if (target.kind === 'copy') return;
  const mine = shadowPrefix(restoreId);
  const listing = client.db('admin').admin().listDatabases({ nameOnly: true, authorizedDatabases: true });
  for (const { name: database } of (await explained(() => listing)).databases) {
    // A database counts as the user's already where he may read one collection of it.
    const listed = client.db(database).listCollections({}, { nameOnly: true, authorizedCollections: true });
    for (const { name } of await explained(() => listed.toArray())) {
      const isKept = name.startsWith(undoName(restoreId, 0).slice(0, -1));
      if (!isShadowName(name) || !name.startsWith(mine) || isKept) continue;
      requireLease();
      await explained(() => dropNamespace(client, database, name));
      await services.failpoint('taking-back');
    }
  }
}
