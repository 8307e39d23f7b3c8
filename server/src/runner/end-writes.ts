// Ends what a killed mongorestore left running inside the server: its last inserts would otherwise still be carried out, and
// make a collection again that was dropped meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import { shadowPrefix } from '../domain/restore-names.ts';

/** What only this restore wrote to: its shadow collections, and databases that it made. */
export interface WrittenNames {
  readonly restoreId: string;
  readonly databases: readonly string[];
}

/**
 * Kills this user's operations there and waits until they are gone, at most ten seconds. Needs no privilege; where the server
 * refuses all the same, nothing is done.
 */
export async function endWrites(client: MongoClient, names: WrittenNames): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const writes = await ownOperations(client, names);
    if (writes.length === 0 || performance.now() > deadline) return;
    for (const { opid } of writes) await client.db('admin').command({ killOp: 1, op: opid });
    await delay(20);
  }
}

async function ownOperations(client: MongoClient, names: WrittenNames): Promise<Document[]> {
  try {
    // Without `allUsers` only one's own are listed, which everybody may see and kill.
    const operations = await client
      .db('admin')
      .aggregate([{ $currentOp: {} }])
      .toArray();
    return operations.filter((operation) => isAbout(operation, names));
  } catch (error) {
    if (error instanceof MongoServerError) return [];
    throw error;
  }
}

function isAbout({ ns, command = {} }: Document, { restoreId, databases }: WrittenNames): boolean {
  const [database = '', collection = ''] = String(ns ?? '').split('.', 2);
  // What a command is about is its first value: `{insert: "orders"}`, `{create: "orders"}`.
  const about = [collection, String(Object.values(command)[0])];
  return databases.includes(database) || about.some((name) => name.startsWith(shadowPrefix(restoreId)));
}
