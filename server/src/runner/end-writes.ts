// Ends what a worker that is gone left running inside the server: the last inserts of its mongorestore would otherwise still be
// carried out, and make a collection again that was dropped meanwhile; a rename that waits for its lock would move live data.
import { setTimeout as delay } from 'node:timers/promises';
import { OperationFailure } from '@holdfast/shared/failures';
import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import { shadowPrefix } from '../domain/restore-names.ts';

/** What only this restore wrote to: its shadow collections, and databases that it made. */
export interface WrittenNames {
  readonly restoreId: string;
  readonly databases: readonly string[];
  /** What it renames, or renames to, as `database.collection`. */
  readonly renames?: ReadonlySet<string>;
}

/**
 * Kills this user's operations there and waits until they are gone, at most ten seconds. Needs no privilege; where the server
 * refuses all the same, nothing is done. Throws `stalled` when a rename is still there: what it will do nobody knows.
 */
export async function endWrites(client: MongoClient, names: WrittenNames): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const writes = await ownOperations(client, names);
    if (writes.length === 0) return;
    if (performance.now() > deadline) return requireNoRename(writes, names);
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

function requireNoRename(writes: readonly Document[], names: WrittenNames): void {
  if (!writes.some((write) => isRename(write, names))) return;
  throw new OperationFailure('stalled', 'A rename of the restore still waits in the server, which does not end it.');
}

function isRename({ command = {} }: Document, { renames }: WrittenNames): boolean {
  const operations: readonly Document[] = Array.isArray(command.applyOps) ? command.applyOps : [{ o: command }];
  return operations.some(({ o }) => renames?.has(String(o?.renameCollection)) || renames?.has(String(o?.to)));
}

function isAbout(operation: Document, names: WrittenNames): boolean {
  const { ns, command = {} } = operation;
  const { restoreId, databases } = names;
  if (isRename(operation, names)) return true;
  const database = String(ns ?? '').split('.', 1)[0] ?? '';
  const collection = String(ns ?? '').slice(database.length + 1);
  // What a command is about is its first value: `{insert: "orders"}`, `{create: "orders"}`.
  const about = [collection, String(Object.values(command)[0])];
  const isOurs = (name: string) => name.replace(/^system\.buckets\./, '').startsWith(shadowPrefix(restoreId));
  return databases.includes(database) || about.some(isOurs);
}
