import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHoldfastClient } from '@holdfast/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { type HoldfastProcess, lineOf, startHoldfast } from './testing/holdfast-process.ts';

let folder: string;
let mongo: TestMongo;
let server: HoldfastProcess;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-audit-'));
  mongo = await startReplicaSet();
  server = startHoldfast(['serve', '--json'], {
    ...environment(),
    PORT: '0',
    LOG_LEVEL: 'error',
    LEDGER_URI: mongo.uri,
  });
  url = /"url": "([^"]+)"/.exec(await lineOf(server, /"url"/))?.[1] ?? '';
  await sixEvents();
}, 120_000);

afterAll(async () => {
  server?.child.kill('SIGTERM');
  await server?.ended;
  await mongo?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

it('ends with 1 and names the event that was changed, then the one that was removed', async () => {
  expect(await run('audit', 'verify')).toMatchObject({ status: 0 });
  const events = mongo.client.db('holdfast').collection<{ _id: number }>('ledger_events');
  await events.updateOne({ _id: 4 }, { $set: { 'data.retentionCount': 1 } });
  const changed = await run('audit', 'verify');
  expect(JSON.parse(changed.stdout)).toMatchObject({ intact: false, differsAt: { position: 4, problem: 'hash' } });
  expect(changed).toMatchObject({
    status: 1,
    error: { code: 'CHAIN_BROKEN', details: { differsAt: { position: 4 } } },
  });
  await events.deleteOne({ _id: 3 });
  const exported = await run('audit', 'export');
  expect(exported).toMatchObject({ status: 1, error: { code: 'CHAIN_BROKEN', details: { position: 3 } } });
});

async function sixEvents(): Promise<void> {
  const apiKey = (await readFile(join(folder, 'admin.key'), 'utf8')).trim();
  const client = createHoldfastClient({ url, apiKey });
  await client.deployments.register.mutate({ name: 'own', uri: mongo.uri });
  const [policy] = await client.policies.list.query();
  if (policy === undefined) throw new Error('there is no policy');
  const { id, enabled, retentionCount, timezone } = policy;
  for (let hour = 3; (await client.audit.head.query()).position < 6; hour += 1)
    await client.policies.set.mutate({ id, enabled, retentionCount, timezone, scheduledHour: hour });
}

async function run(...args: string[]) {
  const { status, stdout, stderr } = await startHoldfast([...args, '--json'], environment()).ended;
  return { status, stdout, error: stderr === '' ? null : JSON.parse(stderr) };
}

function environment() {
  return {
    ...process.env,
    INIT_CWD: folder,
    HOLDFAST_DATA_DIR: folder,
    HOLDFAST_URL: url,
    HOLDFAST_API_KEY: undefined,
    MONGODB_URI: undefined,
    NODE_OPTIONS: undefined,
  };
}
