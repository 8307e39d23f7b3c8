// Measures a restore in place by Holdfast, phase by phase, beside `mongorestore --gzip --archive --drop` of the same data, on a mongod
// that it starts. They take turns, the first round is not counted, and medians are printed:
//   pnpm bench:restore [--size-mb 1300] [--rounds 3] [--json]
// Processor time is that of mongod and of the tool or the service with its children: what a busy machine does not change much.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { type HoldfastProcess, startHoldfastProcess } from '../server/src/testing/holdfast-process.ts';
import { startReplicaSet } from '../server/src/testing/mongo.ts';
import { testTools } from '../server/src/testing/tools.ts';
import { until } from '../server/src/testing/until.ts';
import { benchDatabase, fillBenchDatabase } from './archive-data.ts';
import { cpuMs, forgetPeak, type PhaseTimes, peakRssMb, phases, phaseTimes } from './restore-measures.ts';

interface Round extends PhaseTimes {
  /** Of mongorestore. */
  readonly plainMs: number;
  readonly plainCpuMs: number;
  /** From the request to the end, as a caller sees it. */
  readonly allMs: number;
  readonly allCpuMs: number;
  readonly peakRssMb: number;
}

const { values } = parseArgs({
  options: {
    'size-mb': { type: 'string', default: '1300' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string) => void process.stderr.write(`${line}\n`);
const run = promisify(execFile);
const tools = await testTools();
const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
await using mongo = await startReplicaSet();
try {
  const data = await fill(Number(values['size-mb']));
  say(`${data.documents} documents in ten collections, ${Math.round(data.bytes / 1e6)} MB of BSON`);
  await using server = await startHoldfastProcess({
    env: { MONGODB_URI: mongo.uri.replace('/?', `/${benchDatabase}?`) },
  });
  const before = await hashes();
  await run(tools.mongodump, [
    '--quiet',
    `--uri=${mongo.uri}`,
    `--db=${benchDatabase}`,
    '--gzip',
    `--archive=${gzip()}`,
  ]);
  const backupId = await backUp(server);
  const rounds: Round[] = [];
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    const measured = await measure(server, backupId, round % 2 === 0);
    say(`round ${round}: ${JSON.stringify(measured)}`);
    if (round > 0) rounds.push(measured);
  }
  const report = { ...data, ...summary(rounds), isEqual: (await hashes()) === before };
  process.stdout.write(`${JSON.stringify(report, null, values.json ? 0 : 2)}\n`);
  process.exitCode = report.isEqual ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

function gzip(): string {
  return join(folder, 'dump.archive.gz');
}

/** The five collections of the archive's benchmark, and five small ones. */
async function fill(sizeMb: number): Promise<{ documents: number; bytes: number }> {
  await fillBenchDatabase(mongo, sizeMb);
  const database = mongo.client.db(benchDatabase);
  for (let n = 1; n <= 5; n += 1) {
    const documents = Array.from({ length: 1_000 }, (_, of) => ({ of, text: `document ${of} of ${n}` }));
    await database.collection(`small-${n}`).insertMany(documents);
  }
  const { objects, dataSize } = await database.command({ dbStats: 1 });
  return { documents: objects, bytes: dataSize };
}

async function hashes(): Promise<string> {
  const { collections } = await mongo.client.db(benchDatabase).command({ dbHash: 1 });
  return JSON.stringify(Object.entries(collections).sort());
}

async function backUp({ client }: HoldfastProcess): Promise<string> {
  const { id } = await client.backups.request.mutate({ deploymentId: 'default' });
  const backup = await until(
    () => client.backups.byId.query({ id }),
    ({ status }) => !['requested', 'running', 'sealed'].includes(status),
    600_000,
  );
  if (backup.status !== 'completed') throw new Error(JSON.stringify(backup.error));
  // The verification that follows a backup would share the processor.
  await until(
    () => client.backups.byId.query({ id }),
    ({ verifiedAt }) => verifiedAt !== null,
    600_000,
  );
  return id;
}

/** Who goes first changes from round to round: what the one leaves behind slows the other down. */
async function measure(server: HoldfastProcess, backupId: string, plainFirst: boolean): Promise<Round> {
  const ways = [plainRestore, () => holdfastRestore(server, backupId)];
  const results: Partial<Round>[] = [];
  for (const way of plainFirst ? ways : ways.reverse()) {
    await mongo.client.db('admin').command({ fsync: 1 });
    results.push(await way());
  }
  return Object.assign({}, ...results);
}

async function plainRestore(): Promise<Pick<Round, 'plainMs' | 'plainCpuMs'>> {
  const cpu = await cpuMs('self', mongo.pids);
  const startedAt = performance.now();
  await run(tools.mongorestore, ['--quiet', `--uri=${mongo.uri}`, '--gzip', `--archive=${gzip()}`, '--drop']);
  const plainMs = Math.round(performance.now() - startedAt);
  return { plainMs, plainCpuMs: (await cpuMs('self', mongo.pids)) - cpu };
}

async function holdfastRestore(server: HoldfastProcess, backupId: string): Promise<Partial<Round>> {
  const { client, pid } = server;
  await forgetPeak(pid);
  const plan = await client.restores.plan.mutate({ backupId, target: { kind: 'original' }, undoHours: 0 });
  const cpu = await cpuMs(pid, mongo.pids);
  const startedAt = performance.now();
  const { id } = await client.restores.confirm.mutate({ planId: plan.id, phrase: plan.phrase ?? '' });
  const restore = await until(
    () => client.restores.byId.query({ id }),
    ({ status }) => !['requested', 'running'].includes(status),
    1_200_000,
  );
  const allMs = Math.round(performance.now() - startedAt);
  if (restore.status !== 'completed') throw new Error(JSON.stringify(restore.error));
  const allCpuMs = (await cpuMs(pid, mongo.pids)) - cpu;
  return { allMs, allCpuMs, ...(await phaseTimes(server, id)), peakRssMb: await peakRssMb(pid) };
}

/** Ratios are medians of the rounds' own: both sides of one ran on the same machine at about the same time. */
function summary(rounds: readonly Round[]) {
  const of = (value: (round: Round) => number) => median(rounds.map(value));
  const phaseS = Object.fromEntries(phases.map((phase) => [phase, of(({ phaseMs }) => (phaseMs[phase] ?? 0) / 1_000)]));
  return {
    plainS: of(({ plainMs }) => plainMs / 1_000),
    allS: of(({ allMs }) => allMs / 1_000),
    phaseS,
    stageVsPlain: of(({ phaseMs, plainMs }) => (phaseMs.stage ?? 0) / plainMs),
    allVsPlain: of(({ allMs, plainMs }) => allMs / plainMs),
    cpuVsPlain: of(({ allCpuMs, plainCpuMs }) => allCpuMs / plainCpuMs),
    swapMs: Math.max(...rounds.map(({ swapMs }) => swapMs)),
    peakRssMb: Math.max(...rounds.map((round) => round.peakRssMb)),
  };
}

function median(numbers: readonly number[]): number {
  return Number((numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN).toFixed(2));
}
