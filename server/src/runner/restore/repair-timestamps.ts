// An empty timestamp (0, 0) in a field of a document itself: a server that inserts it writes the present time there instead. The
// documents that hold one are written again by an update, which leaves it as it is.
import { OperationFailure } from '@holdfast/shared/failures';
import type { MongoClient } from 'mongodb';
import { ArchiveCollections } from '../../archive/archive-collections.ts';
import { blockCollection } from '../../archive/archive-prelude.ts';
import { emptyTimestamps } from '../../archive/empty-timestamps.ts';
import type { OpenArchive } from '../../archive/open-archive.ts';
import type { PlacedNamespace } from '../../domain/restore-scope.ts';
import { isNotAuthorized } from '../../engine/driver-failure.ts';
import { rawBatches, replaceRaw } from '../../engine/insert-raw.ts';

/**
 * Writes what the archive has of them over what was restored, and resolves with how many there are: the collection is to be
 * proven again then. Throws OperationFailure: `archive-damaged`, `not-authorized` of who may not update; what the driver throws, the
 * signal's reason.
 */
export async function repairTimestamps(
  client: MongoClient,
  { namespace, database, collection }: PlacedNamespace,
  { archive, signal }: { readonly archive: OpenArchive; readonly signal: AbortSignal },
): Promise<number> {
  const archived = new ArchiveCollections(archive).find(`${namespace.database}.${namespace.collection}`);
  if (archived === undefined) throw new Error(`${namespace.database}.${namespace.collection} is not in the archive`);
  const stored = blockCollection({ type: namespace.type, collection });
  let repaired = 0;
  for await (const documents of rawBatches(emptyTimestamps(archived, signal))) {
    await allowed(namespace, () => replaceRaw(client, { database, collection: stored, documents }));
    repaired += documents.length;
  }
  return repaired;
}

/** The role `restore` does not give that right, and hardly anybody needs it: so the server's own words would tell nobody why. */
async function allowed(
  { database, collection }: PlacedNamespace['namespace'],
  write: () => Promise<unknown>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isNotAuthorized(error)) throw error;
    const message = `${database}.${collection} has documents with an empty timestamp (0, 0), which only an update keeps empty, and the user may not update documents.`;
    throw new OperationFailure('not-authorized', message);
  }
}
