// Thousands of small collections, each with an index: backed up, restored in place with all their shadows beside them, compared by raw
// bytes, taken back, and what was kept removed; beside `mongorestore --gzip --archive --drop` of the same data.
//   pnpm bench:many [--collections 5000] [--json]
import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { MongoClient } from 'mongodb';
import { compareWithRecord, recordDatabase } from '../server/src/sample/compare-databases.ts';
import { startHoldfastProcess } from '../server/src/testing/holdfast-process.ts';
import { startReplicaSet } from '../server/src/testing/mongo.ts';
import { testTools } from '../server/src/testing/tools.ts';
import { until } from '../server/src/testing/until.ts';
import { cpuMs, forgetPeak, peakRssMb, phaseTimes } from './restore-measures.ts';

const { values } = parseArgs({
  options: { collections: { type: 'string', default: '5000' }, json: { type: 'boolean', default: false } },
});
const collections = Number(values.collections);
const longest = 1_800_000;
const say = (line: string) => void process.stderr.write(`${line}\n`);
const run = promisify(execFile);

await using source = await startReplicaSet();
await closeIdleFiles(source.client);
await timed('filled', () => fill(source.client));
await using spool = await mkdtempDisposable(join(tmpdir(), 'holdfast-many-'));
const dump = await plainDump();
const record = await recordDatabase(source.client, 'many', { spoolDirectory: join(spool.path, 'before') });
await using server = await startHoldfastProcess({ env: { MONGODB_URI: source.uri.replace('/?', '/many?') } });
const { client, pid } = server;
const backup = await timed('backed up', backUp);
await source.client.db('many').collection('c1').insertOne({ since: 'the backup' });
const changed = await recordDatabase(source.client, 'many', { spoolDirectory: join(spool.path, 'changed') });
const plan = await timed('planned', () =>
  client.restores.plan.mutate({ backupId: backup.value, target: { kind: 'original' } }),
);
const restored = await measured('restored', async () => {
  const { id } = await client.restores.confirm.mutate({ planId: plan.value.id, phrase: plan.value.phrase ?? '' });
  return id;
});
const restoredEqual = await compareWithRecord(source.client, 'many', record);
const undoPlan = await timed('undo planned', () => client.restores.planUndo.mutate({ id: restored.id }));
const undone = await measured('taken back', async () => {
  const { id: planId, phrase } = undoPlan.value;
  return (await client.restores.undo.mutate({ id: restored.id, planId, phrase: phrase ?? '' })).id;
});
const undoneEqual = await compareWithRecord(source.client, 'many', changed);
const dropped = await timed('what was kept removed', async () => {
  await client.restores.dropUndo.mutate({ id: undone.id });
  await until(
    () => client.restores.byId.query({ id: undone.id }),
    ({ undo }) => undo?.state === 'dropped',
    longest,
  );
});
const left = await source.client.db('many').listCollections({}, { nameOnly: true }).toArray();
const plain = await timed('mongorestore --drop', () => plainRestore(dump));
const report = {
  ...{
    collections,
    plain: plain.seconds,
    plainCpuS: plain.value,
    backup: backup.seconds,
    plan: plan.seconds,
    restored,
  },
  ...{
    planUndo: undoPlan.seconds,
    undone,
    dropUndo: dropped.seconds,
    restoreVsPlain: ratio(restored.seconds, plain.seconds),
  },
  ...{ cpuVsPlain: ratio(restored.cpuS, plain.value) },
  ...{ restoredEqual: restoredEqual.equal, undoneEqual: undoneEqual.equal, left: left.length },
};
process.stdout.write(`${JSON.stringify(report, null, values.json ? 0 : 2)}\n`);
process.exitCode = restoredEqual.equal && undoneEqual.equal && left.length === collections ? 0 : 1;

/** Files of collections that nobody uses: two for each would be more than many systems let a process open. */
async function closeIdleFiles(of: MongoClient): Promise<void> {
  const wiredTigerEngineRuntimeConfig =
    'file_manager=(close_idle_time=5,close_scan_interval=1,close_handle_minimum=100)';
  await of.db('admin').command({ setParameter: 1, wiredTigerEngineRuntimeConfig });
}

async function fill(of: MongoClient): Promise<void> {
  const db = of.db('many');
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < collections; n = next++) {
      const collection = db.collection(`c${n}`);
      await collection.createIndex({ n: 1 });
      await collection.insertMany([{ n, text: `first of ${n}` }, { n: n + 1 }]);
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

async function plainDump(): Promise<string> {
  const { mongodump } = await testTools();
  const archive = join(spool.path, 'plain.gz');
  await run(mongodump, ['--quiet', `--uri=${source.uri}`, '--db=many', '--gzip', `--archive=${archive}`]);
  return archive;
}

/** Resolves with the processor time of server and tool, in seconds. */
async function plainRestore(archive: string): Promise<number> {
  const { mongorestore } = await testTools();
  const cpu = await cpuMs('self', source.pids);
  await run(mongorestore, ['--quiet', `--uri=${source.uri}`, '--gzip', `--archive=${archive}`, '--drop']);
  const cpuS = ((await cpuMs('self', source.pids)) - cpu) / 1_000;
  say(`it took ${cpuS} s of processor time`);
  return cpuS;
}

/** Resolves once it was verified, too: that would share the processor. */
async function backUp(): Promise<string> {
  const { id } = await client.backups.request.mutate({ deploymentId: 'default' });
  const done = await until(
    () => client.backups.byId.query({ id }),
    ({ status, verifiedAt }) => verifiedAt !== null || status === 'failed',
    longest,
  );
  if (done.status === 'failed') throw new Error(done.error?.message);
  return id;
}

/** A restore to its end: its phases, the processor time of server, tool and service, and the service's memory. */
async function measured(what: string, begin: () => Promise<string>) {
  await forgetPeak(pid);
  const cpu = await cpuMs(pid, source.pids);
  const { value: id, seconds } = await timed(what, async () => {
    const restoreId = await begin();
    const done = await until(
      () => client.restores.byId.query({ id: restoreId }),
      ({ status }) => !['requested', 'running'].includes(status),
      longest,
    );
    if (done.status !== 'completed') throw new Error(JSON.stringify(done.error));
    return restoreId;
  });
  const cpuS = ((await cpuMs(pid, source.pids)) - cpu) / 1_000;
  const times = { id, seconds, cpuS, peakRssMb: await peakRssMb(pid), ...(await phaseTimes(server, id)) };
  say(JSON.stringify(times));
  return times;
}

function ratio(of: number, to: number): number {
  return Math.round((100 * of) / to) / 100;
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const since = performance.now();
  const value = await work();
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  say(`${what} in ${seconds} s`);
  return { value, seconds };
}
