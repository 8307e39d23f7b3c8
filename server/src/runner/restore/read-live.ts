// Live namespaces as mongodump would write them, read by the driver: single ones of any database, which the tool cannot dump at
// once. What they say of themselves and hold is taken as the bytes that it is.
import { OperationFailure } from '@holdfast/shared/failures';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import { type ClientSession, type Collection, type Filter, type MongoClient, MongoServerError } from 'mongodb';
import { blockCollection } from '../../archive/archive-prelude.ts';
import { type BsonValue, fieldOf } from '../../archive/bson-elements.ts';
import { extendedJson } from '../../archive/extended-json.ts';
import type { NamespaceFiles } from '../../archive/import/build-archive.ts';
import { dumpedPrefix } from '../../archive/users-and-roles.ts';
import { explained } from '../../engine/driver-failure.ts';

export interface LiveReading {
  readonly client: MongoClient;
  readonly signal: AbortSignal;
  /** All that is read in it is of one moment; without one each is read as a majority has it. */
  readonly session: ClientSession | undefined;
}

type Named = Pick<ManifestNamespace, 'database' | 'collection' | 'type'>;

/** Options and indexes at once, documents when they are asked for. Throws OperationFailure, `plan-outdated` for one that is gone. */
export async function liveNamespace(reading: LiveReading, namespace: Named): Promise<NamespaceFiles> {
  const { database, collection, type } = namespace;
  const metadata = await explained(() => metadataOf(reading, namespace));
  const from = { database, collection: blockCollection(namespace) };
  const documents = type === 'view' ? null : () => documentsOf(reading, from, {});
  return { database, collection, type, metadata, documents };
}

/** Users and roles: all of them, or those of one database, which a dump of it has within itself. Throws OperationFailure. */
export async function liveUsers(reading: LiveReading, database: string | null): Promise<NamespaceFiles[]> {
  const files: NamespaceFiles[] = [];
  for (const name of ['system.users', 'system.roles', 'system.version']) {
    const from = { database: 'admin', collection: name };
    const filter = database === null || name === 'system.version' ? {} : { db: database };
    const documents = () => documentsOf(reading, from, filter);
    if (database !== null) {
      files.push({ database, collection: `${dumpedPrefix}${name}`, type: 'collection', metadata: '', documents });
    } else if (await isThere(reading.client, name)) {
      files.push({ ...(await liveNamespace(reading, { ...from, type: 'collection' })), documents });
    }
  }
  return files;
}

/** Whether what was to be read as of one moment cannot be: that is too long ago by now, or too short. */
export function isSnapshotGone(error: unknown): boolean {
  return error instanceof MongoServerError && (error.code === snapshotTooOld || error.code === snapshotUnavailable);
}

const snapshotTooOld = 239;
const snapshotUnavailable = 246;
const chunkBytes = 1024 * 1024;

async function isThere(client: MongoClient, collection: string): Promise<boolean> {
  const found = await explained(() => client.db('admin').listCollections({ name: collection }).toArray());
  return found.length > 0;
}

async function metadataOf({ client }: LiveReading, { database, collection, type }: Named): Promise<string> {
  const listed = await client.db(database).listCollections({ name: collection }, asBytes).toArray();
  const [described] = listed as unknown as Buffer[];
  if (described === undefined) {
    const message = `${database}.${collection} was there when the plan was made, and is not any more.`;
    throw new OperationFailure('plan-outdated', message);
  }
  const options = optionsOf(described);
  const uuid = uuidOf(described);
  const fields = [
    ...(options === '{}' ? [] : [`"options":${options}`]),
    `"indexes":[${type === 'view' ? '' : (await indexesOf(client, { database, collection })).join(',')}]`,
    ...(uuid === undefined ? [] : [`"uuid":"${uuid}"`]),
    `"collectionName":${JSON.stringify(collection)}`,
    `"type":"${type}"`,
  ];
  return `{${fields.join(',')}}`;
}

/** The driver's types do not know that these commands can be answered in bytes. */
const asBytes = { raw: true } as never;

async function indexesOf(client: MongoClient, { database, collection }: Omit<Named, 'type'>): Promise<string[]> {
  const indexes = await client.db(database).collection(collection).listIndexes(asBytes).toArray();
  return (indexes as unknown as Buffer[]).map((index) => extendedJson(Buffer.from(index), 0, 'canonical'));
}

function optionsOf(described: Buffer): string {
  const options = fieldOf(described, 0, Buffer.from('options'));
  return options === undefined ? '{}' : extendedJson(options.bytes, options.start, 'canonical');
}

function uuidOf(described: Buffer): string | undefined {
  const info = fieldOf(described, 0, Buffer.from('info'));
  const uuid = info && fieldOf(info.bytes, info.start, Buffer.from('uuid'));
  return uuid && hexOf(uuid);
}

/** Behind the length and the kind of a binary value. */
function hexOf({ bytes, start, end }: BsonValue): string {
  return bytes.subarray(start + 5, end).toString('hex');
}

async function* documentsOf(
  { client, signal, session }: LiveReading,
  { database, collection }: Omit<Named, 'type'>,
  filter: Filter<object>,
): AsyncGenerator<Buffer> {
  const source: Collection<object> = client.db(database).collection(collection, {
    ...{ raw: true, readPreference: 'primary' },
    ...(session === undefined ? { readConcern: { level: 'majority' } } : {}),
  });
  await using cursor = source.find(filter, session === undefined ? {} : { session });
  const next = async () => {
    const document = (await explained(() => cursor.next())) as Buffer | null;
    signal.throwIfAborted();
    return document;
  };
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for (let document = await next(); document !== null; document = await next()) {
    pending.push(document);
    pendingBytes += document.length;
    if (pendingBytes < chunkBytes) continue;
    yield Buffer.concat(pending);
    [pending, pendingBytes] = [[], 0];
  }
  if (pendingBytes > 0) yield Buffer.concat(pending);
}
