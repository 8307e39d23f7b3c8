// The stored functions of a database (`system.js`), from their proven shadow. The server drops no such collection, so that documents
// are removed and inserted in it; a user who may not remove any (the role `restore` may not) renames it away and the shadow there.
import { OperationFailure } from '@holdfast/shared/failures';
import { deserialize } from 'bson';
import type { Document, MongoClient } from 'mongodb';
import { shadowName } from '../../domain/restore-names.ts';
import { isNotAuthorized } from '../../engine/driver-failure.ts';
import { insertRaw } from '../../engine/insert-raw.ts';
import { dropNamespace } from './drop-namespace.ts';
import { namespaceNow } from './namespace-now.ts';
import type { Rewrite, RewriteOptions } from './rewrite-last.ts';

/** Idempotent. Throws OperationFailure('restore-incomplete') when a function is not taken, and what the driver throws. */
export async function rewriteFunctions(
  client: MongoClient,
  rewrite: Rewrite & { readonly shadow: string },
  options: RewriteOptions,
): Promise<void> {
  const { database, live, shadow } = rewrite;
  if ((await namespaceNow(client, database, shadow)) === null) return await removeAside(client, rewrite, options);
  const [staged, now] = [await functionsOf(client, database, shadow), await functionsOf(client, database, live)];
  options.before?.();
  const stale = [...now].filter(([text]) => !staged.has(text)).map(([, document]) => document);
  if (stale.length === 0 || (await removed(client, rewrite, stale))) {
    const documents = [...staged].filter(([text]) => !now.has(text)).map(([, document]) => document);
    await insertRaw(client, { database, collection: live, documents });
  } else {
    await renameThere(client, rewrite);
  }
  await prove(client, rewrite, staged);
  await dropNamespace(client, database, shadow);
  await dropNamespace(client, database, asideName(rewrite));
  await options.after?.();
}

/**
 * All of them go, when they are those that were there when the backup was staged. Idempotent. Throws what the driver throws.
 */
export async function removeFunctions(
  client: MongoClient,
  { database, live, replaces }: Rewrite,
  options: RewriteOptions,
): Promise<void> {
  if (replaces === undefined) return;
  const aside = shadowName(replaces, 0);
  const now = await namespaceNow(client, database, live);
  if (now?.uuid === replaces) {
    options.before?.();
    await rename(client, database, { from: live, to: aside });
  }
  // Its name is of no restore: who comes back after a crash between the two has to find it again.
  await dropNamespace(client, database, aside);
  await options.after?.();
}

/** They are in their place already; it may have been stopped before what was renamed away was dropped. */
async function removeAside(
  client: MongoClient,
  rewrite: Rewrite & { readonly shadow: string },
  options: RewriteOptions,
): Promise<void> {
  options.before?.();
  await dropNamespace(client, rewrite.database, asideName(rewrite));
}

/** By their bytes. */
async function functionsOf(client: MongoClient, database: string, name: string): Promise<Map<string, Buffer>> {
  const options = { raw: true, readConcern: { level: 'majority' } } as const;
  const documents: Document[] = await client.db(database).collection(name).find({}, options).toArray();
  return new Map(documents.map((document) => [(document as Buffer).toString('latin1'), document as Buffer]));
}

/** False where the user may not. */
async function removed(client: MongoClient, { database, live }: Rewrite, stale: readonly Buffer[]): Promise<boolean> {
  const ids = stale.map((document) => deserialize(document, { promoteValues: false })._id);
  try {
    await client
      .db(database)
      .collection(live)
      .deleteMany({ _id: { $in: ids } }, { writeConcern: { w: 'majority' } });
    return true;
  } catch (error) {
    if (isNotAuthorized(error)) return false;
    throw error;
  }
}

async function renameThere(client: MongoClient, rewrite: Rewrite & { readonly shadow: string }): Promise<void> {
  const { database, live, shadow } = rewrite;
  await rename(client, database, { from: live, to: asideName(rewrite) });
  await rename(client, database, { from: shadow, to: live });
}

async function rename(client: MongoClient, database: string, { from, to }: { from: string; to: string }) {
  await client.db('admin').command({
    ...{ renameCollection: `${database}.${from}`, to: `${database}.${to}` },
    writeConcern: { w: 'majority' },
  });
}

/** Known as the restore's own, as every name with its id is. */
function asideName({ shadow }: { readonly shadow: string }): string {
  return shadow.replace(/_(\d+)$/, '_u$1');
}

async function prove(
  client: MongoClient,
  { database, live }: Rewrite,
  staged: ReadonlyMap<string, Buffer>,
): Promise<void> {
  const now = await functionsOf(client, database, live);
  const missing = [...staged.keys()].filter((text) => !now.has(text)).length;
  if (missing === 0) return;
  throw new OperationFailure(
    'restore-incomplete',
    `${missing} stored functions of ${database} do not equal the backup.`,
  );
}
