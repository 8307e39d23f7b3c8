// Measures Holdfast's archive against what people pipe together by hand, on generated data in a mongod that it starts:
//   pnpm bench:archive [--size-mb 1300] [--repeat 3] [--ways write,verify] [--json]
// Every way writes durably; runs are interleaved, the first round is not counted, and medians are printed.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { generateIdentity } from '../server/src/archive/age/age-keys.ts';
import { startReplicaSet } from '../server/src/testing/mongo.ts';
import { startS3Server } from '../server/src/testing/s3-server.ts';
import { testTools } from '../server/src/testing/tools.ts';
import type { ArchiveTask } from './archive-child.ts';
import { benchDatabase, fillBenchDatabase } from './archive-data.ts';

interface Run {
  readonly wallMs: number;
  readonly cpuMs?: number;
  readonly sizeBytes?: number;
  readonly rawBytes?: number;
  readonly peakRssBytes?: number;
  readonly loopDelayP99Ms?: number;
  readonly smallShare?: number;
}

const ways = {
  nowhere: 'mongodump to nowhere',
  gzip: 'mongodump --gzip',
  zstd: 'mongodump | zstd -3 -T0',
  write: 'Holdfast to disk',
  encrypted: 'Holdfast to disk, encrypted',
  s3: 'Holdfast to S3',
  verify: 'Holdfast verifies it',
  verifyEncrypted: 'Holdfast verifies it, encrypted',
  look: 'twenty documents from within',
} as const;
type Way = keyof typeof ways;

const run = promisify(execFile);
const { values } = parseArgs({
  options: {
    'size-mb': { type: 'string', default: '1300' },
    repeat: { type: 'string', default: '3' },
    ways: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string) => void process.stderr.write(`${line}\n`);

const tools = await testTools();
const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
const identity = String(generateIdentity());
const mongo = await startReplicaSet();
const s3 = await startS3Server();
try {
  say(`filling ${values['size-mb']} MB`);
  const data = await fillBenchDatabase(mongo, Number(values['size-mb']));
  say(`${data.documents} documents, ${mb(data.bytes)} MB of BSON`);
  const results = await measure(Number(values.repeat));
  if (values.json) process.stdout.write(`${JSON.stringify({ data, ...ratios(results), ways: results })}\n`);
  else printTable(data, results);
} finally {
  await s3[Symbol.asyncDispose]();
  await mongo.stop();
  await rm(folder, { recursive: true, force: true });
}

type Results = Partial<Record<Way, Run>>;

async function measure(repeat: number): Promise<Results> {
  const dump = `"$MONGODUMP" --quiet --uri="$URI" --db=${benchDatabase} --archive`;
  const disk = { location: `file:${join(folder, 'plain')}`, credentials: null, identity: null };
  const sealed = { location: `file:${join(folder, 'encrypted')}`, credentials: null, identity };
  const bucket = { location: s3.url('backups/bench'), credentials: s3.credentials, identity: null };
  const works: Record<Way, () => Promise<Run>> = {
    nowhere: () => shell(`${dump} > /dev/null`),
    gzip: () => shell(`${dump} --gzip > "$OUT" && sync "$OUT"`),
    zstd: () => shell(`${dump} | zstd -q -3 -T0 > "$OUT" && sync "$OUT"`),
    write: () => child({ work: 'write', ...disk }),
    encrypted: () => child({ work: 'write', ...sealed }),
    s3: () => child({ work: 'write', ...bucket }),
    verify: () => child({ work: 'verify', ...disk }),
    verifyEncrypted: () => child({ work: 'verify', ...sealed }),
    look: () => child({ work: 'look', ...disk }),
  };
  const runs = chosenWays().map((way) => ({ way, results: [] as Run[] }));
  for (let round = 0; round <= repeat; round += 1) {
    for (const { way, results } of runs) {
      const result = await works[way]();
      if (round > 0) results.push(result);
      say(`round ${round}: ${ways[way]} ${(result.wallMs / 1_000).toFixed(2)} s`);
    }
  }
  return Object.fromEntries(runs.map(({ way, results }) => [way, medianOf(results)]));
}

/** All, unless some are named. */
function chosenWays(): Way[] {
  const all = Object.keys(ways) as Way[];
  const named = values.ways?.split(',') ?? all;
  const unknown = named.find((way) => !all.includes(way as Way));
  if (unknown !== undefined) throw new Error(`--ways: ${unknown} is none of ${all.join(', ')}`);
  return all.filter((way) => named.includes(way));
}

async function shell(command: string): Promise<Run> {
  const out = join(folder, 'out');
  await rm(out, { force: true });
  const startedAt = performance.now();
  const env = { ...process.env, MONGODUMP: tools.mongodump, URI: mongo.uri, OUT: out };
  await run('bash', ['-o', 'pipefail', '-c', command], { env });
  const wallMs = performance.now() - startedAt;
  const size = await stat(out).then(
    (found) => found.size,
    () => undefined,
  );
  return size === undefined ? { wallMs } : { wallMs, sizeBytes: size };
}

async function child(how: Omit<ArchiveTask, 'uri' | 'mongodump'>): Promise<Run> {
  const task: ArchiveTask = { ...how, uri: mongo.uri, mongodump: tools.mongodump };
  const script = fileURLToPath(new URL('archive-child.ts', import.meta.url));
  const worker = spawn(process.execPath, ['--conditions=@holdfast/source', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  worker.stdin.end(JSON.stringify(task));
  const [output, [code]] = await Promise.all([text(worker.stdout), once(worker, 'close')]);
  if (code !== 0) throw new Error(`${how.work} exited ${code}`);
  return JSON.parse(output);
}

/** Of each figure the median; of memory the most. */
function medianOf(runs: readonly Run[]): Run {
  const names = Object.keys(runs[0] ?? {}) as (keyof Run)[];
  const figures = names.map((name) => {
    const sorted = runs.map((one) => one[name] ?? 0).sort((a, b) => a - b);
    return [name, name === 'peakRssBytes' ? sorted.at(-1) : sorted[sorted.length >> 1]];
  });
  return Object.fromEntries(figures);
}

/** Nothing unless every way was measured. */
function ratios(results: Results) {
  if (Object.keys(results).length < Object.keys(ways).length) return {};
  const of = results as Required<Results>;
  const wall = (way: Way, other: Way) => rounded(of[way].wallMs / of[other].wallMs);
  const verified = (way: Way) => Math.round((of[way].rawBytes ?? 0) / 1e3 / of[way].wallMs);
  return {
    vsZstdPipe: wall('write', 'zstd'),
    vsGzip: wall('write', 'gzip'),
    sizeVsGzip: rounded((of.write.sizeBytes ?? 0) / (of.gzip.sizeBytes ?? 1)),
    encryptedVsPlain: wall('encrypted', 'write'),
    s3VsDisk: wall('s3', 'write'),
    peakRssMb: Math.max(
      ...[of.write, of.encrypted, of.s3, of.verify].map(({ peakRssBytes = 0 }) => Number(mb(peakRssBytes))),
    ),
    loopDelayP99Ms: rounded(of.write.loopDelayP99Ms ?? 0),
    verifyMbPerSecond: verified('verify'),
    verifyEncryptedMbPerSecond: verified('verifyEncrypted'),
    twentyDocumentsMs: Math.round(of.look.wallMs),
    smallCollectionShare: of.look.smallShare,
  };
}

function printTable(data: { documents: number; bytes: number }, results: Results): void {
  const rows = Object.entries(results).map(([way, { wallMs, cpuMs, sizeBytes, peakRssBytes, loopDelayP99Ms }]) => {
    const cells = [
      (wallMs / 1_000).toFixed(2),
      cpuMs === undefined ? '-' : (cpuMs / 1_000).toFixed(2),
      mb(sizeBytes),
      mb(peakRssBytes),
      loopDelayP99Ms?.toFixed(0) ?? '-',
    ];
    return `${ways[way as Way].padEnd(32)}${cells.map((cell) => cell.padStart(10)).join('')}`;
  });
  const heads = ['wall s', 'CPU s', 'file MB', 'RSS MB', 'p99 ms'].map((head) => head.padStart(10)).join('');
  const lines = Object.entries(ratios(results)).map(
    ([name, value]) => `${name.padEnd(32)}${String(value).padStart(10)}`,
  );
  const title = `${data.documents} documents, ${mb(data.bytes)} MB of BSON`;
  process.stdout.write(`${[title, '', `${''.padEnd(32)}${heads}`, ...rows, '', ...lines].join('\n')}\n`);
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}

function mb(bytes: number | undefined): string {
  return bytes === undefined ? '-' : (bytes / 1e6).toFixed(0);
}
