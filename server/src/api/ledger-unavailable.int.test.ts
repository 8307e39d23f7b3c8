// The ledger's only mongod is killed under a running service: every way in says so in seconds, and all of it works again once
// the mongod is back, without a restart and without signing in again.
import { AppError } from '@holdfast/shared/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Services } from '../services.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { slowDown } from '../testing/slow-down.ts';
import { until } from '../testing/until.ts';

let ledger: TestMongo;
let source: TestMongo;
let service: TestHoldfast;
beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  const text = 'x'.repeat(10_000);
  const documents = Array.from({ length: 2_000 }, (_, n) => ({ _id: n as never, text }));
  await source.client.db('shop').collection('orders').insertMany(documents);
  service = await startHoldfast({
    ledgerUri: ledger.uri,
    mongodbUri: source.uri.replace('/?', '/shop?'),
    config: { leaseMs: 120_000 },
  });
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await Promise.all([source?.stop(), ledger?.stop()]);
});

const administrator = () => ({ authorization: `Bearer ${service.served.app.administratorKey}` });
const json = { 'content-type': 'application/json' };

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${service.served.url}${path}`, init);
}

function post(path: string, headers: Record<string, string>, body: unknown): Promise<Response> {
  return ask(path, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
}

async function signIn(): Promise<{ cookie: string }> {
  const made = await post('/auth/login-codes', administrator(), {});
  const { code } = (await made.json()) as { code: string };
  const answer = await post('/auth/login', { origin: service.served.url }, { code });
  expect(answer.status).toBe(204);
  return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

/** Every way in that needs the ledger. */
function waysIn(session: { cookie: string }): [string, () => Promise<Response>][] {
  const fromPage = { ...session, origin: service.served.url };
  const stream = { ...session, accept: 'text/event-stream' };
  return [
    ['a query', () => ask('/trpc/backups.list', { headers: administrator() })],
    ['a query of a session', () => ask('/trpc/backups.list', { headers: session })],
    ['several queries in one request', () => ask('/trpc/deployments.list,audit.head?batch=1', { headers: session })],
    ['what runs', () => ask('/trpc/operations.current', { headers: administrator() })],
    ['a command', () => post('/trpc/backups.request', administrator(), { deploymentId: 'default' })],
    ['a command of a session', () => post('/trpc/backups.request', fromPage, { deploymentId: 'default' })],
    ['a stream of events', () => ask('/trpc/live.events', { headers: stream })],
    ['a stream of what runs', () => ask('/trpc/live.operations', { headers: stream })],
    ['who is signed in', () => ask('/auth/session', { headers: session })],
    ['signing in', () => post('/auth/login', { origin: service.served.url }, { code: 'AAAAA-AAAAA' })],
    ['a login code', () => post('/auth/login-codes', administrator(), {})],
    ['metrics', () => ask('/metrics', { headers: administrator() })],
  ];
}

async function untilReady(): Promise<void> {
  await until(
    async () => (await ask('/readyz')).status,
    (status) => status === 200,
  );
}

/** Below the driver's own patience of 30 s at first, below the ledger's of 15 s then; far above what a busy machine needs. */
const rounds = [
  ['when it has just gone', 24_000],
  ['once that is known', 10_000],
] as const;

describe('while the ledger is gone', () => {
  it('every way in answers 503 with the reason in seconds, and works again afterwards', {
    timeout: 180_000,
  }, async () => {
    const session = await signIn();
    const ways = waysIn(session);
    await ledger.kill();
    for (const [round, boundMs] of rounds) {
      const started = performance.now();
      await Promise.all(
        ways.map(async ([way, enter]) => {
          const answer = await enter();
          expect(`${way} ${round}: ${answer.status}`).toBe(`${way} ${round}: 503`);
          expect(await answer.text(), way).toContain('"LEDGER_UNAVAILABLE"');
        }),
      );
      expect(performance.now() - started).toBeLessThan(boundMs);
    }
    const ready = await ask('/readyz');
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'not-ready', reason: 'the ledger does not answer' },
    ]);
    expect((await ask('/healthz')).status).toBe(200);
    const page = await (await ask('/', { headers: session })).text();
    expect(page).not.toContain('LEDGER_UNAVAILABLE');

    await ledger.restart();
    await untilReady();
    for (const path of ['/trpc/backups.list', '/trpc/deployments.list,audit.head?batch=1', '/auth/session']) {
      expect((await ask(path, { headers: session })).status).toBe(200);
    }
  });

  it('an open stream ends with the reason instead of seeming live', { timeout: 120_000 }, async () => {
    const texts = await Promise.all(
      ['live.events', 'live.operations'].map(async (path) => {
        const stream = await ask(`/trpc/${path}`, { headers: { ...administrator(), accept: 'text/event-stream' } });
        expect(stream.status).toBe(200);
        return stream.text.bind(stream);
      }),
    );
    await ledger.kill();
    for (const text of texts) expect(await text()).toMatch(/event: serialized-error\ndata: .*"LEDGER_UNAVAILABLE"/);
    await ledger.restart();
    await untilReady();
  });

  it('a dump that runs goes on, and is recorded once the ledger is back', { timeout: 180_000 }, async () => {
    const { api, services, backupEnd } = service;
    const refused = countRefusedAppends(services);
    const faster = await slowDown(source.client, ['getMore'], 400);
    const { id } = await api.backups.request({ deploymentId: 'default' });
    await until(
      () => services.running.list(),
      ([progress]) => (progress?.bytes ?? 0) > 0,
    );
    await ledger.kill();
    await until(
      async () => (await ask('/trpc/audit.head', { headers: administrator() })).status,
      (status) => status === 503,
    );
    await faster();
    // The dump has ended meanwhile, and its first append was refused, well within its lease.
    await until(
      async () => refused(),
      (count) => count > 0,
    );
    await ledger.restart();
    await untilReady();
    expect(await backupEnd(id)).toMatchObject({ status: 'completed', documents: 2_000 });
    const story = await services.ledger.read({ filter: { correlationId: id }, limit: 100 });
    const types = story.map(({ type }) => type).filter((type) => type !== 'BackupVerified');
    expect(types).toEqual(['BackupRequested', 'BackupStarted', 'BackupSealed', 'BackupCompleted']);
    await expectConsistent(services, [source.client]);
  });
});

/** How many appends the ledger refused because it did not answer. */
function countRefusedAppends({ ledger }: Services): () => number {
  const execute = ledger.execute.bind(ledger);
  let refused = 0;
  const counting: typeof execute = async (command) => {
    try {
      return await execute(command);
    } catch (error) {
      if (error instanceof AppError && error.code === 'LEDGER_UNAVAILABLE') refused += 1;
      throw error;
    }
  };
  Object.assign(ledger, { execute: counting });
  return () => refused;
}
