// What no backup contains and no restore takes for data, on one deployment: the server's own databases, users and roles (they are
// backed up and restored by themselves, when asked for), the ledger, and what restores and
// restore tests leave while they run.
import { holdsUsersAndRoles } from '../archive/users-and-roles.ts';
import { isShadowName } from '../domain/restore-names.ts';
import { isTestDatabase } from '../domain/restore-test-names.ts';
import type { Services } from '../services.ts';

/** Says of a namespace whether it stays out. */
export function excludedFrom(
  place: Services['ledgerPlace'],
  deployment: WhichSet,
): (database: string, collection: string) => boolean {
  const isLedgers = holdsLedger(place, deployment);
  return (database, collection) =>
    serverDatabases.has(database) ||
    holdsUsersAndRoles(database, collection) ||
    isTestDatabase(database) ||
    (isLedgers && database === place.database) ||
    isShadowName(collection.replace(/^system\.buckets\./, ''));
}

/** Which replica set a deployment is, as its user may see it. */
export interface WhichSet {
  readonly replicaSetId: string | null;
  readonly replicaSetMembers?: readonly string[];
}

/**
 * Whether the ledger lies in the deployment. Its user may see the set's id and the deployment's only its members, or the reverse: then a
 * member that both have tells.
 */
export function holdsLedger(
  place: Pick<Services['ledgerPlace'], 'replicaSetId' | 'replicaSetMembers'>,
  { replicaSetId, replicaSetMembers = [] }: WhichSet,
): boolean {
  if (place.replicaSetId === null || replicaSetId === null) return false;
  if (place.replicaSetId === replicaSetId) return true;
  const bothKnowIds = !isByMembers(place.replicaSetId) && !isByMembers(replicaSetId);
  return !bothKnowIds && replicaSetMembers.some((member) => place.replicaSetMembers.includes(member));
}

/** As `inspectDeployment` names a set whose id the user may not see. */
function isByMembers(replicaSetId: string): boolean {
  return replicaSetId.includes('/');
}

const serverDatabases: ReadonlySet<string> = new Set(['admin', 'config', 'local']);
