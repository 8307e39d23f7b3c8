// Users and roles of a deployment: read as the documents that they are, and written so that passwords work as before. No command
// takes a password that is hashed already; the role `restore` may write the documents themselves, and the server notices at once.
import { OperationFailure } from '@holdfast/shared/failures';
import { type Document, deserialize, EJSON } from 'bson';
import { type Collection, type MongoClient, MongoServerError } from 'mongodb';
import { explained } from './driver-failure.ts';
import { answerWords } from './server-answer.ts';

/** A user or a role: `name` is `database.name`. */
export interface AccessDocument {
  readonly name: string;
  readonly database: string;
  /** The roles that it has, or inherits from: `database.name` of each. */
  readonly roles: readonly string[];
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
 * by which the server knows who is signed in. What a role inherits from and is not there is left out. What the server refuses does not
 * keep it from the others. Returns the names of what could not be brought to it, with its answer where it gave one. Throws
 * OperationFailure.
 */
export async function changeAccess(client: MongoClient, { put, drop }: AccessChange): Promise<string[]> {
  const refused = new Map<string, string>();
  const unlessRefused = async (name: string, work: () => Promise<unknown>) => {
    try {
      await explained(work);
    } catch (error) {
      if (!(error instanceof MongoServerError)) throw error;
      refused.set(name, `${name} (the server answered ${answerWords(error)})`);
    }
  };
  if (put.users.length > 0) await explained(() => prepareUsers(client));
  await putRoles(client, put.roles, unlessRefused);
  for (const user of put.users) await unlessRefused(user.name, () => putUser(client, user));
  if (drop.users.length > 0) {
    await explained(() => users(client).deleteMany({ _id: { $in: [...drop.users] as never[] } }));
  }
  for (const name of drop.roles) await unlessRefused(name, () => dropRole(client, name));
  const differs = await differing(client, { put, drop });
  return [...new Set([...refused.values(), ...differs.map((name) => refused.get(name) ?? name)])];
}

type UnlessRefused = (name: string, work: () => Promise<unknown>) => Promise<void>;

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
  const roles = (document.roles ?? []).map(nameOfRole);
  return { name: `${database}.${name}`, database, roles, content: contentOf(document), document };
}

function nameOfRole({ role, db }: Document): string {
  return `${db}.${role}`;
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

/** Each is made or changed in one step, after those that it inherits from: so none is half made, and none inherits from itself. */
async function putRoles(
  client: MongoClient,
  roles: readonly AccessDocument[],
  unlessRefused: UnlessRefused,
): Promise<void> {
  if (roles.length === 0) return;
  const { roles: live } = await readAccess(client);
  const known = new Set(live.map(({ name }) => name));
  for (const role of inheritedFirst(roles, live)) {
    await unlessRefused(role.name, async () => {
      await putRole(client, role, known);
      known.add(role.name);
    });
  }
}

async function putRole(client: MongoClient, { name, database, document }: AccessDocument, known: ReadonlySet<string>) {
  const { role, privileges = [], authenticationRestrictions = [] } = document;
  const content = { privileges, roles: await existing(client, known, document.roles ?? []) };
  const isThere = known.has(name);
  // To a role that has none yet, no restrictions are none; to say so would take one more right.
  const restrictions = isThere || authenticationRestrictions.length > 0 ? { authenticationRestrictions } : {};
  const command = isThere ? { updateRole: role } : { createRole: role };
  await client.db(database).command({ ...command, ...content, ...restrictions, ...durably });
}

/** Those that are there and stay as they are count as well: one may inherit from another by way of them. */
function inheritedFirst(roles: readonly AccessDocument[], live: readonly AccessDocument[]): AccessDocument[] {
  const wanted = new Map(roles.map((role) => [role.name, role]));
  const inTheEnd = new Map([...live, ...roles].map((role) => [role.name, role]));
  const seen = new Set<string>();
  const ordered: AccessDocument[] = [];
  const visit = (name: string): void => {
    const role = inTheEnd.get(name);
    if (role === undefined || seen.has(name)) return;
    seen.add(name);
    role.roles.forEach(visit);
    if (wanted.has(name)) ordered.push(role);
  };
  for (const { name } of roles) visit(name);
  return ordered;
}

const durably = { writeConcern: { w: 'majority' } } as const;

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
