import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LedgerEvent } from '@holdfast/shared/events';
import { type ClientSession, MongoClient, MongoNetworkError } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { failCommand } from '../testing/fail-point.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { openTinyLedger, signIn } from '../testing/tiny-ledger.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerTuning } from './open-ledger.ts';

const appName = 'faulty';
let mongo: TestMongo;
beforeAll(async () => {
  mongo = await startReplicaSet();
});
afterAll(async () => await mongo?.stop());

let databases = 0;
let database: string;
let client: MongoClient;
let ledger: Ledger;
beforeEach(async () => {
  await reopen({});
});
afterEach(async () => {
  await ledger.close();
  await client.close();
});

async function reopen(tuning: LedgerTuning): Promise<void> {
  await ledger?.close();
  await client?.close();
  databases += 1;
  client = new MongoClient(mongo.uri, { appName });
  database = `faults_${databases}`;
  ledger = await openTinyLedger(client, database, tuning);
}

function executeMany(count: number): Promise<(readonly LedgerEvent[])[]> {
  return Promise.all(Array.from({ length: count }, () => ledger.execute(signIn())));
}

async function expectExactly(count: number): Promise<void> {
  expect(await ledger.verify()).toMatchObject({ intact: true, events: count });
  expect(await ledger.state('access')).toEqual({ moved: count, lock: null });
}

test.each([
  ['a write conflict', { failCommands: ['findAndModify'], errorCode: 112, errorLabels: ['TransientTransactionError'] }],
  [
    'a change of primary half-way',
    { failCommands: ['insert'], errorCode: 189, errorLabels: ['TransientTransactionError'] },
  ],
  ['an aborted transaction', { failCommands: ['update'], errorCode: 251, errorLabels: ['TransientTransactionError'] }],
  ['a lost connection half-way', { failCommands: ['update'], closeConnection: true }],
  ['a lost connection at the commit', { failCommands: ['commitTransaction'], closeConnection: true }],
  [
    'a commit that is refused for good',
    { failCommands: ['commitTransaction'], errorCode: 251, errorLabels: ['TransientTransactionError'] },
  ],
  [
    'a commit that is not known to be on a majority',
    {
      failCommands: ['commitTransaction'],
      writeConcernError: { code: 64, errmsg: 'waiting for replication timed out', errInfo: { wtimeout: true } },
    },
  ],
])('appends each event once over %s', async (_, data) => {
  {
    await using failing = await failCommand(mongo.client, { times: 3 }, { appName, ...data });
    expect((await executeMany(5)).flat()).toHaveLength(5);
    expect(await failing.failed()).toBe(3);
  }
  await executeMany(1);
  await expectExactly(6);
});

test.each([
  ['is answered by an error that asks for the whole transaction anew', 'TransientTransactionError'],
  ['is answered by an error that leaves it open', 'UnknownTransactionCommitResult'],
  ['is never answered, as when it meets a socket in the act of closing', 'never'],
])('finds its events in the ledger when a commit that took place %s', async (_, label) => {
  const lost = loseCommitAnswers(client, label, 2);
  const events = await executeMany(3);
  expect(lost()).toBeGreaterThan(0);
  expect(events.flat().map(({ position }) => position)).toEqual([1, 2, 3]);
  expect(await ledger.read({ limit: 10 })).toStrictEqual(events.flat());
  await expectExactly(3);
});

test('refuses in bounded time while the ledger does not answer, and goes on when it does', async () => {
  await reopen({ patienceMs: 1_500 });
  await executeMany(1);
  await mongo.kill();
  const started = performance.now();
  const refused = await Promise.allSettled(Array.from({ length: 70 }, () => ledger.execute(signIn())));
  expect(performance.now() - started).toBeLessThan(6_000);
  expect(new Set(refused.map((each) => (each.status === 'rejected' ? each.reason.code : 'accepted')))).toEqual(
    new Set(['LEDGER_UNAVAILABLE']),
  );
  await mongo.restart();
  await executeMany(1);
  await expectExactly(2);
});

test('keeps commands that came later over an outage that ends in time', async () => {
  await reopen({ patienceMs: 60_000 });
  await mongo.kill();
  const waiting = executeMany(70);
  await mongo.restart();
  expect((await waiting).flat()).toHaveLength(70);
  await expectExactly(70);
});

test('refuses in bounded time when the server is frozen, and appends nothing of it later', async (context) => {
  const [pid] = mongo.pids;
  if (pid === undefined) return context.skip();
  await reopen({ patienceMs: 1_000 });
  await executeMany(1);
  process.kill(pid, 'SIGSTOP');
  try {
    const started = performance.now();
    await expect(ledger.execute(signIn())).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(performance.now() - started).toBeLessThan(5_000);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await executeMany(1);
  await expectExactly(2);
});

test('frees the head of a server that was killed in the middle of an append', async () => {
  await executeMany(1);
  const fixture = join(import.meta.dirname, 'fixtures/die-with-the-head.ts');
  const options = ['--conditions=@holdfast/source', fixture, mongo.uri, database, appName];
  const other = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  other.kill('SIGKILL');
  const started = performance.now();
  await executeMany(1);
  expect(performance.now() - started).toBeGreaterThan(2_000);
  expect(performance.now() - started).toBeLessThan(14_000);
  await expectExactly(2);
});

/** Commits for real, then loses the answer, so many times; returns how often it did. */
function loseCommitAnswers(of: MongoClient, label: string, times: number): () => number {
  let lost = 0;
  const startSession = of.startSession.bind(of);
  of.startSession = (options) => {
    const session: ClientSession = startSession(options);
    const commit = session.commitTransaction.bind(session);
    session.commitTransaction = async () => {
      await commit();
      if (lost === times) return;
      lost += 1;
      if (label === 'never') return new Promise(() => undefined);
      const error = new MongoNetworkError('the connection was lost before the answer came');
      error.addErrorLabel(label);
      throw error;
    };
    return session;
  };
  return () => lost;
}
