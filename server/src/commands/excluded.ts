// What no backup contains and no restore takes for data, on one deployment: the server's own databases, users and roles (they are
// backed up and restored by themselves, when asked for), the ledger, and what restores and
// restore tests leave while they run.
import { holdsUsersAndRoles } from '../archive/users-and-roles.ts';
import { isShadowName } from '../domain/restore-names.ts';
import { isTestDatabase } from '../domain/restore-test-names.ts';
import { isSameSet, type WhichSet } from '../engine/same-set.ts';
import type { Services } from '../services.ts';

/** Says of a namespace whether it stays out. */
export function excludedFrom(
  place: Services['ledgerPlace'],
  deployment: WhichSet,
): (database: string, collection: string) => boolean {
  const isLedgers = isSameSet(place, deployment);
  return (database, collection) =>
    serverDatabases.has(database) ||
    holdsUsersAndRoles(database, collection) ||
    isTestDatabase(database) ||
    (isLedgers && database === place.database) ||
    isShadowName(collection.replace(/^system\.buckets\./, ''));
}

const serverDatabases: ReadonlySet<string> = new Set(['admin', 'config', 'local']);
