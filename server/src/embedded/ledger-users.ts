import { type Db, type Document, type MongoClient, MongoServerError } from 'mongodb';
import type { LedgerCredentials, Login } from './ledger-folder.ts';
import type { LedgerRole } from './ledger-role.ts';

const roleName = 'holdfastLedger';

/** The rights of a deployment that is backed up and restored: what an administrator would give to Holdfast on a server of his own. */
const sampleRoles = ['readWriteAnyDatabase', 'dbAdminAnyDatabase', 'backup', 'restore', 'clusterMonitor'];

/** Makes the role and users, or brings existing ones to this state: an upgrade that needs more gets it. As `__system`. */
export async function ensureLedgerUsers(
  client: MongoClient,
  role: LedgerRole,
  credentials: LedgerCredentials,
): Promise<void> {
  const admin = client.db('admin');
  await createOrUpdate(admin, 'Role', roleName, { ...role });
  await ensureUser(admin, credentials.ledger, [roleName]);
  await ensureUser(admin, credentials.sample, sampleRoles);
}

async function ensureUser(admin: Db, { user, password }: Login, roles: readonly string[]): Promise<void> {
  await createOrUpdate(admin, 'User', user, { pwd: password, roles });
}

async function createOrUpdate(admin: Db, kind: 'Role' | 'User', name: string, rest: Document): Promise<void> {
  try {
    await admin.command({ [`update${kind}`]: name, ...rest });
  } catch (error) {
    if (!(error instanceof MongoServerError && /^(User|Role)NotFound$/.test(error.codeName ?? ''))) throw error;
    await admin.command({ [`create${kind}`]: name, ...rest });
  }
}
