// What no backup contains and no restore touches, on one deployment: the server's own databases (users and roles live there),
// the ledger, and what restores leave while they run.
import { isShadowName } from '../domain/restore-names.ts';
import type { Services } from '../services.ts';

/** Says of a namespace whether it stays out. */
export function excludedFrom(
  place: Services['ledgerPlace'],
  deployment: { readonly replicaSetId: string | null },
): (database: string, collection: string) => boolean {
  const holdsLedger = place.replicaSetId !== null && place.replicaSetId === deployment.replicaSetId;
  return (database, collection) =>
    serverDatabases.has(database) ||
    (holdsLedger && database === place.database) ||
    isShadowName(collection.replace(/^system\.buckets\./, ''));
}

const serverDatabases: ReadonlySet<string> = new Set(['admin', 'config', 'local']);
