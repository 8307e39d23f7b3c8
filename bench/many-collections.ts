// Thousands of small collections, each with an index: planned, restored in place with all their shadows beside them, compared by
// raw bytes, and taken back. `npx pnpm@12 bench:many [--collections 5000] [--json]`
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { MongoClient } from 'mongodb';
import { compareWithRecord, recordDatabase } from '../server/src/sample/compare-databases.ts';
import { startHoldfastProcess } from '../server/src/testing/holdfast-process.ts';
import { startReplicaSet } from '../server/src/testing/mongo.ts';
import { until } from '../server/src/testing/until.ts';

const { values } = parseArgs({
  options: { collections: { type: 'string', default: '5000' }, json: { type: 'boolean', default: false } },
});
const collections = Number(values.collections);
const say = (line: string) => void process.stderr.write(`${line}\n`);

await using source = await startReplicaSet();
await closeIdleFiles(source.client);
await timed('filled', () => fill(source.client));
await using spool = await mkdtempDisposable(join(tmpdir(), 'holdfast-many-'));
const record = await recordDatabase(source.client, 'many', { spoolDirectory: spool.path });
await using server = await startHoldfastProcess({ env: { MONGODB_URI: source.uri.replace('/?', '/many?') } });
const { client } = server;
const backup = await timed('backed up', async () => {
  const { id } = await client.backups.request.mutate({ deploymentId: 'default' });
  return await until(
    () => client.backups.byId.query({ id }),
    ({ status }) => status === 'completed' || status === 'failed',
    600_000,
  );
});
if (backup.value.status !== 'completed') throw new Error(backup.value.error?.message);
await source.client.db('many').collection('c1').insertOne({ since: 'the backup' });
const plan = await timed('planned', () =>
  client.restores.plan.mutate({ backupId: backup.value.id, target: { kind: 'original' } }),
);
const restore = await timed('restored', async () => {
  const { id } = await client.restores.confirm.mutate({ planId: plan.value.id, phrase: plan.value.phrase ?? '' });
  return await until(
    () => client.restores.byId.query({ id }),
    ({ status }) => status === 'completed' || status === 'failed',
    1_800_000,
  );
});
if (restore.value.status !== 'completed') throw new Error(restore.value.error?.message);
const comparison = await compareWithRecord(source.client, 'many', record);
const { swapMethod, swapMs } = restore.value;
const report = {
  ...{ collections, backupS: backup.seconds, planS: plan.seconds, restoreS: restore.seconds, swapMethod, swapMs },
  ...{ equal: comparison.equal, compared: comparison.collections, differences: comparison.total },
};
process.stdout.write(
  values.json
    ? `${JSON.stringify(report)}\n`
    : `${Object.entries(report)
        .map(([name, value]) => `${name} ${value}`)
        .join('\n')}\n`,
);

/** Files of collections that nobody uses: two for each would be more than many systems let a process open. */
async function closeIdleFiles(client: MongoClient): Promise<void> {
  const wiredTigerEngineRuntimeConfig =
    'file_manager=(close_idle_time=5,close_scan_interval=1,close_handle_minimum=100)';
  await client.db('admin').command({ setParameter: 1, wiredTigerEngineRuntimeConfig });
}

async function fill(client: MongoClient): Promise<void> {
  const db = client.db('many');
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < collections; n = next++) {
      const collection = db.collection(`c${n}`);
      await collection.insertMany([{ n, text: `first of ${n}` }, { n: n + 1 }]);
      await collection.createIndex({ n: 1 });
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const since = performance.now();
  const value = await work();
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  say(`${what} in ${seconds} s`);
  return { value, seconds };
}
