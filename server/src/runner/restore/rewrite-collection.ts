// A collection where a view or a time-series stands: that is dropped, then the shadow is renamed there.
import type { MongoClient } from 'mongodb';
import { isGone } from '../../engine/driver-failure.ts';
import { dropNamespace } from './drop-namespace.ts';
import { namespaceNow } from './namespace-now.ts';
import type { Rewrite, RewriteOptions } from './rewrite-last.ts';

/** Idempotent; what somebody wrote under the live name since is replaced too. Throws what the driver throws. */
export async function rewriteCollection(
  client: MongoClient,
  { database, live, shadow }: Rewrite & { readonly shadow: string },
  options: RewriteOptions,
): Promise<void> {
  if ((await namespaceNow(client, database, shadow)) === null) return;
  const now = await namespaceNow(client, database, live);
  options.before?.();
  if (now !== null && now.type !== 'collection') await dropNamespace(client, database, live);
  const rename = {
    ...{ renameCollection: `${database}.${shadow}`, to: `${database}.${live}`, dropTarget: true },
    writeConcern: { w: 'majority' },
  };
  try {
    await client.db('admin').command(rename);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  await options.after?.();
}
