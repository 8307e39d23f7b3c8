// Users and roles of a deployment: read as the documents that they are, and written so that passwords work as before. No command
// takes a password that is hashed already; the role `restore` may write the documents themselves, and the server notices at once.
import { OperationFailure } from '@holdfast/shared/failures';
import { type Document, deserialize, EJSON } from 'bson';
import { type Collection, type MongoClient, MongoServerError } from 'mongodb';
import { explained } from './driver-failure.ts';

/** A user or a role: `name` is `database.name`. */
export interface AccessDocument {
  readonly name: string;
  readonly database: string;
  /** The same for two that mean the same. */
  readonly content: string;
  readonly document: Document;
}

export interface AccessDocuments {
  readonly users: readonly AccessDocument[];
  readonly roles: readonly AccessDocument[];
}

/** All of the deployment. Throws OperationFailure('not-authorized'). */
export async function readAccess(client: MongoClient): Promise<AccessDocuments> {
  const read = async (name: string) => await explained(() => rawCollection(client, name).find({}).toArray());
  const [users, roles] = await Promise.all([read('system.users'), read('system.roles')]);
  return parseAccess({ users: users as unknown as Buffer[], roles: roles as unknown as Buffer[] });
}

/**
 * Whether the server ever had a user: one that had none has no way to keep them yet, and mongodump fails when it is asked for those of
 * one database. True where that may not be looked at. Throws OperationFailure('connection-lost').
 */
export async function everHadUsers(client: MongoClient): Promise<boolean> {
  try {
    return (await explained(() => authSchema(client))) !== null;
  } catch (error) {
    if (error instanceof OperationFailure && error.reason === 'not-authorized') return true;
    throw error;
  }
}

/** What stands in documents as the server keeps and mongodump writes them. */
export function parseAccess(raw: {
  readonly users: readonly Buffer[];
  readonly roles: readonly Buffer[];
}): AccessDocuments {
  return { users: raw.users.map(parse), roles: raw.roles.map(parse) };
}

export interface AccessChange {
  /** To be there as they are here; those that are so already may be among them. */
  readonly put: AccessDocuments;
  /** Names to be there no more. */
  readonly drop: { readonly users: readonly string[]; readonly roles: readonly string[] };
}

/**
 * Brings users and roles to what is asked for, one after the other, and reads them back; idempotent. A user who is there keeps the id
 * by which the server knows who is signed in. What a role inherits from and is not there is left out. Returns the names of what could
 * not be brought to it. Throws OperationFailure.
 */
export async function changeAccess(client: MongoClient, { put, drop }: AccessChange): Promise<string[]> {
  return await explained(async () => {
    if (put.users.length > 0) await prepareUsers(client);
    await putRoles(client, put.roles);
    for (const user of put.users) await putUser(client, user);
    await users(client).deleteMany({ _id: { $in: [...drop.users] as never[] } });
    for (const name of drop.roles) await dropRole(client, name);
    return await differing(client, { put, drop });
  });
}

function users(client: MongoClient): Collection {
  return client.db('admin').collection('system.users', { writeConcern: { w: 'majority', journal: true } });
}

function rawCollection(client: MongoClient, name: string): Collection {
  const options = { raw: true, readConcern: { level: 'majority' }, readPreference: 'primary' } as const;
  return client.db('admin').collection(name, options);
}

function parse(raw: Buffer): AccessDocument {
  const document = deserialize(raw, exactly);
  const name = String(document.user ?? document.role);
  const database = String(document.db);
  return { name: `${database}.${name}`, database, content: contentOf(document), document };
}

const exactly = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Without the id that a user gets when it is made, and in an order of its own: roles and privileges have none. */
function contentOf({ _id, userId: _, roles = [], privileges = [], ...rest }: Document): string {
  const sorted = (values: Document[]) => values.map((value) => EJSON.stringify(value, { relaxed: false })).sort();
  const others = EJSON.stringify(Object.fromEntries(Object.entries(rest).sort()), { relaxed: false });
  return JSON.stringify([sorted(roles), sorted(privileges), others]);
}

/** A server that never had a user does not know yet how it is to read one. Copies from nowhere: nothing else is done. */
async function prepareUsers(client: MongoClient): Promise<void> {
  const admin = client.db('admin');
  if ((await authSchema(client)) !== null) return;
  const nothing = { tempUsersCollection: 'admin.tempusers', tempRolesCollection: '', drop: false, db: '' };
  await admin.command({ _mergeAuthzCollections: 1, ...nothing, writeConcern: { w: 'majority' } });
}

async function authSchema(client: MongoClient): Promise<Document | null> {
  return await client
    .db('admin')
    .collection('system.version')
    .findOne({ _id: 'authSchema' as never });
}

async function putUser(client: MongoClient, { document }: AccessDocument): Promise<void> {
  const now = await users(client).findOne({ _id: document._id }, { projection: { userId: 1 } });
  const { _id, ...rest } = document;
  const userId = now?.userId ?? rest.userId;
  await users(client).replaceOne({ _id }, { ...rest, ...(userId === undefined ? {} : { userId }) }, { upsert: true });
}

/** Made first and filled then: one may inherit from another. */
async function putRoles(client: MongoClient, roles: readonly AccessDocument[]): Promise<void> {
  const known = new Set(await roleNames(client));
  for (const { name, database, document } of roles) {
    if (known.has(name)) continue;
    await client.db(database).command({ createRole: document.role, roles: [], privileges: [], ...durably });
    known.add(name);
  }
  for (const { database, document } of roles) {
    const { role, privileges = [], authenticationRestrictions = [] } = document;
    const inherited = await existing(client, known, document.roles ?? []);
    const content = { privileges, roles: inherited, authenticationRestrictions };
    await client.db(database).command({ updateRole: role, ...content, ...durably });
  }
}

const durably = { writeConcern: { w: 'majority' } } as const;

async function roleNames(client: MongoClient): Promise<string[]> {
  const found = await client
    .db('admin')
    .collection('system.roles')
    .find({}, { projection: { _id: 1 } })
    .toArray();
  return found.map(({ _id }) => String(_id));
}

async function existing(client: MongoClient, known: ReadonlySet<string>, roles: Document[]): Promise<Document[]> {
  const kept: Document[] = [];
  for (const { role, db } of roles) {
    const isThere = known.has(`${db}.${role}`) || (await isBuiltIn(client, String(role), String(db)));
    if (isThere) kept.push({ role, db });
  }
  return kept;
}

async function isBuiltIn(client: MongoClient, role: string, db: string): Promise<boolean> {
  const { roles } = await client.db(db).command({ rolesInfo: { role, db } });
  return roles.length > 0;
}

async function dropRole(client: MongoClient, name: string): Promise<void> {
  const role = await client
    .db('admin')
    .collection('system.roles')
    .findOne({ _id: name as never });
  if (role === null) return;
  await client
    .db(role.db)
    .command({ dropRole: role.role, ...durably })
    .catch((error: unknown) => {
      if (!(error instanceof MongoServerError) || error.code !== roleNotFound) throw error;
    });
}

const roleNotFound = 31;

async function differing(client: MongoClient, { put, drop }: AccessChange): Promise<string[]> {
  const now = await readAccess(client);
  const differs = (wanted: readonly AccessDocument[], found: readonly AccessDocument[], gone: readonly string[]) => {
    const contents = new Map(found.map(({ name, content }) => [name, content]));
    const missing = wanted.filter(({ name, content }) => contents.get(name) !== content).map(({ name }) => name);
    return [...missing, ...gone.filter((name) => contents.has(name))];
  };
  // What a role could not inherit is no difference of its user: only users must be as they were.
  return [
    ...differs(put.users, now.users, drop.users),
    ...differs([], now.roles, drop.roles),
    ...put.roles.map(({ name }) => name).filter((name) => !now.roles.some((role) => role.name === name)),
  ];
}
