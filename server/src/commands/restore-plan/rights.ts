// What the user in the connection string may not and the restore needs: the runner looks at the same, and begins nothing without it.
import type { RestoreId } from '@holdfast/shared/ids';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { v7 as uuid } from 'uuid';
import { inPlaceJournal } from '../../domain/restore-in-place.ts';
import { emptyTimestampsIn, type NeededRights, needsOf } from '../../runner/restore/require-rights.ts';
import { expiriesIn, ttlWay } from '../../runner/restore/ttl-indexes.ts';
import { missingRights } from '../missing-rights.ts';
import { refuseUnreadable } from '../refuse-unreadable.ts';
import { findEmptyTimestamps } from './find-empty-timestamps.ts';
import { type LiveNamespaces, nameOf } from './look-at-live.ts';
import type { Prospect } from './prospect.ts';

export type FoundRights = Pick<RestorePlan, 'missingRights' | 'emptyTimestamps'>;

/**
 * By their names as they will be, what is known to hold documents that only an update brings back; nothing is looked for where the
 * user may update. Raises ARCHIVE_UNREADABLE; throws OperationFailure.
 */
export async function lookForTimestamps(prospect: Prospect, budgetMs: number): Promise<string[]> {
  const { archive, backup, client, where } = prospect;
  const { placed } = where.scope;
  const needs = needsOf({ emptyTimestamps: emptyTimestampsIn(placed.map(nameOf), where.scope) });
  if ((await missingRights(client, needs)).length === 0) return [];
  const namespaces = placed.map(({ namespace }) => namespace);
  const find = () => findEmptyTimestamps(archive, namespaces, { budgetMs });
  const found = new Set(await refuseUnreadable(backup.sealed?.key ?? '', find));
  return placed.filter(({ namespace }) => found.has(nameOf(namespace))).map(nameOf);
}

/** Throws OperationFailure. */
export async function rightsOf(
  prospect: Prospect,
  found: {
    readonly live: LiveNamespaces;
    readonly access: NeededRights['access'];
    readonly timestamps: readonly string[];
  },
): Promise<FoundRights> {
  const { client, where } = prospect;
  const emptyTimestamps = [...found.timestamps];
  const repaired = emptyTimestampsIn(emptyTimestamps, where.scope);
  const last = prospect.target.kind === 'copy' ? {} : writtenLast(prospect, found.live);
  const databases = [...new Set(where.scope.placed.map(({ database }) => database))];
  const needs = needsOf({ ...last, databases, access: found.access, emptyTimestamps: repaired });
  const missing = await missingRights(client, needs);
  return {
    ...(missing.length > 0 && { missingRights: missing }),
    ...(emptyTimestamps.length > 0 && { emptyTimestamps }),
  };
}

/** As the runner will write it down, by names that nothing has yet. */
function writtenLast({ where, options, facts }: Prospect, live: LiveNamespaces): NeededRights {
  const journal = inPlaceJournal({
    ...{ restoreId: uuid() as RestoreId, mode: options.mode },
    ...{ scope: where.scope, live: [...live.values()] },
  });
  return { rewrites: journal.rewrites, expiries: expiriesIn(journal, ttlWay(facts, options.ttlIndexes)) };
}
