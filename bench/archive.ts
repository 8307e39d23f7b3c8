// Measures Holdfast's archive against what people pipe together by hand, on generated data in a mongod that it starts:
//   pnpm bench:archive [--size-mb 1300] [--repeat 3] [--json]
// Every way writes a durable file (fsync); runs are interleaved, and medians are printed.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startReplicaSet } from '../server/src/testing/mongo.ts';
import { testTools } from '../server/src/testing/tools.ts';
import { benchDatabase, fillBenchDatabase } from './archive-data.ts';

interface Run {
  readonly wallMs: number;
  readonly sizeBytes?: number;
  readonly rawBytes?: number;
  readonly peakRssBytes?: number;
}

const run = promisify(execFile);
const { values } = parseArgs({
  options: {
    'size-mb': { type: 'string', default: '1300' },
    repeat: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string) => void process.stderr.write(`${line}\n`);

const tools = await testTools();
const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
const mongo = await startReplicaSet();
try {
  say(`filling ${values['size-mb']} MB`);
  const data = await fillBenchDatabase(mongo, Number(values['size-mb']));
  say(`${data.documents} documents, ${mb(data.bytes)} MB of BSON`);
  const results = await measure(Number(values.repeat));
  if (values.json) process.stdout.write(`${JSON.stringify({ data, results: summaryOf(results) }, null, 1)}\n`);
  else printTable(data, summaryOf(results));
} finally {
  await mongo.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure(repeat: number): Promise<Map<string, Run[]>> {
  const dump = `"$MONGODUMP" --quiet --uri="$URI" --db=${benchDatabase} --archive`;
  const ways: [string, () => Promise<Run>][] = [
    ['mongodump to nowhere', () => shell(`${dump} > /dev/null`)],
    ['mongodump --gzip', () => shell(`${dump} --gzip > "$OUT" && sync "$OUT"`)],
    ['mongodump | zstd -3 -T0', () => shell(`${dump} | zstd -q -3 -T0 > "$OUT" && sync "$OUT"`)],
    ['Holdfast: write', () => child('write', tools.mongodump)],
    ['Holdfast: verify', () => child('verify')],
  ];
  const results = new Map<string, Run[]>(ways.map(([name]) => [name, []]));
  // The first round warms caches and is not counted.
  for (let round = 0; round <= repeat; round += 1) {
    for (const [name, way] of ways) {
      const result = await way();
      if (round > 0) results.get(name)?.push(result);
      say(`round ${round}: ${name} ${(result.wallMs / 1_000).toFixed(2)} s`);
    }
  }
  return results;
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

async function child(...args: string[]): Promise<Run> {
  const [command = '', ...rest] = args;
  const script = fileURLToPath(new URL('archive-child.ts', import.meta.url));
  const destination = join(folder, 'archives');
  const { stdout } = await run(process.execPath, [
    '--conditions=@holdfast/source',
    script,
    command,
    mongo.uri,
    destination,
    ...rest,
  ]);
  return JSON.parse(stdout);
}

interface Summary {
  readonly way: string;
  readonly wallMs: number;
  readonly sizeBytes: number | null;
  readonly rawBytes: number | null;
  /** Of the Node process alone. */
  readonly peakRssBytes: number | null;
}

function summaryOf(results: ReadonlyMap<string, readonly Run[]>): Summary[] {
  return Array.from(results, ([way, runs]) => ({
    way,
    wallMs: median(runs.map(({ wallMs }) => wallMs)) ?? 0,
    sizeBytes: median(runs.flatMap(({ sizeBytes }) => sizeBytes ?? [])),
    rawBytes: median(runs.flatMap(({ rawBytes }) => rawBytes ?? [])),
    peakRssBytes: runs.reduce<number | null>(
      (most, { peakRssBytes = 0 }) => Math.max(most ?? 0, peakRssBytes) || null,
      null,
    ),
  }));
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

function printTable(data: { documents: number; bytes: number }, rows: readonly Summary[]): void {
  const wall = (way: string) => rows.find((row) => row.way === way)?.wallMs ?? Number.NaN;
  const size = (way: string) => rows.find((row) => row.way === way)?.sizeBytes ?? Number.NaN;
  const [zstd, gzip, write, verify] = [
    'mongodump | zstd -3 -T0',
    'mongodump --gzip',
    'Holdfast: write',
    'Holdfast: verify',
  ] as const;
  const raw = rows.find((row) => row.way === verify)?.rawBytes ?? Number.NaN;
  const lines = [
    `${data.documents} documents, ${mb(data.bytes)} MB of BSON`,
    '',
    'way                        wall s    file MB   peak RSS MB',
    ...rows.map(
      ({ way, wallMs, sizeBytes, peakRssBytes }) =>
        `${way.padEnd(25)} ${(wallMs / 1_000).toFixed(2).padStart(7)} ${mb(sizeBytes).padStart(10)} ${mb(peakRssBytes).padStart(13)}`,
    ),
    '',
    `Holdfast writes in ${(wall(write) / wall(zstd)).toFixed(2)} x the zstd pipe, ${(wall(write) / wall(gzip)).toFixed(2)} x gzip`,
    `its file is ${(size(write) / size(gzip)).toFixed(2)} x gzip's, ${(size(write) / size(zstd)).toFixed(2)} x the zstd pipe's`,
    `it verifies ${mb((raw / wall(verify)) * 1_000)} MB of dump a second`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function mb(bytes: number | null): string {
  return bytes === null ? '-' : (bytes / 1e6).toFixed(0);
}
