// What no rename brings to its place: views, time-series, stored functions, and whatever stands where something of another kind is
// to be. It comes last, once everything else is swapped in, each from its own proven shadow, which goes when it is done: so the
// shadows that exist are the journal, and whoever finds it half done goes on without the archive.
import { type MongoClient, MongoServerError } from 'mongodb';
import { explained } from '../../engine/driver-failure.ts';
import { dropNamespace } from './drop-namespace.ts';
import { namespaceNow } from './namespace-now.ts';
import { notTaken } from './not-taken.ts';
import { rewriteCollection } from './rewrite-collection.ts';
import { removeFunctions, rewriteFunctions } from './rewrite-functions.ts';
import { rewriteTimeseries } from './rewrite-timeseries.ts';
import { rewriteViews } from './rewrite-view.ts';

/** Any names within one database. */
export interface Rewrite {
  readonly database: string;
  readonly live: string;
  /** null: nothing takes its place. */
  readonly shadow: string | null;
  /** As it will be; `none`: what is there goes. */
  readonly type: 'collection' | 'view' | 'timeseries' | 'none';
  /** The uuid of what is replaced, where it has one: only that is dropped. */
  readonly replaces?: string | undefined;
}

export interface RewriteOptions {
  /** Names of shadow collections and the live names that they have got: what views of shadows read is read under these. */
  readonly liveNames: (database: string, collection: string) => string;
  /** Right before each step that changes something; stops it by throwing. */
  readonly before?: () => void;
  /** After each namespace that is done. */
  readonly after?: () => Promise<void>;
}

/**
 * Removes, writes and defines anew, in an order in which views find what they stand on. Idempotent: what is done has no shadow any
 * more. Throws OperationFailure: `restore-incomplete` that names what the server does not take, `connection-lost`, `not-authorized`.
 */
export async function performRewrites(
  client: MongoClient,
  rewrites: readonly Rewrite[],
  options: RewriteOptions,
): Promise<void> {
  const of = (type: Rewrite['type']) => rewrites.filter((rewrite) => rewrite.type === type);
  for (const one of of('none')) await named(one, () => remove(client, one, options));
  for (const one of of('collection')) {
    const rewrite = one.live === 'system.js' ? rewriteFunctions : rewriteCollection;
    await named(one, () => rewrite(client, withShadow(one), options));
  }
  for (const one of of('timeseries')) await named(one, () => rewriteTimeseries(client, withShadow(one), options));
  await rewriteViews(client, of('view').map(withShadow), options);
}

/** A view, or the time-series that was there when the backup was staged; not what somebody made since. */
async function remove(client: MongoClient, rewrite: Rewrite, options: RewriteOptions) {
  const { database, live, replaces } = rewrite;
  if (live === 'system.js') return await removeFunctions(client, rewrite, options);
  const now = await namespaceNow(client, database, live);
  if (now === null || (now.type !== 'view' && now.uuid !== replaces)) return;
  options.before?.();
  await explained(() => dropNamespace(client, database, live));
  await options.after?.();
}

/** What the server does not take, in words that name it. */
async function named({ database, live }: Rewrite, work: () => Promise<void>): Promise<void> {
  try {
    await explained(work);
  } catch (error) {
    throw error instanceof MongoServerError ? notTaken(`${database}.${live}`, error) : error;
  }
}

function withShadow(rewrite: Rewrite): Rewrite & { readonly shadow: string } {
  const { shadow } = rewrite;
  if (shadow === null) throw new Error(`${rewrite.database}.${rewrite.live} is to be rewritten from nothing`);
  return { ...rewrite, shadow };
}
