// The ledger under load: appends a second with all projections and how long each waits, from one server and from two that
// share the ledger; how long an event takes to reach followers; and how fast the chain is verified and read models are
// rebuilt. Writers run whole backups of their own deployments, by the real deciders. `--writers N`, `--seconds N`,
// `--followers N`, `--json`; `--growth` measures one ledger as it grows instead (`--sizes 10000,100000,1000000`).
import { parseArgs } from 'node:util';
import { execute } from '../server/src/commands/execute.ts';
import type { Ledger } from '../server/src/ledger/ledger.ts';
import { backupCommands, connectTo, openWholeLedger, registerOne } from '../server/src/testing/ledger-load.ts';
import { startReplicaSet, type TestMongo } from '../server/src/testing/mongo.ts';
import { growthTable, measureGrowth } from './ledger-growth.ts';
import { measureWriters } from './ledger-writers.ts';
import { percentiles, timed } from './measures.ts';

const { values } = parseArgs({
  options: {
    writers: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '10' },
    followers: { type: 'string', default: '200' },
    growth: { type: 'boolean', default: false },
    sizes: { type: 'string', default: '10000,100000,1000000' },
    json: { type: 'boolean', default: false },
  },
});
const writers = Number(values.writers);
const seconds = Number(values.seconds);

await using mongo = await startReplicaSet();
if (values.growth) {
  const sizes = values.sizes.split(',').map(Number);
  const steps = await measureGrowth(mongo, { sizes, writers, seconds });
  process.stdout.write(`${values.json ? JSON.stringify(steps) : growthTable(steps)}\n`);
} else {
  const report = await measureLoad(mongo, Number(values.followers));
  process.stdout.write(`${values.json ? JSON.stringify(report) : JSON.stringify(report, null, 2)}\n`);
}

async function measureLoad({ uri }: TestMongo, followers: number) {
  const oneServer = await measureWriters([{ uri, writers, seconds, database: 'one' }]);
  const half = { uri, seconds, writers: Math.ceil(writers / 2), database: 'two' };
  const twoServers = await measureWriters([half, half]);
  await using stack = new AsyncDisposableStack();
  const open = async (database: string) => {
    const client = stack.adopt(connectTo(uri), (opened) => opened.close());
    return stack.adopt(await openWholeLedger(client, database), (ledger) => ledger.close());
  };
  const feed = await measureFeed(await open('feed'), await open('feed'), followers);
  return { writers, oneServer, twoServers, feed, ...(await measureWhole(await open('one'))) };
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
