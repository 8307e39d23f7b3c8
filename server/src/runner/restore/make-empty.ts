// Small collections, made with their indexes before mongorestore fills them. On an empty collection an index costs the server a
// fraction of what it costs to build one over documents, however few: of thousands of collections that is most of a restore.
import { EJSON } from 'bson';
import { type MongoClient, MongoServerError } from 'mongodb';
import { dropFromJson } from '../../archive/edit-json.ts';
import { explained } from '../../engine/driver-failure.ts';
import type { StagedNamespace } from './prove-namespaces.ts';
import { sideBySide } from './side-by-side.ts';
import type { Acknowledgement } from './staged-writes.ts';
import { stagedShape, type TtlWay } from './ttl-indexes.ts';

/** With more than this it is quicker to build an index over all documents than to enter each. */
const smallBytes = 256 * 1024;
const atOnce = 8;

export interface EmptyOptions {
  readonly ttl: TtlWay;
  readonly acknowledged: Acknowledgement;
  readonly signal: AbortSignal;
  /** Right before each is made; stops by throwing. */
  readonly before: () => void;
}

/**
 * Resolves with those that were made, with every index that is staged. Others are mongorestore's: large ones, such with options, and what
 * the server refuses, of which the tool will say why. Throws OperationFailure, and the signal's reason.
 */
export async function makeEmpty(
  client: MongoClient,
  staged: readonly StagedNamespace[],
  { ttl, acknowledged, signal, before }: EmptyOptions,
): Promise<ReadonlySet<StagedNamespace>> {
  const made = new Set<StagedNamespace>();
  await sideBySide(staged, { atOnce, signal }, async (one) => {
    const indexes = indexesOf(one, ttl);
    if (indexes.length === 0) return;
    before();
    if (await isMade(client, one, indexes, acknowledged)) made.add(one);
  });
  return made;
}

/** The metadata of an archive's prelude, for mongorestore, of a collection that has its indexes already. */
export function withoutIndexes(metadata: string): string {
  return metadata === '' ? metadata : dropFromJson(metadata, (path) => path.length === 2 && path[0] === 'indexes');
}

type Index = Readonly<Record<string, unknown>>;

/** As `createIndexes` takes them, without that of `_id`, which every collection gets; none for one that is left to mongorestore. */
function indexesOf({ namespace }: StagedNamespace, ttl: TtlWay): Index[] {
  const { type, collection, options, indexes, bytes } = stagedShape(namespace, ttl);
  const isPlain = type === 'collection' && !collection.startsWith('system.') && Object.keys(options).length === 0;
  if (!isPlain || bytes > smallBytes || indexes.some(mayBeReordered)) return [];
  return indexes.filter(({ name }) => name !== '_id_').map(({ ns: _, ...index }) => index);
}

/** Objects have names that are numbers first, and in the key of an index the order has a meaning. */
function mayBeReordered(index: Index): boolean {
  return /"\d+":/.test(JSON.stringify(index));
}

/** One command makes both, or nothing. */
async function isMade(
  client: MongoClient,
  { database, collection }: StagedNamespace,
  indexes: readonly Index[],
  acknowledged: Acknowledgement,
): Promise<boolean> {
  const described = indexes.map((index) => EJSON.parse(JSON.stringify(index), { relaxed: false }));
  const command = {
    createIndexes: collection,
    indexes: described,
    writeConcern: { w: acknowledged === 'majority' ? 'majority' : 1 },
  } as const;
  try {
    await explained(() => client.db(database).command(command));
    return true;
  } catch (error) {
    if (error instanceof MongoServerError) return false;
    throw error;
  }
}
