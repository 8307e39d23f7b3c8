// Real MongoDB servers for tests: a container where a Docker engine answers, else the local binary of `testTools`.
import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { initiateReplicaSet, waitForPrimary } from '../embedded/replica-set.ts';
import { systemClient } from '../embedded/system-client.ts';
import { launchTestMongod } from './launch-mongod.ts';

export interface TestMongoOptions {
  /** Servers in the replica set. */
  readonly members?: number;
  /** Access control with a keyfile; `uri` is then a user's with the role `root`. */
  readonly auth?: boolean;
  /** Major version (`6.0`) or more exactly; default: whatever is there. */
  readonly version?: string;
  /** Its data lies in there, on whatever disk that is; then it runs from the local binary. */
  readonly folder?: string;
  /** Server parameters to begin with: `name=value`. */
  readonly parameters?: readonly string[];
  /** What it may become in a sharded cluster (`addShard`); then it runs from the local binary. */
  readonly clusterRole?: 'shard' | 'config';
}

export interface TestMongo extends AsyncDisposable {
  /** Connects to all of it as an administrator; the same after a restart. */
  readonly uri: string;
  readonly client: MongoClient;
  /** Data folder and port of the first server. */
  readonly dbPath: string;
  readonly port: number;
  /** Of the servers that run right now; empty when they run in containers. */
  readonly pids: readonly number[];
  /** With `auth`: creates a user in `admin` and returns its connection string. */
  addUser(name: string, roles: readonly (string | { readonly role: string; readonly db: string })[]): Promise<string>;
  /** SIGKILL for every server; data, ports and uri stay. */
  kill(): Promise<void>;
  /** SIGKILL for the primary alone. */
  killPrimary(): Promise<void>;
  /** Makes the primary a secondary that may not be elected again for some seconds; resolves once it has let go. */
  stepDown(): Promise<void>;
  /** Starts every server that does not run; resolves once there is a primary. */
  revive(): Promise<void>;
  /** Starts every server again, ending one that still runs by SIGTERM; resolves once there is a primary. */
  restart(): Promise<void>;
  /** Ends everything and removes the data; idempotent. */
  stop(): Promise<void>;
}

/** One test server's process or container. Its port and data stay the same over restarts. */
export interface TestMongod {
  readonly port: number;
  readonly dbPath: string;
  readonly pid: number | undefined;
  start(): Promise<void>;
  /** SIGTERM or SIGKILL, and waits for its end; idempotent. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Removes its data. */
  remove(): Promise<void>;
}

/** Makes a replica set with the role `shard` one of the cluster that the other is the config server of. */
export async function addShard(config: TestMongo, shard: TestMongo): Promise<void> {
  const place = `${setName('shard')}/127.0.0.1:${shard.port}`;
  await config.client.db('admin').command({ _configsvrAddShard: place, writeConcern: { w: 'majority' } });
}

function setName(clusterRole: TestMongoOptions['clusterRole']): string {
  return `${clusterRole ?? 'rs'}0`;
}

/** A replica set with a writable primary. */
export async function startReplicaSet(options: TestMongoOptions = {}): Promise<TestMongo> {
  return await start({ ...options, members: options.members ?? 1, replicaSet: true });
}

/** A single server that is no replica set: no transactions, no change streams. */
export async function startStandalone(options: Omit<TestMongoOptions, 'members'> = {}): Promise<TestMongo> {
  return await start({ ...options, members: 1, replicaSet: false });
}

async function start(options: TestMongoOptions & { members: number; replicaSet: boolean }): Promise<TestMongo> {
  const key = options.auth === true ? randomBytes(48).toString('base64') : undefined;
  const { clusterRole } = options;
  const replicaSet = options.replicaSet ? setName(clusterRole) : undefined;
  const launch = {
    replicaSet,
    key,
    clusterRole,
    version: options.version,
    folder: options.folder,
    parameters: options.parameters,
  };
  const servers: TestMongod[] = [];
  try {
    for (let index = 0; index < options.members; index += 1) {
      servers.push(await launchTestMongod({ ...launch, inGroup: options.members > 1 }));
    }
    return await assemble(servers, launch, key);
  } catch (error) {
    await removeAll(servers);
    throw error;
  }
}

async function assemble(
  servers: readonly TestMongod[],
  set: { readonly replicaSet: string | undefined; readonly clusterRole: TestMongoOptions['clusterRole'] },
  key: string | undefined,
): Promise<TestMongo> {
  const { replicaSet } = set;
  const [first] = servers;
  if (first === undefined) throw new Error('a replica set has at least one member');
  const hosts = servers.map(({ port }) => `127.0.0.1:${port}`);
  await prepare(first.port, hosts, set, key);
  const uriOf = (user: string | undefined) => {
    const credentials =
      user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(passwordOf(user))}@`;
    const parameters = [
      ...(replicaSet === undefined ? ['directConnection=true'] : [`replicaSet=${replicaSet}`]),
      ...(user === undefined ? [] : ['authSource=admin']),
    ];
    return `mongodb://${credentials}${hosts.join(',')}/?${parameters.join('&')}`;
  };
  const uri = uriOf(key === undefined ? undefined : rootUser);
  const client = new MongoClient(uri);
  await waitForPrimary(client, { timeoutMs: 30_000 });
  return new RunningTestMongo({ uri, client, servers, first, uriOf });
}

const rootUser = 'root';

/** Tests need no secret passwords, only such that are found when they leak. */
function passwordOf(user: string): string {
  return `password-of-${user}`;
}

async function prepare(
  port: number,
  hosts: readonly string[],
  { replicaSet, clusterRole }: Parameters<typeof assemble>[1],
  key: string | undefined,
): Promise<void> {
  const client =
    key === undefined ? new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`) : systemClient(port, key);
  try {
    // Elections are quick on one machine; the default waits ten seconds for each.
    if (clusterRole === 'config') await initiateConfigServer(client, hosts);
    else if (replicaSet !== undefined)
      await initiateReplicaSet(client, replicaSet, hosts, { electionTimeoutMillis: 1_000 });
    await waitForPrimary(client, { timeoutMs: 30_000 });
    if (key === undefined) return;
    await client.db('admin').command({ createUser: rootUser, pwd: passwordOf(rootUser), roles: ['root'] });
  } finally {
    await client.close();
  }
}

async function initiateConfigServer(client: MongoClient, hosts: readonly string[]): Promise<void> {
  const members = hosts.map((host, index) => ({ _id: index, host }));
  await client.db('admin').command({ replSetInitiate: { _id: setName('config'), configsvr: true, members } });
}

interface Parts {
  readonly uri: string;
  readonly client: MongoClient;
  readonly servers: readonly TestMongod[];
  readonly first: TestMongod;
  readonly uriOf: (user: string) => string;
}

class RunningTestMongo implements TestMongo {
  readonly uri: string;
  readonly client: MongoClient;
  readonly dbPath: string;
  readonly port: number;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.uri = parts.uri;
    this.client = parts.client;
    this.dbPath = parts.first.dbPath;
    this.port = parts.first.port;
  }

  get pids(): readonly number[] {
    return this.#parts.servers.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  async addUser(name: string, roles: readonly (string | { readonly role: string; readonly db: string })[]) {
    await this.client.db('admin').command({ createUser: name, pwd: passwordOf(name), roles });
    return this.#parts.uriOf(name);
  }

  async kill(): Promise<void> {
    await Promise.all(this.#parts.servers.map((server) => server.end('SIGKILL')));
  }

  async killPrimary(): Promise<void> {
    const { me } = await waitForPrimary(this.client, { timeoutMs: 30_000 });
    await this.#parts.servers.find(({ port }) => me === `127.0.0.1:${port}`)?.end('SIGKILL');
  }

  async stepDown(): Promise<void> {
    const command = { replSetStepDown: 5, secondaryCatchUpPeriodSecs: 2, force: true };
    await this.client.db('admin').command(command);
  }

  async revive(): Promise<void> {
    const ended = this.#parts.servers.filter(({ pid }) => pid === undefined);
    await Promise.all(ended.map((server) => server.start()));
    await waitForPrimary(this.client, { timeoutMs: 60_000 });
  }

  async restart(): Promise<void> {
    await Promise.all(this.#parts.servers.map((server) => server.end('SIGTERM')));
    await Promise.all(this.#parts.servers.map((server) => server.start()));
    await waitForPrimary(this.client, { timeoutMs: 30_000 });
  }

  async stop(): Promise<void> {
    await this.client.close();
    await removeAll(this.#parts.servers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function removeAll(servers: readonly TestMongod[]): Promise<void> {
  await Promise.all(servers.map((server) => server.end('SIGKILL')));
  await Promise.all(servers.map((server) => server.remove()));
}
