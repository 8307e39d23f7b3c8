// Which copies are behind: completed backups whose archive is not at every destination where it should be.
import type { BackupId, DestinationId, PolicyId } from '@holdfast/shared/ids';
import type { BackupState } from '../domain/backup.ts';
import { wantedCopies } from '../domain/copies.ts';
import type { PolicyState } from '../domain/policy.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { StoredPolicy } from '../projections/policies.ts';
import type { Services } from '../services.ts';
import type { CopyPlace } from './copy-leases.ts';

type Known = Pick<Services, 'ledger' | 'destinations'>;

/** The copies that are behind, of the newest backups first, at most about `limit` backups. */
export async function copiesBehind(services: Known, { limit }: { readonly limit: number }): Promise<CopyPlace[]> {
  const ids = await backupsBehind(services, limit);
  const places: CopyPlace[] = [];
  for (const backupId of ids) {
    const state = (await services.ledger.state(`backup:${backupId}`)) as BackupState | undefined;
    for (const destinationId of await wantedOf(services, state)) places.push({ backupId, destinationId });
  }
  return places;
}

/**
 * Where the archive of a completed backup should be and is not; nowhere for any other backup, and for a recovered one as long as
 * its hash is not known: it is copied once it is verified.
 */
export async function wantedOf(services: Known, state: BackupState | undefined): Promise<DestinationId[]> {
  if (state?.status !== 'completed' || state.sealed?.sha256 === undefined) return [];
  return wantedCopies(state, await destinationsOfPolicy(services, state.policyId), knownIds(services));
}

/** How many backups a destination has, how many it should have and has not, and how many of those could not be copied. */
export interface CopyCounts {
  readonly backups: number;
  readonly behind: number;
  readonly failing: number;
}

/** Counted in the read model, for lists and metrics. */
export async function countCopies(services: Known, id: string): Promise<CopyCounts> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const place = `copies.${id}.state`;
  const lists = (await destinationLists(services)).filter((list) => list.destinationIds.some((one) => one === id));
  const isWanted = [
    { missingAt: id },
    { policyId: { $in: lists.flatMap(({ policyIds }) => policyIds) as PolicyId[] } },
  ];
  const behind = { status: 'completed', [place]: { $ne: 'stored' }, $or: isWanted } as const;
  return {
    backups: await backups.countDocuments({ status: 'completed', [place]: 'stored' }),
    behind: await backups.countDocuments(behind),
    failing: await backups.countDocuments({ ...behind, [place]: 'failed' }),
  };
}

/** Ids of the main destination and of those that are registered. */
export function knownIds({ destinations }: Pick<Services, 'destinations'>): string[] {
  return destinations.known().map(({ id }) => id);
}

/** None when the policy names none, or there is no policy (any more). */
async function destinationsOfPolicy({ ledger }: Known, policyId: PolicyId | null): Promise<readonly DestinationId[]> {
  if (policyId === null) return [];
  const policy = (await ledger.state(`policy:${policyId}`)) as PolicyState | undefined;
  return policy === undefined || policy.removed ? [] : (policy.settings.destinationIds ?? []);
}

async function backupsBehind(services: Known, limit: number): Promise<BackupId[]> {
  const backups = await services.ledger.readModel<StoredBackup>('backups');
  const newest = async (filter: object) =>
    (
      await backups
        .find({ status: 'completed', ...filter })
        .sort({ _id: -1 })
        .limit(limit)
        .project<{ _id: BackupId }>({ _id: 1 })
        .toArray()
    ).map(({ _id }) => _id);
  const found = await newest({ 'missingAt.0': { $exists: true } });
  for (const { policyIds, destinationIds } of await destinationLists(services)) {
    const isBehind = destinationIds.map((id) => ({ [`copies.${id}.state`]: { $ne: 'stored' } }));
    found.push(...(await newest({ policyId: { $in: policyIds }, $or: isBehind })));
  }
  return [...new Set(found)].sort().reverse();
}

/** Of a list that is not empty; with the help of its index. */
export const namesSome = { $gt: '' as DestinationId };

/** Policies by the known destinations that they name. */
async function destinationLists(services: Known): Promise<{ policyIds: string[]; destinationIds: DestinationId[] }[]> {
  const policies = await services.ledger.readModel<StoredPolicy>('policies');
  const known = new Set(knownIds(services));
  const lists = new Map<string, { policyIds: string[]; destinationIds: DestinationId[] }>();
  const named = policies.find({ removed: false, destinationIds: namesSome });
  for await (const { _id, destinationIds } of named) {
    const own = destinationIds.filter((id) => known.has(id)).sort();
    const list = lists.get(own.join()) ?? { policyIds: [], destinationIds: own };
    list.policyIds.push(_id);
    if (own.length > 0) lists.set(own.join(), list);
  }
  return [...lists.values()];
}
