/** Which replica set a server belongs to, as its user may see it. */
export interface WhichSet {
  readonly replicaSetId: string | null;
  readonly replicaSetMembers?: readonly string[];
}

/**
 * Whether both are of one replica set. Where one user may see the set's id and the other only its members, a member that both have
 * tells.
 */
export function isSameSet(one: WhichSet, other: WhichSet): boolean {
  if (one.replicaSetId === null || other.replicaSetId === null) return false;
  if (one.replicaSetId === other.replicaSetId) return true;
  const bothKnowIds = !isByMembers(one.replicaSetId) && !isByMembers(other.replicaSetId);
  const members = other.replicaSetMembers ?? [];
  return !bothKnowIds && (one.replicaSetMembers ?? []).some((member) => members.includes(member));
}

/** As `inspectDeployment` names a set whose id the user may not see. */
function isByMembers(replicaSetId: string): boolean {
  return replicaSetId.includes('/');
}
