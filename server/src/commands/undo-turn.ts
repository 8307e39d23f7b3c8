// Whose turn it is: restores that changed the same are taken back in reverse order, as what an older one keeps is older than what a
// newer one put there.
import type { RestoreId } from '@holdfast/shared/ids';
import type { RestoreState } from '../domain/restore.ts';
import { asKeptNow, restoreInTheWay } from '../domain/undo-journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { StoredRestore } from '../projections/restores.ts';

/** The one that has to be taken back before `restore` can be; undefined where none has to. Of those that have ended. */
export async function newerRestore(ledger: Ledger, restore: RestoreState): Promise<RestoreState | undefined> {
  return restoreInTheWay(restore, await laterRestores(ledger, restore));
}

/** The restore with the names under which is kept now what it replaced. */
export async function withKeptNow(ledger: Ledger, restore: RestoreState): Promise<RestoreState> {
  return asKeptNow(restore, await laterRestores(ledger, restore));
}

/** All that changed anything there, in their order. */
async function laterRestores(ledger: Ledger, { deploymentId, requestedAt }: RestoreState): Promise<RestoreState[]> {
  const restores = await ledger.readModel<StoredRestore>('restores');
  const changed = { createdAt: { $gt: requestedAt }, liveData: { $ne: 'untouched' as const } };
  const found = await restores
    .find({ deploymentId, ...changed })
    .sort({ createdAt: 1, _id: 1 })
    .toArray();
  const later: RestoreState[] = [];
  for (const { _id } of found) {
    const state = (await ledger.state(`restore:${_id as RestoreId}`)) as RestoreState | undefined;
    if (state !== undefined) later.push(state);
  }
  return later;
}
