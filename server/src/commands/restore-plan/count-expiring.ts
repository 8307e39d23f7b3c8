// How much of a backup a TTL would remove as soon as it is back.
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import { ArchiveCollections } from '../../archive/archive-collections.ts';
import { countExpired, hasExpiry } from '../../archive/expiry.ts';
import type { OpenArchive } from '../../archive/open-archive.ts';
import { nameOf } from './look-at-live.ts';

/**
 * By the names in the backup, of all that has a TTL, by its indexes and options as they are given: how many documents, or null where
 * the time was not enough or it cannot be told. The small ones are counted first. Throws OperationFailure.
 */
export async function countExpiring(
  archive: OpenArchive,
  namespaces: readonly ManifestNamespace[],
  { nowMs, budgetMs }: { readonly nowMs: number; readonly budgetMs: number },
): Promise<ReadonlyMap<string, number | null>> {
  const expiring = namespaces.filter((one) => one.type !== 'view' && hasExpiry(one));
  const collections = new ArchiveCollections(archive);
  const endsAt = performance.now() + budgetMs;
  const found = new Map<string, number | null>();
  for (const namespace of expiring.toSorted((a, b) => a.bytes - b.bytes)) {
    const collection = collections.find(nameOf(namespace));
    const counting = { nowMs, endsAt, by: namespace };
    found.set(nameOf(namespace), collection === undefined ? null : await countExpired(collection, counting));
  }
  return found;
}
