// What the ledger needs of its database before the first event: a replica set, collections, indexes, the head. Everything
// is idempotent, and needs no more than the role that `embedded/` makes for the service's own user.
import { type Db, type Document, type IndexDescription, MongoServerError } from 'mongodb';
import { eventsCollection, headCollection, slotName, slottedCollections } from './collections.ts';
import { genesisHash } from './event-hash.ts';
import type { LedgerRules } from './evolve-event.ts';
import type { LedgerDatabase } from './ledger-database.ts';
import { throughFailover } from './through-failover.ts';

/** A server that the ledger cannot live on. The message says what to do. */
export class LedgerUnsuitable extends Error {
  override readonly name = 'LedgerUnsuitable';
}

/**
 * Checks the server, then makes what is missing; starts over when the primary changes meanwhile. Throws `LedgerUnsuitable`,
 * and the driver's error when no server can be reached.
 */
export async function prepareDatabase(database: LedgerDatabase, rules: LedgerRules): Promise<void> {
  await throughFailover(() => prepareOnce(database, rules));
}

async function prepareOnce(database: LedgerDatabase, rules: LedgerRules): Promise<void> {
  await requireReplicaSet(database.db);
  await createMissing(database.db, [eventsCollection, headCollection]);
  await database.events.createIndexes([...eventIndexes]);
  await insertHead(database);
  const { generation } = await readHead(database);
  await prepareSlot(database, rules, generation);
}

/** Makes the collections and indexes of a generation's read models and states. */
export async function prepareSlot(database: LedgerDatabase, rules: LedgerRules, generation: number): Promise<void> {
  await createMissing(
    database.db,
    slottedCollections.map((name) => slotName(name, generation)),
  );
  for (const { name, indexes } of rules.projections) {
    if (indexes.length > 0) await database.slot(name, generation).createIndexes([...indexes]);
  }
}

/** The head outside a transaction, as a majority has it. */
export async function readHead(database: LedgerDatabase) {
  const head = await database.head.findOne({ _id: 'head' });
  if (head === null) throw new Error(headMissing);
  return head;
}

const headMissing =
  "the ledger has events, but its head document is missing: restore the ledger's database from a copy";

const eventIndexes: readonly IndexDescription[] = [
  { key: { stream: 1, version: 1 }, unique: true },
  { key: { eventId: 1 }, unique: true },
  { key: { correlationId: 1, _id: 1 } },
  { key: { type: 1, _id: 1 } },
  { key: { 'actor.id': 1, _id: 1 } },
  { key: { 'data.deploymentId': 1, _id: 1 } },
  { key: { at: 1 } },
];

async function requireReplicaSet(db: Db): Promise<void> {
  const hello: Document = await db.command({ hello: 1 });
  if (typeof hello.setName === 'string') return;
  const found = hello.msg === 'isdbgrid' ? 'a mongos of a sharded cluster' : 'a standalone mongod';
  throw new LedgerUnsuitable(
    `The ledger needs a replica set (for transactions and change streams), and LEDGER_URI leads to ${found}. ` +
      'Start mongod with --replSet rs0 and run rs.initiate() once in mongosh (one member is enough); ' +
      'or leave LEDGER_URI away, and Holdfast runs a ledger of its own.',
  );
}

async function createMissing(db: Db, names: readonly string[]): Promise<void> {
  const listed = await db.listCollections({}, { nameOnly: true, authorizedCollections: true }).toArray();
  const existing = new Set(listed.map(({ name }) => name));
  for (const name of names) if (!existing.has(name)) await createUnlessThere(db, name);
}

/** Another server may have been first. */
async function createUnlessThere(db: Db, name: string): Promise<void> {
  try {
    await db.createCollection(name);
  } catch (error) {
    if (!(error instanceof MongoServerError && error.codeName === 'NamespaceExists')) throw error;
  }
}

/** Only an empty ledger gets a fresh head: making one up for another would hide that events are gone from its end. */
async function insertHead(database: LedgerDatabase): Promise<void> {
  if ((await database.head.findOne({ _id: 'head' })) !== null) return;
  if ((await database.events.findOne({}, { projection: { _id: 1 } })) !== null) throw new Error(headMissing);
  const fresh = { position: 0, hash: genesisHash, at: null, generation: 0, turn: 0, now: new Date(0) };
  await database.head.updateOne({ _id: 'head' }, { $setOnInsert: fresh }, { upsert: true });
}
