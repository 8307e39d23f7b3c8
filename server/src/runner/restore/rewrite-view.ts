// Views, from their staged definitions. One that reads something else, or in another way, is changed in place, so that it is never
// missing; any other is dropped and made. Each is tried until it is its turn: what a view stands on comes before it.

import { isDeepStrictEqual } from 'node:util';
import type { OperationFailure } from '@holdfast/shared/failures';
import { serialize } from 'bson';
import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import { explained } from '../../engine/driver-failure.ts';
import { dropNamespace } from './drop-namespace.ts';
import { type NamespaceNow, namespaceNow } from './namespace-now.ts';
import { notTaken } from './not-taken.ts';
import type { Rewrite, RewriteOptions } from './rewrite-last.ts';

type StagedView = Rewrite & { readonly shadow: string };

/**
 * Defines each live view as its shadow is. Idempotent. Throws OperationFailure: `restore-incomplete` that names one that the server
 * does not take in any order, `connection-lost`, `not-authorized`.
 */
export async function rewriteViews(
  client: MongoClient,
  views: readonly StagedView[],
  options: RewriteOptions,
): Promise<void> {
  let left = views;
  while (left.length > 0) {
    const refused: StagedView[] = [];
    let first: OperationFailure | undefined;
    for (const view of left) {
      try {
        await explained(() => rewriteView(client, view, options));
      } catch (error) {
        if (!(error instanceof MongoServerError)) throw error;
        refused.push(view);
        first ??= notTaken(`${view.database}.${view.live}`, error);
      }
    }
    if (refused.length === left.length) throw first;
    left = refused;
  }
}

async function rewriteView(client: MongoClient, view: StagedView, options: RewriteOptions): Promise<void> {
  const { database, live, shadow } = view;
  const staged = await namespaceNow(client, database, shadow);
  if (staged === null) return;
  const wanted = definitionOf(staged, (name) => options.liveNames(database, name));
  const now = await namespaceNow(client, database, live);
  options.before?.();
  const db = client.db(database);
  if (now === null || !isView(now, wanted)) {
    if (now !== null) await dropNamespace(client, database, live);
    await db.command({ create: live, ...wanted, writeConcern });
  } else if (!isSame(definitionOf(now), wanted)) {
    const { viewOn, pipeline } = wanted;
    await db.command({ collMod: live, viewOn, pipeline, writeConcern });
  }
  await dropNamespace(client, database, shadow);
  await options.after?.();
}

const writeConcern = { w: 'majority' };

function definitionOf({ options }: NamespaceNow, liveName = (name: string) => name): Document {
  return { ...options, viewOn: liveName(String(options.viewOn)) };
}

/** A view that only `collMod` stands between it and the other. */
function isView({ type, options }: NamespaceNow, { viewOn: _, pipeline: __, ...others }: Document): boolean {
  const { viewOn: ___, pipeline: ____, ...now } = options;
  return type === 'view' && isSame(now, others);
}

/** By their bytes: the types of numbers count, and so does the order of the keys within a stage. */
function isSame(a: Document, b: Document): boolean {
  const texts = (options: Document) =>
    Object.fromEntries(
      Object.entries(options).map(([name, value]) => [name, Buffer.from(serialize({ value })).toString('hex')]),
    );
  return isDeepStrictEqual(texts(a), texts(b));
}
