// What the cases of the fault matrix share: the deployment and the ledger's three mongods; and what each has of its own: servers
// with their folders, a destination, a ledger database from nothing.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { Ledger } from '../../ledger/ledger.ts';
import { openWholeLedger } from '../ledger-load.ts';
import { startReplicaSet, type TestMongo } from '../mongo.ts';
import { until } from '../until.ts';
import type { FaultCase } from './fault-cases.ts';
import { FaultServer } from './fault-server.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';
import { fillShop, isShop, recordShop, shop } from './source-data.ts';

/** How long a claim holds in these tests. */
export const leaseMs = 4_000;
/** How long a server that is told to stop lets work run on. */
export const drainMs = 3_000;

export interface FaultStage extends AsyncDisposable {
  readonly source: TestMongo;
  /** Of two users of the source: one may back up and restore, and so swaps by renames; the other may do everything. */
  readonly uris: { readonly limited: string; readonly almighty: string };
  readonly ledger: TestMongo;
}

export async function openFaultStage(): Promise<FaultStage> {
  const [source, ledger] = await Promise.all([startReplicaSet({ auth: true }), startReplicaSet({ members: 3 })]);
  const anything = { resource: { anyResource: true }, actions: ['anyAction'] };
  await source.client.db('admin').command({ createRole: 'anything', privileges: [anything], roles: [] });
  const roles = ['backup', 'restore'];
  const limited = await source.addUser('limited', roles);
  const almighty = await source.addUser('almighty', [...roles, 'anything']);
  await recordShop(source);
  return {
    source,
    uris: { limited, almighty },
    ledger,
    async [Symbol.asyncDispose]() {
      await Promise.all([source.stop(), ledger.stop()]);
    },
  };
}

/** One case's own. The first server is the one that the fault hits. */
export interface Scene extends AsyncDisposable {
  readonly source: TestMongo;
  readonly ledgerMongo: TestMongo;
  /** The ledger as yet another server would have it. */
  readonly ledger: Ledger;
  readonly ledgerClient: MongoClient;
  readonly storageDir: string;
  readonly disk: SmallDisk | null;
  readonly worker: FaultServer;
  readonly other: FaultServer | null;
  readonly servers: readonly FaultServer[];
  /** The user of the source may; the limited one may not. */
  readonly mayDropDatabases: boolean;
}

const ledgerDatabase = 'holdfast';

export async function openScene(stage: FaultStage, { fault, servers: count }: FaultCase): Promise<Scene> {
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-fault-'));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const disk = fault === 'disk-full' ? parts.use(await mountSmallDisk(join(folder, 'disk'), 700)) : null;
  const ledgerMongo = disk ? parts.use(await startReplicaSet({ folder: disk.folder })) : stage.ledger;
  const { source } = stage;
  if (!(await isShop(source, 'as-backed-up'))) await fillShop(source, 'as-backed-up');

  const storageDir = join(disk?.folder ?? folder, 'archives');
  await mkdir(storageDir);
  const ledgerClient = new MongoClient(ledgerMongo.uri);
  parts.defer(() => ledgerClient.close());
  await ledgerClient.db(ledgerDatabase).dropDatabase();
  const user = count === 1 ? 'limited' : 'almighty';
  const env = {
    ...environment(ledgerMongo, storageDir),
    // Both ways of the swap: one server is held between two renames, two after the one command.
    MONGODB_URI: stage.uris[user].replace('/?', `/${shop}?`),
    ...(fault.startsWith('clock-') ? fakeTime() : {}),
  };
  const [worker, other = null] = ['a', 'b'].slice(0, count).map((name) => new FaultServer(folder, name, env));
  if (worker === undefined) throw new Error('a case has at least one server');
  const servers = other ? [worker, other] : [worker];
  for (const server of servers) {
    parts.defer(() => server.stop());
    await server.start();
  }
  await disableSchedule(worker);
  const ledger = await openWholeLedger(ledgerClient, ledgerDatabase);
  parts.defer(() => ledger.close());
  const owned = parts.move();
  const close = () => owned.disposeAsync();
  const made = { source, ledgerMongo, ledger, ledgerClient, storageDir, disk, worker, other, servers };
  return { ...made, mayDropDatabases: user === 'almighty', [Symbol.asyncDispose]: close };
}

function environment(ledger: TestMongo, storageDir: string): Record<string, string> {
  return {
    LEDGER_URI: ledger.uri,
    HOLDFAST_STORAGE_URL: `file:${storageDir}`,
    HOLDFAST_STORAGE_SHARED: 'true',
    HOLDFAST_SECRET_KEY: randomBytes(32).toString('hex'),
    HOLDFAST_API_KEY: `hf_${randomBytes(32).toString('hex')}`,
    HOLDFAST_LEASE_SECONDS: String(leaseMs / 1_000),
    HOLDFAST_DRAIN_SECONDS: String(drainMs / 1_000),
  };
}

const libraries = ['x86_64', 'aarch64'].map((arch) => `/usr/lib/${arch}-linux-gnu/faketime/libfaketimeMT.so.1`);

/** The preloaded library answers for the clock; monotonic time goes on as it is, as on a real machine. */
function fakeTime(): Record<string, string> {
  const library = libraries.find((path) => existsSync(path));
  if (library === undefined) throw new Error('stepping the clock needs libfaketime: apt-get install faketime');
  return { LD_PRELOAD: library, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}

/** No due time may come in between. */
async function disableSchedule({ api }: FaultServer): Promise<void> {
  const policies = await until(
    () => api.policies.list.query(),
    ({ length }) => length > 0,
  );
  for (const { id, scheduledHour, retentionCount, timezone } of policies)
    await api.policies.set.mutate({ id, enabled: false, scheduledHour, retentionCount, timezone });
}
