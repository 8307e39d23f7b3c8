import { startReplicaSet } from '../testing/mongo.ts';
import { openTinyLedger, signIn, tinyRules } from '../testing/tiny-ledger.ts';
import { openLedger } from './open-ledger.ts';
import { MongoClient } from 'mongodb';
await using mongo = await startReplicaSet();
const t0 = performance.now();
const say = (...a: unknown[]) => console.log(((performance.now() - t0) / 1000).toFixed(2), ...a);
const logger = { debug: (o: any, m: string) => say(m, o.attempt, o.err?.name, o.err?.message?.slice(0, 120)), warn: (o: any, m: string) => say(m, o.err?.message?.slice(0, 100)), info: say } as never;
const client = new MongoClient(mongo.uri);
const writer = await openLedger({ client: mongo.client, databaseName: 'x', ...tinyRules, logger, tuning: { patienceMs: 60_000 } });
const ledger = await openLedger({ client, databaseName: 'x', ...tinyRules, logger, tuning: { feedHeartbeatMs: 600_000 } });
const stop = new AbortController();
let last = 0;
const f = (async () => { for await (const e of ledger.feed({ after: 0, signal: stop.signal })) last = e.position; })();
for (let i = 0; i < 12; i++) {
  say('round', i);
  await Promise.all([1, 2, 3].map(() => writer.execute(signIn())));
  await mongo.kill();
  const p = Promise.all([1, 2, 3].map(() => writer.execute(signIn())));
  await mongo.restart();
  say('restarted');
  await p;
  say('executed');
  const want = (i + 1) * 6;
  const d = performance.now();
  while (last < want) { await new Promise((r) => setTimeout(r, 20)); if (performance.now() - d > 40_000) { say('FEED STUCK', last, want); process.exit(1); } }
  say('fed');
}
stop.abort(); await f; await writer.close(); await ledger.close(); await client.close();
