// What restored collections are, documents aside: type, every option, every index with all its options, what views read.
import { type Document, EJSON } from 'bson';
import type { MongoClient } from 'mongodb';
import { type CollectionShape, type ShapeDifference, shapeDifferences } from '../../domain/collection-shape.ts';
import type { PlacedNamespace } from '../../domain/restore-scope.ts';
import { asBytes, exactDocument } from '../../engine/exact-bson.ts';
import { differs } from './proof-failure.ts';
import { sideBySide } from './side-by-side.ts';
import { stagedShape, type TtlWay } from './ttl-indexes.ts';

const atOnce = 8;

/** Throws OperationFailure(restore-incomplete) that names the first one that differs, and how; what the driver throws. */
export async function proveShapes(
  client: MongoClient,
  staged: readonly PlacedNamespace[],
  { ttl, signal }: { readonly ttl?: TtlWay | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const listed = await listedCollections(client, staged);
  const names = new Map(staged.map((one) => [keyOf({ ...one.namespace, database: one.database }), one.collection]));
  await sideBySide(staged, { atOnce, signal }, async (one) => {
    const { namespace, database, collection } = one;
    const found = listed.get(keyOf(one));
    if (found === undefined) throw differs(namespace, `the ${namespace.type} is missing`);
    const indexes = found.type === 'view' ? [] : await indexesOf(client, database, collection);
    const expected = followed(ttl === undefined ? namespace : stagedShape(namespace, ttl), (viewOn) =>
      names.get(keyOf({ database, collection: viewOn })),
    );
    const differences = shapeDifferences(expected, { ...found, indexes }).filter((each) => !isServersOwn(found, each));
    if (differences.length > 0) throw differs(namespace, differences.map(wordsOf).join('; '));
  });
}

type Listed = Omit<CollectionShape, 'indexes'>;

async function listedCollections(
  client: MongoClient,
  staged: readonly PlacedNamespace[],
): Promise<ReadonlyMap<string, Listed>> {
  const listed = new Map<string, Listed>();
  for (const database of new Set(staged.map((one) => one.database))) {
    for await (const one of client.db(database).listCollections({}, { ...asBytes, nameOnly: false })) {
      const { name, type, options } = exactDocument(one);
      const shape = { type: (type ?? 'collection') as Listed['type'], options: extendedJson(options ?? {}) };
      listed.set(keyOf({ database, collection: name }), shape);
    }
  }
  return listed;
}

async function indexesOf(client: MongoClient, database: string, collection: string) {
  const found = await client.db(database).collection(collection).listIndexes(asBytes).toArray();
  return found.map((one) => extendedJson(exactDocument(one)));
}

function extendedJson(value: Document): Record<string, unknown> {
  return EJSON.serialize(value, { relaxed: false });
}

/** A view reads what it read, under the name that this has now. */
function followed<T extends CollectionShape>(shape: T, renamed: (viewOn: string) => string | undefined): T {
  const { viewOn } = shape.options;
  if (shape.type !== 'view' || typeof viewOn !== 'string') return shape;
  return { ...shape, options: { ...shape.options, viewOn: renamed(viewOn) ?? viewOn } };
}

/** Newer servers give every time-series an index by themselves. */
function isServersOwn({ type }: Listed, { what, change }: ShapeDifference): boolean {
  return type === 'timeseries' && what === 'index' && change === 'added';
}

function wordsOf({ what, name, change }: ShapeDifference): string {
  if (what === 'type') return `it is a ${name}`;
  const which = what === 'view' ? 'what the view reads' : `the ${what === 'index' ? 'index' : 'option'} ${name}`;
  if (change === 'removed') return `${which} is missing`;
  return change === 'added' ? `${which} is not in the backup` : `${which} is another one`;
}

function keyOf({ database, collection }: { readonly database: string; readonly collection: string }): string {
  return `${database}.${collection}`;
}
