// What both consistency checks look at, from within a server and from outside.
import type { Document, MongoClient } from 'mongodb';
import { isShadowName } from '../domain/restore-names.ts';
import type { Ledger, ReadModelName } from '../ledger/ledger.ts';

const readModels: ReadModelName[] = ['deployments', 'policies', 'backups', 'restores', 'operations', 'destinations'];

/** Names of every shadow collection in any database. */
export async function shadowsOf(client: MongoClient): Promise<string[]> {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  const found = await Promise.all(
    databases.map(({ name }) => client.db(name).listCollections({}, { nameOnly: true }).toArray()),
  );
  return found
    .flat()
    .map(({ name }) => name)
    .filter(isShadowName);
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
