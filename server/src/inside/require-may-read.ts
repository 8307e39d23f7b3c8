import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';

/** Collections that hold the credentials and roles of the database's users. */
const sensitive = /^(?:admin\.system\.(?:users|roles|keys|new_users|backup_users|version)|[^.]+\.system\.users)$/;

/**
 * Who may read which collection of a backup: credentials are for administrators only. Raises NOT_ALLOWED.
 */
export function requireMayRead(actor: Actor, namespace: string): void {
  if (!sensitive.test(namespace) || isAdministrator(actor)) return;
  throw new AppError('NOT_ALLOWED', { what: `read ${namespace}` });
}

/** The one key and the sessions that codes made with it open. */
function isAdministrator({ kind, id }: Actor): boolean {
  return (kind === 'user' || kind === 'api-key') && id === 'administrator';
}

/** A whole archive holds everything, credentials too. Raises NOT_ALLOWED. */
export function requireMayReadAll(actor: Actor): void {
  if (!isAdministrator(actor)) throw new AppError('NOT_ALLOWED', { what: 'download whole archives' });
}
