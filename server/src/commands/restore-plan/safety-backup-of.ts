import type { RestoreOptions } from '@holdfast/shared/restore';
import type { PlanNamespace, PlanUsers } from '@holdfast/shared/restore-plan';

/**
 * What the safety backup holds, by live name: what is there now and no rename can bring back, or with `everything` all that is
 * there; `users` where users and roles are written.
 */
export function safetyBackupOf(
  namespaces: readonly PlanNamespace[],
  { safetyBackup }: Pick<RestoreOptions, 'safetyBackup'>,
  users: PlanUsers | null,
): string[] {
  const isEverything = safetyBackup === 'everything';
  const held = namespaces.filter((one) => (isEverything ? isThere(one) : isRewritten(one))).map(({ target }) => target);
  return users === null ? held : [...held, 'users'];
}

function isThere({ action }: PlanNamespace): boolean {
  return action !== 'added';
}

/** A collection that becomes something else, or the reverse, is rewritten as well. */
function isRewritten({ action, method }: PlanNamespace): boolean {
  return (action === 'replaced' || action === 'dropped') && (method === 'rewrite' || method === 'define');
}
