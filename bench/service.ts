// The whole service on about 1.3 GB: a backup and a restore into a copy through the API of a server in its own process, with
// its peak memory, beside `mongodump --gzip --archive` in the same run. `--size-mb N`, `--rounds N`, `--json`.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { compareDatabases } from '../server/src/sample/compare-databases.ts';

import { type HoldfastProcess, startHoldfastProcess } from '../server/src/testing/holdfast-process.ts';
import { startReplicaSet } from '../server/src/testing/mongo.ts';
import { testTools } from '../server/src/testing/tools.ts';
import { until } from '../server/src/testing/until.ts';
import { loadMixedData } from './mixed-data.ts';

const { values } = parseArgs({
  options: {
    'size-mb': { type: 'string', default: '1300' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string) => void process.stderr.write(`${line}\n`);

await using source = await startReplicaSet();
const data = await loadMixedData(source.client, 'mixed', Number(values['size-mb']));
say(`loaded ${(data.bytes / 1e9).toFixed(2)} GB, ${data.documents} documents`);
await using server = await startHoldfastProcess({ env: { MONGODB_URI: source.uri.replace('/?', '/mixed?') } });

const rounds: { backupS: number; gzipS: number; sizeMb: number; gzipMb: number }[] = [];
let backupId = '';
for (let round = 0; round < Number(values.rounds); round += 1) {
  const gzip = await dumpGzip(join(server.dataDir, 'dump.gz'));
  const backup = await backUp(server);
  backupId = backup.id;
  rounds.push({
    backupS: backup.seconds,
    sizeMb: backup.sizeBytes / 1e6,
    gzipS: gzip.seconds,
    gzipMb: gzip.sizeBytes / 1e6,
  });
  say(`round ${round + 1}: ${JSON.stringify(rounds.at(-1))}`);
}
const backupPeakMb = await peakRssMb(server.pid);
const verify = await timed(() => server.client.backups.verify.mutate({ id: backupId }));
const restoreS = await restoreCopy(server, backupId);
const peakMb = await peakRssMb(server.pid);
const hashes = await Promise.all(['mixed', 'mixed_copy'].map((name) => source.client.db(name).command({ dbHash: 1 })));
const comparison = await compareDatabases(source.client, 'mixed', 'mixed_copy');
const report = {
  rawMb: Math.round(data.bytes / 1e6),
  documents: data.documents,
  backupS: median(rounds.map(({ backupS }) => backupS)),
  gzipS: median(rounds.map(({ gzipS }) => gzipS)),
  vsGzip: median(rounds.map(({ backupS, gzipS }) => backupS / gzipS)),
  sizeMb: rounds.at(-1)?.sizeMb,
  sizeVsGzip: median(rounds.map(({ sizeMb, gzipMb }) => sizeMb / gzipMb)),
  verifyS: verify.seconds,
  restoreS,
  backupPeakRssMb: backupPeakMb,
  peakRssMb: peakMb,
  dbHashEqual: hashes[0]?.md5 === hashes[1]?.md5,
  comparedEqual: comparison.equal,
};
process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`);
process.exitCode = report.dbHashEqual && report.comparedEqual ? 0 : 1;

async function backUp({ client }: HoldfastProcess) {
  const startedAt = performance.now();
  const { id } = await client.backups.request.mutate({ deploymentId: 'default' });
  const backup = await until(
    () => client.backups.byId.query({ id }),
    ({ status }) => !['requested', 'running', 'sealed'].includes(status),
    600_000,
  );
  if (backup.status !== 'completed') throw new Error(JSON.stringify(backup.error));
  return { id, seconds: seconds(startedAt), sizeBytes: backup.sizeBytes ?? 0 };
}

async function restoreCopy({ client }: HoldfastProcess, id: string): Promise<number> {
  const startedAt = performance.now();
  const plan = await client.restores.plan.mutate({ backupId: id, target: { kind: 'copy', suffix: '_copy' } });
  const asked = await client.restores.confirm.mutate({ planId: plan.id });
  const restore = await until(
    () => client.restores.byId.query({ id: asked.id }),
    ({ status }) => !['requested', 'running'].includes(status),
    1_200_000,
  );
  if (restore.status !== 'completed') throw new Error(JSON.stringify(restore.error));
  return seconds(startedAt);
}

async function dumpGzip(path: string): Promise<{ seconds: number; sizeBytes: number }> {
  const { mongodump } = await testTools();
  const startedAt = performance.now();
  const child = spawn(mongodump, ['--quiet', '--uri', source.uri, '--db', 'mixed', '--archive', '--gzip'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await pipeline(child.stdout, createWriteStream(path));
  return { seconds: seconds(startedAt), sizeBytes: (await stat(path)).size };
}

async function peakRssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_000);
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const startedAt = performance.now();
  const value = await work();
  return { seconds: seconds(startedAt), value };
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 10) / 100;
}

function median(numbers: readonly number[]): number {
  return Math.round(([...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN) * 100) / 100;
}
