// Looking at a deployment with the driver: that it answers, what it is, and which collections it has.
import { OperationFailure } from '@holdfast/shared/failures';
import { type Document, MongoClient, MongoServerError } from 'mongodb';
import { classifyDriverError } from './classify-driver-error.ts';
import { driverConnectionString } from './client-connection-strings.ts';
import type { DeploymentAddress } from './connection-string.ts';
import { inParallel } from './in-parallel.ts';

/** What a deployment is. */
export interface DeploymentFacts {
  readonly version: string;
  readonly featureCompatibilityVersion: string | null;
  readonly replicaSet: string | null;
  /** Names the set for good: two connection strings with the same one lead to the same data. */
  readonly replicaSetId: string | null;
  readonly sharded: boolean;
}

/** A collection that a backup should hold. A time-series is listed once, by its own name. */
export interface FoundNamespace {
  readonly database: string;
  readonly collection: string;
  readonly type: 'collection' | 'view' | 'timeseries';
  /** As the server's metadata says: an estimate. For a time-series, its buckets. 0 for a view, or where the user may not ask. */
  readonly documents: number;
  /** Raw BSON bytes, an estimate. */
  readonly bytes: number;
  readonly options: Document;
}

const defaultTimeoutMs = 5_000;

/**
 * Connects and asks once. Throws `unreachable` (within the timeout), `authentication-failed`, `not-authorized`; messages hold no
 * secret. The caller closes the client.
 */
export async function connectDeployment(
  address: DeploymentAddress,
  { timeoutMs = defaultTimeoutMs }: { readonly timeoutMs?: number } = {},
): Promise<MongoClient> {
  const client = new MongoClient(driverConnectionString(address), {
    appName: 'holdfast',
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    promoteValues: true,
  });
  try {
    await client.connect();
    await client.db('admin').command({ ping: 1 });
    return client;
  } catch (error) {
    await client.close();
    throw classifyDriverError(error, address);
  }
}

/** What the deployment is; what the user may not ask is null. */
export async function inspectDeployment(client: MongoClient): Promise<DeploymentFacts> {
  const admin = client.db('admin');
  const hello = await admin.command({ hello: 1 });
  const build = await admin.command({ buildInfo: 1 });
  const parameter = await allowed(() => admin.command({ getParameter: 1, featureCompatibilityVersion: 1 }));
  const replicaSet = typeof hello.setName === 'string' ? hello.setName : null;
  return {
    version: String(build.version),
    featureCompatibilityVersion: parameter?.featureCompatibilityVersion?.version ?? null,
    replicaSet,
    replicaSetId: replicaSet === null ? null : await replicaSetIdOf(client, hello),
    sharded: hello.msg === 'isdbgrid',
  };
}

/** From the configuration where the user may read it, else from every `hello`: the election id's host part does not change. */
async function replicaSetIdOf(client: MongoClient, hello: Document): Promise<string> {
  const config = await allowed(() => client.db('admin').command({ replSetGetConfig: 1 }));
  const id = config?.config?.settings?.replicaSetId;
  if (id !== undefined) return String(id);
  const members = [...(hello.hosts ?? []), ...(hello.passives ?? [])].map(String).sort();
  return `${hello.setName}/${members.join(',')}`;
}

export interface ListOptions {
  /** Only this database; null or absent: every one. */
  readonly database?: string | null;
  readonly exclude: (database: string, collection: string) => boolean;
}

const serverDatabases = new Set(['admin', 'config', 'local']);
const bucketPrefix = 'system.buckets.';
const questionsAtOnce = 8;

/** The collections, views and time-series that a backup should hold, in the server's order. Throws `not-authorized`. */
export async function listNamespaces(
  client: MongoClient,
  { database, exclude }: ListOptions,
): Promise<FoundNamespace[]> {
  const databases = database == null ? await databaseNames(client) : [database];
  const found: FoundNamespace[] = [];
  for (const name of databases) found.push(...(await namespacesOf(client, name, exclude)));
  return found;
}

async function databaseNames(client: MongoClient): Promise<string[]> {
  const { databases } = await permitted('list databases', () =>
    client.db('admin').admin().listDatabases({ nameOnly: true, authorizedDatabases: true }),
  );
  return databases.map(({ name }) => name).filter((name) => !serverDatabases.has(name));
}

async function namespacesOf(
  client: MongoClient,
  database: string,
  exclude: ListOptions['exclude'],
): Promise<FoundNamespace[]> {
  const listed = await permitted(`list the collections of ${database}`, () =>
    client.db(database).listCollections().toArray(),
  );
  const wanted = listed.filter(({ name }) => !name.startsWith('system.') && !exclude(database, name));
  return inParallel(wanted, questionsAtOnce, async ({ name, type = 'collection', ...rest }) => {
    const options = (rest as { options?: Document }).options ?? {};
    const sizes =
      type === 'view'
        ? { documents: 0, bytes: 0 }
        : await sizesOf(client, database, type === 'timeseries' ? bucketPrefix + name : name);
    return { database, collection: name, type: type as FoundNamespace['type'], ...sizes, options };
  });
}

async function sizesOf(
  client: MongoClient,
  database: string,
  collection: string,
): Promise<{ documents: number; bytes: number }> {
  const answer = await allowed(() =>
    client
      .db(database)
      .collection(collection)
      .aggregate([
        { $collStats: { storageStats: { scale: 1 } } },
        { $project: { count: '$storageStats.count', size: '$storageStats.size' } },
      ])
      .toArray(),
  );
  const shards = answer ?? [];
  const sum = (of: (shard: Document) => unknown) => shards.reduce((total, shard) => total + Number(of(shard) ?? 0), 0);
  return { documents: sum(({ count }) => count), bytes: sum(({ size }) => size) };
}

const unauthorized = 13;
const unsupported = new Set([59, 115, 26, 40324, 166]);

/** undefined where the user may not ask, or the server cannot say. */
async function allowed<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof MongoServerError && (error.code === unauthorized || unsupported.has(Number(error.code))))
      return undefined;
    throw error;
  }
}

async function permitted<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof MongoServerError && error.code === unauthorized) {
      throw new OperationFailure('not-authorized', `The user may not ${what}.`, { cause: error });
    }
    throw error;
  }
}
