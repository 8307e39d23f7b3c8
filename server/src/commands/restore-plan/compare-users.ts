// The users and roles of a backup against those of the deployment.
import type { PlanUsers } from '@holdfast/shared/restore-plan';
import { readUsers } from '../../archive/read-users.ts';
import type { Difference } from '../../domain/compare-users.ts';
import type { NeededRights } from '../../runner/restore/require-rights.ts';
import type { Services } from '../../services.ts';
import { accessChange, accessToRestore } from '../access-to-restore.ts';
import { refuseUnreadable } from '../refuse-unreadable.ts';
import type { Prospect } from './prospect.ts';

/** What the plan says of them, and what is written or goes. */
export interface ComparedUsers {
  readonly users: PlanUsers;
  readonly access: NonNullable<NeededRights['access']>;
}

/** null where none are asked for, the backup holds none, or it goes into a copy. Raises ARCHIVE_UNREADABLE; throws OperationFailure. */
export async function compareUsers(services: Services, prospect: Prospect): Promise<ComparedUsers | null> {
  const { archive, target, options, client, facts, deployment, backup } = prospect;
  const access = await accessToRestore(services, {
    ...{ manifest: archive.manifest, target, options, client, server: facts },
    dumped: () => refuseUnreadable(backup.sealed?.key ?? '', () => readUsers(archive)),
    limitedTo: deployment.facts.database,
  });
  if (access === null) return null;
  const { users, roles } = access.difference;
  const all = (of: (difference: Difference) => readonly string[]) => [...of(users), ...of(roles)];
  return {
    users: {
      added: all(({ added }) => added),
      changed: all(({ changed }) => changed),
      notInBackup: all(({ notInBackup }) => notInBackup),
      vanish: options.mode === 'exact',
    },
    access: { change: accessChange(access, options.mode), live: access.all },
  };
}
