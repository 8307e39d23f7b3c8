import { setTimeout as delay } from 'node:timers/promises';
import type { BackupId } from '@holdfast/shared/ids';
import { pino } from 'pino';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importedData } from '../domain/examples.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { importsAtOnce, type RunningImports, runningImports, type StoredImport } from './running-imports.ts';

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await startReplicaSet();
});
afterAll(() => mongo.stop());
beforeEach(() => collection().deleteMany({}));

const collection = () => mongo.client.db('holdfast').collection<StoredImport>('imports');

function server(worker: string, leaseMs = 60_000): RunningImports {
  const instanceId = worker.split('/')[0] ?? '';
  return runningImports({ collection: collection(), worker, instanceId, leaseMs, logger: pino({ level: 'silent' }) });
}

function facts(): Parameters<RunningImports['begin']>[0] {
  const actor = { kind: 'user', id: 'administrator' } as const;
  return { _id: uuid() as BackupId, actor, destinationId: uuid(), key: 'shop/1.zip', uploadToken: uuid() };
}

const never = new AbortController().signal;

describe('an import under its lease', () => {
  it('is left alone by its own server and by another one, and renewed as long as it runs', async () => {
    const [one, two] = [server('a/1', 600), server('b/1', 600)];
    const run = await one.begin(facts(), never);
    await delay(1_500);
    expect(await one.takeAbandoned()).toBeNull();
    expect(await two.takeAbandoned()).toBeNull();
    await run.seal(importedData);
    expect(await two.all()).toMatchObject([{ worker: 'a/1', sealed: { key: importedData.key } }]);
    await run.end();
    expect(await two.all()).toStrictEqual([]);
  });

  it('is taken once that ran out, and then its first server can neither seal nor forget it', async () => {
    const [one, two] = [server('a/1'), server('b/1')];
    const run = await one.begin(facts(), never);
    await collection().updateOne({}, { $set: { leaseUntil: new Date(Date.now() - 60_000) } });
    const taken = await two.takeAbandoned();
    expect(taken).toMatchObject({ worker: 'b/1/supervisor', key: 'shop/1.zip' });
    expect(await two.takeAbandoned()).toBeNull();
    await expect(run.seal(importedData)).rejects.toMatchObject({ reason: 'ledger-unavailable' });
    expect(run.signal.aborted).toBe(true);
    await run.end();
    expect(await two.all()).toHaveLength(1);
    if (taken) await two.forget(taken._id);
    expect(await two.all()).toStrictEqual([]);
  });

  it('is taken at once from an earlier process over the same data folder, and when its own server leaves it', async () => {
    const earlier = await server('a/1').begin(facts(), never);
    const now = server('a/2');
    expect(await now.takeAbandoned()).toMatchObject({ worker: 'a/2/supervisor' });
    earlier.leave();
    await collection().deleteMany({});
    const run = await now.begin(facts(), never);
    run.leave();
    expect(await now.takeAbandoned()).toMatchObject({ worker: 'a/2/supervisor' });
  });
});

it('takes no more than it can work on at once, and waits for them when it closes', async () => {
  const one = server('a/1');
  const runs = await Promise.all(Array.from({ length: importsAtOnce }, () => one.begin(facts(), never)));
  await expect(one.begin(facts(), never)).rejects.toMatchObject({ code: 'TOO_MANY_IMPORTS' });
  let closed = false;
  const closing = one.close().then(() => {
    closed = true;
  });
  await delay(100);
  expect(closed).toBe(false);
  await Promise.all(runs.map((run) => run.end()));
  await closing;
});
