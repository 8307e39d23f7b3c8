// What both consistency checks look at, from within a server and from outside.
import type { Document, MongoClient } from 'mongodb';
import { isShadowName, shadowPrefix } from '../domain/restore-names.ts';
import type { Ledger, ReadModelName } from '../ledger/ledger.ts';

const readModels: ReadModelName[] = ['deployments', 'policies', 'backups', 'restores', 'operations', 'destinations'];

/** Names of every shadow collection in any database, and of what this ledger's restores keep that cannot be taken back. */
export async function shadowsOf(client: MongoClient, ledger: Ledger): Promise<string[]> {
  const restores = await ledger.readModel<Document>('restores');
  const notKeeping = await restores.find({ 'undo.state': { $ne: 'kept' } }).toArray();
  const known = new Set(notKeeping.map(({ _id }) => shadowPrefix(String(_id))));
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  const found = await Promise.all(
    databases.map(({ name }) => client.db(name).listCollections({}, { nameOnly: true }).toArray()),
  );
  const isLeft = (name: string) => /_\d+$/.test(name) || known.has(name.slice(0, shadowPrefix('').length + 32));
  return found
    .flat()
    .map(({ name }) => name)
    .filter((name) => isShadowName(name) && isLeft(name));
}

/**
 * Every read model as it is, and as a rebuild from zero makes it. Taken again while somebody appends meanwhile: a server verifies
 * by itself.
 */
export async function dumpsAroundRebuild(ledger: Ledger): Promise<{ live: object; rebuilt: object }> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await ledger.head();
    const live = await readModelDump(ledger);
    await ledger.rebuild();
    const rebuilt = await readModelDump(ledger);
    if ((await ledger.head()).position === before.position || attempt === 20) return { live, rebuilt };
  }
}

/** Every document of every read model. */
export async function readModelDump(ledger: Ledger): Promise<Record<string, Document[]>> {
  const entries = readModels.map(async (name) => {
    const collection = await ledger.readModel<Document>(name);
    return [name, await collection.find({}).sort({ _id: 1 }).toArray()] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
