// What no backup contains and no restore touches, on one deployment.
import { isShadowName } from '../domain/restore-names.ts';
import type { Services } from '../services.ts';

/** Says of a namespace whether it stays out: shadow collections, and the ledger's database where it lives in this deployment. */
export function excludedFrom(
  place: Services['ledgerPlace'],
  deployment: { readonly replicaSetId: string | null },
): (database: string, collection: string) => boolean {
  const holdsLedger = place.replicaSetId !== null && place.replicaSetId === deployment.replicaSetId;
  return (database, collection) =>
    (holdsLedger && database === place.database) || isShadowName(collection.replace(/^system\.buckets\./, ''));
}
