import type { OperationProgress } from '@holdfast/shared/operation';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';
import { type RunningOperation, type RunningOperations, runningOperations } from './running-operations.ts';

let mongo: TestMongo;
let client: MongoClient;
beforeAll(async () => {
  mongo = await startReplicaSet();
  client = new MongoClient(mongo.uri);
});
afterAll(async () => {
  await client.close();
  await mongo.stop();
});

const long = 3_600_000;
const short = 100;

/** One collection for a test, seen with leases of this length. */
function leases(name: string): (leaseMs: number) => RunningOperations {
  return (leaseMs) => runningOperations(client.db('leases').collection<RunningOperation>(name), { leaseMs });
}

function operation(worker: string): Omit<RunningOperation, 'leaseUntil'> {
  const progress = { operationId: 'one', bytes: 0 } as unknown as OperationProgress;
  return { _id: 'one', worker, progress, uploadToken: null, createdDatabases: [], child: null, failure: null };
}

const held = (worker: string) => ({ worker, isGone: false });

it('one of many claims it, and it again', async () => {
  const running = leases('claim')(long);
  const workers = Array.from({ length: 20 }, (_, n) => `worker-${n}`);
  const claimed = await Promise.all(workers.map((worker) => running.claim(operation(worker))));
  expect(claimed.filter(Boolean)).toHaveLength(1);
  const winner = workers[claimed.indexOf(true)] ?? '';
  expect(await running.claim(operation(winner))).toBe(true);
});

it('a lease that is renewed holds, one that ran out is taken over by one of many', async () => {
  const running = leases('renewed');
  await running(short).claim(operation('first'));
  expect(await running(long).renew('one', 'first', {})).toBe(true);
  expect(await running(long).takeOver('one', 'second', held('first'))).toBeNull();
  await running(short).renew('one', 'first', { uploadToken: 'left' });
  const others = ['second', 'third', 'fourth'];
  const left = await until(
    () => Promise.all(others.map((other) => running(short).takeOver('one', other, held('first')))),
    (answers) => answers.some((answer) => answer !== null),
  );
  expect(left.filter((answer) => answer !== null)).toMatchObject([{ worker: 'first', uploadToken: 'left' }]);
});

it('after a takeover the earlier worker can neither renew nor end it', async () => {
  const running = leases('fenced')(long);
  await running.claim(operation('first'));
  expect(await running.takeOver('one', 'second', { worker: 'first', isGone: true })).toMatchObject({ worker: 'first' });
  expect(await running.renew('one', 'first', { uploadToken: 'late' })).toBe(false);
  await running.end('one', 'first');
  expect(await running.find('one')).toMatchObject({ worker: 'second', uploadToken: null });
  expect(await running.claim(operation('first'))).toBe(false);
});
