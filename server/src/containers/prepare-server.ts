// Makes a fresh mongod of the composition usable: a replica set, and the one user that Holdfast connects as. It signs in as
// `__system` with the keyfile, so that no server ever needs a root password or the localhost exception.
import { type Document, MongoClient } from 'mongodb';
import { ledgerRole } from '../embedded/ledger-role.ts';
import { initiateReplicaSet, waitForPrimary } from '../embedded/replica-set.ts';
import { eventsCollection, mutableCollections } from '../ledger/collections.ts';
import { loadSample } from '../sample/load-sample.ts';
import type { ServerSecrets } from './secret-files.ts';

const ledgerDatabase = 'holdfast';
const ledgerRoleName = 'holdfastLedger';
const sampleDatabase = 'shop';
const patienceMs = 120_000;

/** What Holdfast needs on a server that it backs up and restores. */
const backupRoles = ['readWriteAnyDatabase', 'dbAdminAnyDatabase', 'backup', 'restore', 'clusterMonitor'];

/** The ledger's server: its user may find and insert events, and do nothing else to them. Idempotent. */
export async function prepareLedger(secrets: ServerSecrets): Promise<void> {
  await asSystem(secrets, async (client) => {
    const role = ledgerRole(ledgerDatabase, { events: eventsCollection, others: mutableCollections });
    await createOrUpdate(client, 'Role', ledgerRoleName, { ...role });
    await createOrUpdate(client, 'User', secrets.user, { pwd: secrets.password, roles: [ledgerRoleName] });
  });
}

/** The demo's server: the sample shop, loaded once, and a user who may back it up and restore it. Idempotent. */
export async function prepareDemo(secrets: ServerSecrets): Promise<void> {
  await asSystem(secrets, async (client) => {
    await createOrUpdate(client, 'User', secrets.user, { pwd: secrets.password, roles: backupRoles });
  });
  await using client = new MongoClient(secrets.uri);
  const [found] = await client.db(sampleDatabase).listCollections({}, { nameOnly: true }).toArray();
  if (!found) await loadSample(client, sampleDatabase);
}

async function asSystem(secrets: ServerSecrets, work: (client: MongoClient) => Promise<void>): Promise<void> {
  await using client = await connect(secrets);
  await initiateReplicaSet(client, secrets.replicaSet, [secrets.host]);
  await waitForPrimary(client, { timeoutMs: patienceMs });
  await work(client);
}

/** mongod may still be starting: its container is only known to have been started. */
async function connect({ host, key }: ServerSecrets): Promise<MongoClient> {
  const client = new MongoClient(`mongodb://${host}/`, {
    auth: { username: '__system', password: key },
    authSource: 'local',
    authMechanism: 'SCRAM-SHA-256',
    directConnection: true,
    serverSelectionTimeoutMS: patienceMs,
    appName: 'holdfast-containers',
  });
  return await client.connect();
}

async function createOrUpdate(client: MongoClient, kind: 'Role' | 'User', name: string, rest: Document): Promise<void> {
  const admin = client.db('admin');
  const { roles, users } = await admin.command({ [`${kind.toLowerCase()}sInfo`]: name });
  const verb = (roles ?? users).length === 0 ? 'create' : 'update';
  await admin.command({ [`${verb}${kind}`]: name, ...rest });
}
