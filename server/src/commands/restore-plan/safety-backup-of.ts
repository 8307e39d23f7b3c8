import type { RestoreOptions } from '@holdfast/shared/restore';
import type { PlanUsers } from '@holdfast/shared/restore-plan';
import type { RestoreScope } from '../../domain/restore-scope.ts';
import { safetyNamespaces } from '../../domain/safety-backup.ts';
import { type LiveNamespaces, nameOf } from './look-at-live.ts';

export interface SafetyQuestion {
  readonly scope: RestoreScope;
  readonly options: Pick<RestoreOptions, 'mode' | 'safetyBackup'>;
  readonly live: LiveNamespaces;
  readonly users: PlanUsers | null;
}

/**
 * What the safety backup of a restore in place holds, by live name: what is there now and no rename can bring back, or with
 * `everything` all that is there; `users` where users or roles are written or go.
 */
export function safetyBackupOf({ scope, options, live, users }: SafetyQuestion): string[] {
  const held = safetyNamespaces(scope, options, [...live.values()]).map(nameOf);
  return users !== null && changes(users) ? [...held, 'users'] : held;
}

function changes({ added, changed, notInBackup, vanish }: PlanUsers): boolean {
  return added.length + changed.length > 0 || (vanish && notInBackup.length > 0);
}
