import { ArchiveProgress } from '../../archive/archive-progress.ts';
import { collectionSizes } from '../../engine/collection-sizes.ts';
import { explained } from '../../engine/driver-failure.ts';
import type { Totals } from '../operation-run.ts';
import { type Merge, type MergedCollection, performMerges } from './merge-collections.ts';
import type { Forward } from './roll-forward.ts';

/** All merges of a restore, shown while they go on; what collided is in the log. Throws as `performMerges`. */
export async function mergeAll(forward: Forward, merges: readonly Merge[]): Promise<MergedCollection[]> {
  if (merges.length === 0) return [];
  const { services, client, restoreId, requireLease } = forward;
  const progress = new ArchiveProgress();
  forward.show?.(progress, await totalsOf(forward, merges));
  const merged = await performMerges(client, merges, {
    before: requireLease,
    after: () => services.failpoint('swapping'),
    progress,
  });
  for (const { namespace, colliding, examples } of merged.filter((one) => one.colliding > 0)) {
    const facts = { operationId: restoreId, namespace, colliding, examples };
    services.logger.warn(facts, 'documents were left out of a merge: others are in their place');
  }
  return merged;
}

/** As the server believes. */
async function totalsOf({ client }: Forward, merges: readonly Merge[]): Promise<Totals> {
  const shadows = merges.map(({ database, shadow }) => ({ database, collection: shadow, type: 'collection' }));
  const sizes = await explained(() => collectionSizes(client, shadows));
  return {
    bytes: sizes.reduce((total, { bytes }) => total + bytes, 0),
    documents: sizes.reduce((total, { documents }) => total + documents, 0),
    namespaces: new Map(
      merges.map(({ database, live }, index) => [`${database}.${live}`, sizes[index]?.documents ?? 0]),
    ),
  };
}
