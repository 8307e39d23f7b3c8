// Which users and roles a restore would add, change and drop. Pure: knows of each its name and a text that says all of it.

/** `database.name`, and what tells two of that name apart. */
export interface NamedContent {
  readonly name: string;
  /** The database that it is defined in. */
  readonly database: string;
  readonly content: string;
}

export interface UsersAndRoles<T extends NamedContent = NamedContent> {
  readonly users: readonly T[];
  readonly roles: readonly T[];
}

export interface Difference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  /** There now, and not in the backup. */
  readonly notInBackup: readonly string[];
}

export interface UsersDifference {
  readonly users: Difference;
  readonly roles: Difference;
}

/** Names that no restore touches, whatever a backup holds: who runs the service, its ledger, and the roles that they need. */
export interface ProtectedNames {
  readonly users: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** All users and roles that are defined in these. */
  readonly databases: ReadonlySet<string>;
}

export interface UsersScopeInput {
  /** Of the backup: one database, or null for the whole deployment. */
  readonly database: string | null;
  /** Of the deployment that is written to: the one database that it is limited to, or null. */
  readonly limitedTo: string | null;
  /** What was chosen of the backup, each a database or a collection; undefined: all of it. */
  readonly namespaces: readonly string[] | undefined;
}

/**
 * Of which databases users and roles are restored: of those that the backup covers, and of the chosen ones only where some were
 * chosen. A choice of collections does not bring the users of their database.
 */
export function usersScope({ database, limitedTo, namespaces }: UsersScopeInput): (database: string) => boolean {
  const chosen = namespaces?.filter((choice) => !choice.includes('.'));
  return (name) =>
    (database === null || name === database) &&
    (limitedTo === null || name === limitedTo) &&
    (chosen === undefined || chosen.includes(name));
}

/** What of both is within the scope and not protected. */
export function within<T extends NamedContent>(
  { users, roles }: UsersAndRoles<T>,
  isInScope: (database: string) => boolean,
  guard: ProtectedNames,
): UsersAndRoles<T> {
  const keep = (names: ReadonlySet<string>) => (one: T) =>
    isInScope(one.database) && !guard.databases.has(one.database) && !names.has(one.name);
  return { users: users.filter(keep(guard.users)), roles: roles.filter(keep(guard.roles)) };
}

/** Both are what `within` leaves of them. Names are in alphabetical order. */
export function compareUsers(backup: UsersAndRoles, live: UsersAndRoles): UsersDifference {
  return { users: differenceOf(backup.users, live.users), roles: differenceOf(backup.roles, live.roles) };
}

function differenceOf(backup: readonly NamedContent[], live: readonly NamedContent[]): Difference {
  const now = new Map(live.map(({ name, content }) => [name, content]));
  const then = new Set(backup.map(({ name }) => name));
  const names = (found: readonly NamedContent[]) => found.map(({ name }) => name).sort();
  return {
    added: names(backup.filter(({ name }) => !now.has(name))),
    changed: names(backup.filter(({ name, content }) => now.has(name) && now.get(name) !== content)),
    notInBackup: names(live.filter(({ name }) => !then.has(name))),
  };
}

/** Whoever has roles: a user, or a role that inherits from others. */
export interface RoleHolder {
  readonly name: string;
  /** Names of those that it has directly. */
  readonly roles: readonly string[];
}

/** The names of all roles that the holders have, through others too. `roles`: all that there are. */
export function rolesHeldBy(holders: readonly RoleHolder[], roles: readonly RoleHolder[]): ReadonlySet<string> {
  const known = new Map(roles.map((role) => [role.name, role]));
  const held = new Set<string>();
  const add = (name: string): void => {
    if (held.has(name)) return;
    held.add(name);
    known.get(name)?.roles.forEach(add);
  };
  for (const holder of holders) holder.roles.forEach(add);
  return held;
}
