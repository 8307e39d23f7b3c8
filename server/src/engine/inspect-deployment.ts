// Connects to a deployment and says what it is and holds. Failures are OperationFailures; nothing here changes anything.
import { type CollectionInfo, type Document, MongoClient, MongoServerError } from 'mongodb';
import { driverConnectionString, toolTimeouts } from './client-connection-strings.ts';
import { collectionSizes } from './collection-sizes.ts';
import { type DeploymentAddress, secretsOf } from './connection-string.ts';
import { connectFailure, explained } from './driver-failure.ts';
import { asBytes, exactDocument } from './exact-bson.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface ConnectOptions {
  /** For finding a usable server; default: what the connection string says, at most 30 s, else 5 s. */
  readonly timeoutMs?: number;
  /** Gives up with its reason when aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Connects and signs in, or throws OperationFailure (authentication-failed, not-authorized, unreachable) within about twice
 * the time limit. Talks to the primary. The caller closes the client.
 */
export async function connectDeployment(
  address: DeploymentAddress,
  options: ConnectOptions = {},
): Promise<MongoClient> {
  const { signal } = options;
  const timeoutMs = options.timeoutMs ?? toolTimeouts(address, 5).serverSelectionSeconds * 1_000;
  let client: MongoClient | undefined;
  try {
    client = new MongoClient(driverConnectionString(address), {
      appName: 'holdfast',
      serverSelectionTimeoutMS: timeoutMs,
      connectTimeoutMS: timeoutMs,
      maxPoolSize: 16,
    });
    const signedIn = withinTime(signIn(client), 2 * timeoutMs);
    await (signal === undefined ? signedIn : unlessAborted(signal, signedIn));
    return client;
  } catch (error) {
    await client?.close().catch(() => undefined);
    signal?.throwIfAborted();
    throw connectFailure(error, address, secretsOf(address.uri));
  }
}

export interface DeploymentFacts {
  readonly version: string;
  /** null where the user may not see it. */
  readonly featureCompatibilityVersion: string | null;
  readonly replicaSet: string | null;
  /**
   * Tells one replica set from every other: the id in its configuration. Where the user may not see that (`clusterMonitor`
   * may), its name and members, which at least two such users see alike. null outside a replica set.
   */
  readonly replicaSetId: string | null;
  /** `host:port` of each, as the set names them to every user; none outside a replica set. */
  readonly replicaSetMembers: readonly string[];
  /** It is reached through mongos. */
  readonly sharded: boolean;
  /** It is one shard of a cluster, or its config server, connected to past mongos; false where the user may not see that. */
  readonly shardMember: boolean;
}

/** What the deployment is. Needs no privilege for most of it. Throws OperationFailure. */
export async function inspectDeployment(client: MongoClient): Promise<DeploymentFacts> {
  return await explained(async () => {
    const admin = client.db('admin');
    const [hello, { version }] = await Promise.all([admin.command({ hello: 1 }), admin.command({ buildInfo: 1 })]);
    const fcv = await ifAllowed(admin.command({ getParameter: 1, featureCompatibilityVersion: 1 }));
    const replicaSet = typeof hello.setName === 'string' ? hello.setName : null;
    return {
      version: String(version),
      featureCompatibilityVersion: fcv?.featureCompatibilityVersion?.version ?? null,
      replicaSet,
      replicaSetId: replicaSet === null ? null : await replicaSetIdOf(client, hello),
      replicaSetMembers: membersOf(hello),
      sharded: hello.msg === 'isdbgrid',
      shardMember: hello.msg !== 'isdbgrid' && (hello.configsvr !== undefined || (await isShard(client))),
    };
  });
}

/** What a namespace is, its size aside. */
export interface ListedNamespace {
  readonly database: string;
  readonly collection: string;
  /** A time-series is listed once, by its own name. */
  readonly type: 'collection' | 'view' | 'timeseries';
  /** As the server lists them, of exact types: capped, validator, collation, timeseries, viewOn, pipeline... */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of what is stored there, hex: another one is another collection of the same name. null for a view. */
  readonly uuid: string | null;
}

export interface FoundNamespace extends ListedNamespace {
  /** The server's estimate; for a time-series its buckets; 0 for a view. */
  readonly documents: number;
  /** The server's estimate of the raw BSON. */
  readonly bytes: number;
}

export interface ListOptions {
  /** Only this database: then no privilege to list databases is needed. */
  readonly database?: string | null;
  /** What to leave out. */
  readonly exclude?: (database: string, collection: string) => boolean;
}

/**
 * Lists what a dump of the same scope holds, by name: everything that the user may see but admin, config and local, and the
 * server's own collections (`system.js` belongs to the data). A few seconds for 5,000 collections. Throws OperationFailure.
 */
export async function listNamespaces(client: MongoClient, options: ListOptions = {}): Promise<FoundNamespace[]> {
  const found = await listStructure(client, options);
  const stored = found.filter(({ type }) => type !== 'view');
  const sizes = await explained(() => collectionSizes(client, stored));
  const sizeOf = new Map(stored.map((namespace, index) => [namespace, sizes[index]]));
  return found.map((namespace) => ({ ...namespace, ...(sizeOf.get(namespace) ?? { documents: 0, bytes: 0 }) }));
}

/** As `listNamespaces`, sizes aside: one question for each database. Throws OperationFailure. */
export async function listStructure(client: MongoClient, options: ListOptions = {}): Promise<ListedNamespace[]> {
  const databases = options.database ? [options.database] : await explained(() => databaseNames(client));
  const found: ListedNamespace[] = [];
  for (const database of databases.filter((name) => !serversOwn.has(name))) {
    for (const namespace of await explained(() => collectionsOf(client, database))) {
      if (!options.exclude?.(database, namespace.collection)) found.push(namespace);
    }
  }
  return found.sort((a, b) => compare(a.database, b.database) || compare(a.collection, b.collection));
}

/** Whether a database holds anything that the user may see; `system.views`, which outlives its views, is nothing by itself. */
export async function databaseExists(client: MongoClient, database: string): Promise<boolean> {
  const options = { nameOnly: true, authorizedCollections: true, batchSize: 1 };
  return await explained(async () => {
    await using cursor = client.db(database).listCollections({ name: { $ne: 'system.views' } }, options);
    return await cursor.hasNext();
  });
}

const serversOwn = new Set(['admin', 'config', 'local']);

async function signIn(client: MongoClient): Promise<void> {
  await client.connect();
  await client.db('admin').command({ ping: 1 });
}

async function withinTime(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A shard knows which it is; who may back up may read that, and who may see the server's status sees it there. */
async function isShard(client: MongoClient): Promise<boolean> {
  const admin = client.db('admin');
  const identity = { find: 'system.version', filter: { _id: 'shardIdentity' }, limit: 1 };
  const found = await ifAllowed(admin.command(identity));
  if (found !== null) return found.cursor.firstBatch.length > 0;
  const status = await ifAllowed(admin.command({ serverStatus: 1, metrics: 0, wiredTiger: 0, tcmalloc: 0 }));
  return status?.sharding !== undefined;
}

async function replicaSetIdOf(client: MongoClient, hello: Document): Promise<string> {
  const answer = await ifAllowed(client.db('admin').command({ replSetGetConfig: 1 }));
  const id = answer?.config?.settings?.replicaSetId;
  if (id !== undefined) return String(id);
  return `${hello.setName}/${membersOf(hello).join(',')}`;
}

function membersOf(hello: Document): string[] {
  return [...(hello.hosts ?? []), ...(hello.passives ?? [])].map(String).sort();
}

/** Not every user may ask, and not every kind of server knows the answer. */
async function ifAllowed(answer: Promise<Document>): Promise<Document | null> {
  return await answer.catch((error: unknown) => {
    if (error instanceof MongoServerError) return null;
    throw error;
  });
}

async function databaseNames(client: MongoClient): Promise<string[]> {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  return databases.map(({ name }) => name);
}

async function collectionsOf(client: MongoClient, database: string): Promise<ListedNamespace[]> {
  const answered: unknown[] = await client
    .db(database)
    .listCollections({}, { ...asBytes, nameOnly: false })
    .toArray();
  const listed = answered.map(exactDocument) as CollectionInfo[];
  const uuids = new Map(listed.map(({ name, info }) => [name, info?.uuid?.toString('hex') ?? null]));
  return listed
    .filter(({ name }) => name === 'system.js' || !name.startsWith('system.'))
    .map(({ name, type = 'collection', options = {} }) => ({
      database,
      collection: name,
      type: type as ListedNamespace['type'],
      options,
      uuid: uuids.get(name) ?? uuids.get(`system.buckets.${name}`) ?? null,
    }));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
