// The ledger under load: appends a second with all projections and how long each waits, from one server and from two that
// share the ledger; how long an event takes to reach followers; and how fast the chain is verified and read models are
// rebuilt. Writers run whole backups of their own deployments, by the real deciders. `--writers N`, `--seconds N`,
// `--followers N`, `--json`.
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { execute } from '../server/src/commands/execute.ts';
import type { Ledger } from '../server/src/ledger/ledger.ts';
import { backupCommands, connectTo, openWholeLedger, registerOne } from '../server/src/testing/ledger-load.ts';
import { startReplicaSet } from '../server/src/testing/mongo.ts';

interface Load {
  readonly uri: string;
  readonly database: string;
  readonly writers: number;
  readonly seconds: number;
}

interface Measured {
  readonly appends: number;
  readonly seconds: number;
  readonly waitsMs: number[];
}

if (isMainThread) await main();
else parentPort?.postMessage(await runServer(workerData as Load));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      writers: { type: 'string', default: '16' },
      seconds: { type: 'string', default: '10' },
      followers: { type: 'string', default: '200' },
      json: { type: 'boolean', default: false },
    },
  });
  const [writers, seconds, followers] = [values.writers, values.seconds, values.followers].map(Number) as [
    number,
    number,
    number,
  ];
  await using mongo = await startReplicaSet();
  const load = { uri: mongo.uri, writers, seconds };
  const one = summary([await inThread({ ...load, database: 'one' })]);
  const half = { ...load, writers: Math.ceil(writers / 2), database: 'two' };
  const two = summary(await Promise.all([inThread(half), inThread(half)]));
  await using stack = new AsyncDisposableStack();
  const open = async (database: string) => {
    const client = stack.adopt(connectTo(mongo.uri), (opened) => opened.close());
    return stack.adopt(await openWholeLedger(client, database), (ledger) => ledger.close());
  };
  const feed = await measureFeed(await open('feed'), await open('feed'), followers);
  const walked = await measureWhole(await open('one'));
  const report = { writers, oneServer: one, twoServers: two, feed, ...walked };
  process.stdout.write(`${values.json ? JSON.stringify(report) : JSON.stringify(report, null, 2)}\n`);
}

function inThread(load: Load): Promise<Measured> {
  return new Promise((resolve, reject) => {
    new Worker(new URL(import.meta.url), { workerData: load }).once('message', resolve).once('error', reject);
  });
}

async function runServer(load: Load): Promise<Measured> {
  const client = connectTo(load.uri);
  const ledger = await openWholeLedger(client, load.database);
  const waitsMs: number[] = [];
  const started = performance.now();
  const until = started + load.seconds * 1_000;
  await Promise.all(
    Array.from({ length: load.writers }, async () => {
      const deploymentId = await registerOne(ledger);
      while (performance.now() < until)
        for (const command of backupCommands(deploymentId)) waitsMs.push(await timed(() => execute(ledger, command)));
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  await ledger.close();
  await client.close();
  return { appends: waitsMs.length, seconds, waitsMs };
}

/** From the moment that an append resolves at one server to the moment that the last follower has it. */
async function measureFeed(writer: Ledger, other: Ledger, followers: number) {
  const same = await followersLatency(writer, writer, followers);
  const elsewhere = await followersLatency(writer, other, followers);
  return { followers, sameServerMs: same, otherServerMs: elsewhere };
}

async function followersLatency(writer: Ledger, server: Ledger, followers: number) {
  const rounds = 200;
  const deploymentId = await registerOne(writer);
  const { position: after } = await writer.head();
  const stop = new AbortController();
  const arrivals = new Map<number, number[]>();
  const following = Array.from({ length: followers }, async () => {
    for await (const { position } of server.feed({ after, signal: stop.signal })) {
      const times = arrivals.get(position);
      if (times === undefined) arrivals.set(position, [performance.now()]);
      else times.push(performance.now());
    }
  });
  const resolved = new Map<number, number>();
  for (let round = 0; round < rounds / 4; round += 1) {
    for (const command of backupCommands(deploymentId)) {
      const [event] = await execute(writer, command);
      if (event === undefined) throw new Error('a command appended nothing');
      resolved.set(event.position, performance.now());
      while ((arrivals.get(event.position)?.length ?? 0) < followers) await new Promise((wake) => setImmediate(wake));
    }
  }
  stop.abort();
  await Promise.all(following);
  const lastMs = [...resolved].map(([position, at]) => Math.max(0, Math.max(...(arrivals.get(position) ?? [])) - at));
  return percentiles(lastMs);
}

async function measureWhole(ledger: Ledger) {
  const report = await ledger.verify();
  if (!report.intact) throw new Error(`the chain differs: ${JSON.stringify(report.differsAt)}`);
  const rebuildMs = await timed(() => ledger.rebuild());
  const perSecond = (ms: number) => Math.round(report.events / (ms / 1_000));
  return {
    events: report.events,
    verifiedPerSecond: perSecond(report.durationMs),
    rebuiltPerSecond: perSecond(rebuildMs),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function summary(servers: readonly Measured[]) {
  const perSecond = servers.map(({ appends, seconds }) => Math.round(appends / seconds));
  const waitMs = percentiles(servers.flatMap(({ waitsMs }) => waitsMs));
  return { appendsPerSecond: perSecond.reduce((sum, each) => sum + each, 0), perServer: perSecond, waitMs };
}

function percentiles(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
