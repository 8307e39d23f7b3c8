// The last steps of a restore, once all data is in its place: what is not to be kept goes, and what expires begins to.

import type { MongoClient } from 'mongodb';
import type { RestoreState } from '../../domain/restore.ts';
import { dropUndo } from './swap-collections.ts';
import { makeExpiries } from './ttl-indexes.ts';

/** Idempotent. Throws OperationFailure: `restore-incomplete` that names a TTL index that the server does not make, `connection-lost`. */
export async function finishRestore(
  { client, requireLease }: { readonly client: MongoClient; readonly requireLease: () => void },
  { options, swaps, merges, expiries }: Pick<RestoreState, 'options' | 'swaps' | 'merges' | 'expiries'>,
): Promise<void> {
  requireLease();
  if (options.undoHours === 0) {
    const journals = merges.map(({ database, live, undo }) => ({ database, live, shadow: null, undo }));
    await dropUndo(client, [...swaps, ...journals]);
  }
  requireLease();
  await makeExpiries(client, expiries);
}
