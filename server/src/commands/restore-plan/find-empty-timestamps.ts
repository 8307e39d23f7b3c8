// Which collections of a backup hold an empty timestamp, which a server does not take by an insert.
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import { ArchiveCollections } from '../../archive/archive-collections.ts';
import { holdsEmptyTimestamp } from '../../archive/empty-timestamps.ts';
import type { OpenArchive } from '../../archive/open-archive.ts';
import { nameOf } from './look-at-live.ts';

/**
 * By their names in the backup, those in which one was found until the time was up; the small ones are looked at first. Throws
 * OperationFailure.
 */
export async function findEmptyTimestamps(
  archive: OpenArchive,
  namespaces: readonly ManifestNamespace[],
  { budgetMs }: { readonly budgetMs: number },
): Promise<string[]> {
  const collections = new ArchiveCollections(archive);
  const endsAt = performance.now() + budgetMs;
  const found: string[] = [];
  const stored = namespaces.filter(({ type }) => type !== 'view');
  for (const namespace of stored.toSorted((a, b) => a.bytes - b.bytes)) {
    const collection = collections.find(nameOf(namespace));
    if (collection !== undefined && (await holdsEmptyTimestamp(collection, { endsAt }))) found.push(nameOf(namespace));
  }
  return found;
}
