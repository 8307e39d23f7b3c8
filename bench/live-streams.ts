// From an event's commit to its arrival at subscribers over real HTTP: the server as a process, its subscribers in another, the
// events appended in this one, as by another server over the same ledger; then by the server itself. `--subscribers N`,
// `--events N`, `--json`.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execute } from '../server/src/commands/execute.ts';
import { type HoldfastProcess, startHoldfastProcess } from '../server/src/testing/holdfast-process.ts';
import { connectTo, openWholeLedger } from '../server/src/testing/ledger-load.ts';
import { startReplicaSet, type TestMongo } from '../server/src/testing/mongo.ts';
import type { Report, Subscribers } from './live-streams-child.ts';
import { percentiles } from './measures.ts';

const { values } = parseArgs({
  options: {
    subscribers: { type: 'string', default: '200' },
    events: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.subscribers);
const events = Number(values.events);
const everyMs = 200;

await using mongo = await startReplicaSet();
await using server = await startHoldfastProcess({ env: { LEDGER_URI: mongo.uri, MONGODB_URI: mongo.uri } });
await using stack = new AsyncDisposableStack();
const child = fork(fileURLToPath(new URL('live-streams-child.ts', import.meta.url)));
const loadBefore = loadavg()[0];
await ask(child, { url: server.url, key: server.key, count });
const report = {
  subscribers: count,
  events,
  otherServerCommitted: await measure(await appendElsewhere(mongo, stack)),
  commandSent: await measure(await commandHere(server)),
  load: { before: loadBefore, after: loadavg()[0] },
};
child.disconnect();
process.stdout.write(`${values.json ? JSON.stringify(report) : JSON.stringify(report, null, 2)}\n`);

/** Appends one event; resolves with its position and the moment that it counts from. */
type Append = () => Promise<readonly [position: number, fromMs: number]>;

/** Each receipt counts for itself; `lastMs` is when the last subscriber had an event. */
async function measure(append: Append) {
  const from = new Map<number, number>();
  const cpuBefore = await cpuMs(server.pid);
  for (let n = 0; n < events; n += 1) {
    from.set(...(await append()));
    await delay(everyMs);
  }
  await delay(1_000);
  const serverCpuMsPerEvent = Number((((await cpuMs(server.pid)) - cpuBefore) / events).toFixed(1));
  const { receipts } = (await ask(child, 'report')) as Exclude<Report, 'ready'>;
  const latencies = new Map<number, number[]>();
  for (const [position, atMs] of receipts) {
    const start = from.get(position);
    if (start === undefined) continue;
    latencies.set(position, [...(latencies.get(position) ?? []), Math.max(0, atMs - start)]);
  }
  const all = [...latencies.values()];
  const missing = events * count - all.flat().length;
  if (missing !== 0) throw new Error(`${missing} of ${events * count} receipts are missing`);
  return {
    eachMs: percentiles(all.flat()),
    lastMs: percentiles(all.map((each) => Math.max(...each))),
    serverCpuMsPerEvent,
  };
}

async function appendElsewhere({ uri }: TestMongo, stack: AsyncDisposableStack): Promise<Append> {
  const client = stack.adopt(connectTo(uri), (opened) => opened.close());
  const ledger = stack.adopt(await openWholeLedger(client, 'holdfast'), (opened) => opened.close());
  const signedIn = { stream: 'access', type: 'SignedIn', data: { method: 'login-code' } } as const;
  return async () => {
    const actor = { kind: 'system', id: 'bench' } as const;
    const [event] = await execute(ledger, { actor, reads: [], decide: () => [signedIn] });
    return [event?.position ?? 0, nowMs()];
  };
}

/** The moment counts at which the command is sent, so that the append itself is in. */
async function commandHere({ client }: HoldfastProcess): Promise<Append> {
  const [policy] = await client.policies.list.query();
  if (policy === undefined) throw new Error('there is no policy');
  let { retentionCount } = policy;
  return async () => {
    retentionCount = 1 + (retentionCount % 30);
    const fromMs = nowMs();
    await client.policies.set.mutate({ ...policy, retentionCount });
    return [(await client.audit.head.query()).position, fromMs];
  };
}

async function ask(of: ChildProcess, message: Subscribers | 'report'): Promise<Report> {
  of.send(message);
  const [answer] = (await once(of, 'message')) as [Report];
  return answer;
}

/** User and system time of a process so far; the kernel counts in hundredths of a second. */
async function cpuMs(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
