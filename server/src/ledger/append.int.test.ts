import type { AppError } from '@holdfast/shared/errors';
import type { LedgerEvent, NewEvent } from '@holdfast/shared/events';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import {
  append,
  backupRequested,
  cancelBackupOf,
  countByType,
  newBackupId,
  newDeploymentId,
  openTinyLedger,
  requestBackupOf,
  signIn,
  type TinyState,
} from '../testing/tiny-ledger.ts';
import { headCollection } from './collections.ts';
import type { Ledger, LedgerCommand } from './ledger.ts';

let mongo: TestMongo;
let otherClient: MongoClient;
beforeAll(async () => {
  mongo = await startReplicaSet();
  otherClient = await new MongoClient(mongo.uri).connect();
});
afterAll(async () => {
  await otherClient?.close();
  await mongo?.stop();
});

let databases = 0;
/** A fresh ledger, opened by two servers. */
async function openTwice() {
  databases += 1;
  const name = `append_${databases}`;
  const ledgers = [await openTinyLedger(mongo.client, name), await openTinyLedger(otherClient, name)] as const;
  const [first, second] = ledgers;
  return { name, first, second, close: () => Promise.all(ledgers.map((ledger) => ledger.close())) };
}

/** How many transactions took the head so far. */
async function turns(name: string): Promise<number> {
  return Number((await mongo.client.db(name).collection(headCollection).findOne({}))?.turn);
}

function whole(ledger: Ledger): Promise<LedgerEvent[]> {
  return ledger.read({ limit: 10_000 });
}

test('16 writers at two servers leave one chain without a gap, in which time never goes back', async () => {
  const { name, first, second, close } = await openTwice();
  const deployments = Array.from({ length: 16 }, newDeploymentId);
  const write = async (ledger: Ledger, index: number) => {
    const resolved: LedgerEvent[] = [];
    for (let round = 0; round < 10; round += 1) {
      const deploymentId = deployments[index] ?? newDeploymentId();
      const backupId = newBackupId();
      for (const command of [
        requestBackupOf(deploymentId, backupId),
        signIn(),
        cancelBackupOf(deploymentId, backupId),
      ]) {
        resolved.push(...(await ledger.execute(command)));
      }
    }
    return resolved;
  };
  const resolved = await Promise.all(deployments.map((_, index) => write(index % 2 ? first : second, index)));

  const events = await whole(first);
  expect(events.map(({ position }) => position)).toEqual(Array.from({ length: 480 }, (_, index) => index + 1));
  expect(resolved.flat().sort((a, b) => a.position - b.position)).toStrictEqual(events);
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort());
  const access = events.filter(({ stream }) => stream === 'access');
  expect(access.map(({ version }) => version)).toEqual(Array.from({ length: 160 }, (_, index) => index + 1));
  expect(await second.verify()).toMatchObject({ intact: true, events: 480, differsAt: null });
  const operations = await (await second.readModel<{ _id: string; events: number }>('operations')).find({}).toArray();
  expect(Object.fromEntries(operations.map((each) => [each._id, each.events]))).toEqual(countByType(events));
  expect(await turns(name)).toBeLessThan(480);
  await close();
});

test('of 50 simultaneous commands for one lock, at two servers, exactly one is accepted', async () => {
  const { first, second, close } = await openTwice();
  const deploymentId = newDeploymentId();
  const settled = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) => (index % 2 ? first : second).execute(requestBackupOf(deploymentId))),
  );

  const accepted = settled.filter(({ status }) => status === 'fulfilled');
  const refused = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as AppError] : []));
  expect(accepted).toHaveLength(1);
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['OPERATION_IN_PROGRESS']));
  const events = await whole(first);
  expect(events).toHaveLength(1);
  const [winner] = events;
  const holder = winner?.type === 'BackupRequested' ? winner.data.backupId : undefined;
  expect(
    new Set(refused.map(({ details }) => (details as { holder: { operationId: string } }).holder.operationId)),
  ).toEqual(new Set([holder]));
  await close();
});

test('a refusal and a defect reject their own command and no other of their batch', async () => {
  const { name, first, close } = await openTwice();
  const deploymentId = newDeploymentId();
  const malformed = { stream: 'access', type: 'SignedIn', data: { method: 'guess' } } as unknown as NewEvent;
  const strange = { ...signIn(), actor: { kind: 'user', id: '\ud83d' } } as const;
  const undeclared: LedgerCommand = { ...requestBackupOf(newDeploymentId()), reads: [] };
  const good = backupRequested(newDeploymentId());
  const before = await turns(name);

  const settled = await Promise.allSettled(
    [
      requestBackupOf(deploymentId),
      requestBackupOf(deploymentId),
      append(malformed),
      strange,
      undeclared,
      append(good, malformed),
      append(),
      signIn(),
    ].map((command) => first.execute(command)),
  );

  expect(await turns(name)).toBe(before + 1);
  expect(
    settled.map((each) => (each.status === 'rejected' ? String((each.reason as Error).message) : each.value.length)),
  ).toEqual([
    1,
    expect.stringContaining('already runs on tiny'),
    expect.stringContaining('method'),
    expect.stringContaining('$.actor.id: text has a lone surrogate'),
    expect.stringContaining('does not name in `reads`'),
    expect.stringContaining('method'),
    0,
    1,
  ]);
  expect((await whole(first)).map(({ type }) => type)).toEqual(['BackupRequested', 'SignedIn']);
  expect(await first.state(good.stream)).toBeUndefined();
  expect(await first.verify()).toMatchObject({ intact: true, events: 2 });
  await close();
});

test('what the database refuses to write rejects its own command and no other of its batch', async () => {
  const { first, close } = await openTwice();
  const [deploymentId, backupId] = [newDeploymentId(), newBackupId()];
  await first.execute(requestBackupOf(deploymentId, backupId));
  const uncountable = append({ stream: `backup:${backupId}`, type: 'BackupMissing', data: { backupId, deploymentId } });

  const settled = await Promise.allSettled([signIn(), uncountable, signIn()].map((command) => first.execute(command)));

  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await whole(first)).map(({ type }) => type)).toEqual(['BackupRequested', 'SignedIn', 'SignedIn']);
  await close();
});

test('a command that appends to several streams moves every state that it affects, each once', async () => {
  const { first, close } = await openTwice();
  const [deploymentId, other] = [newDeploymentId(), newDeploymentId()];
  const [one, two] = [backupRequested(deploymentId), backupRequested(other)];
  const events = await first.execute(append(one, two, one));

  expect(events.map(({ version }) => version)).toEqual([1, 1, 2]);
  expect(new Set(events.map(({ correlationId }) => correlationId)).size).toBe(1);
  expect(await first.state(one.stream)).toEqual({ moved: 2, lock: null });
  expect(await first.state(`deployment:${deploymentId}`)).toEqual({
    moved: 2,
    lock: one.data.backupId,
  } satisfies TinyState);
  expect(await first.state(`deployment:${other}`)).toEqual({ moved: 1, lock: two.data.backupId } satisfies TinyState);
  await close();
});

test('more commands than a batch takes are appended in the order in which they were given', async () => {
  const { name, first, close } = await openTwice();
  const before = await turns(name);
  const events = await Promise.all(Array.from({ length: 200 }, () => first.execute(signIn())));
  expect(events.flat().map(({ position }) => position)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  expect(await turns(name)).toBe(before + 4);
  await close();
});

test('time stays where it is along the chain when the database’s clock goes back', async () => {
  const { name, first, close } = await openTwice();
  await first.execute(signIn());
  const ahead = '2999-12-31T23:59:59.999Z';
  await mongo.client
    .db(name)
    .collection(headCollection)
    .updateOne({ position: 1 }, { $set: { at: ahead } });
  expect((await first.execute(signIn())).map(({ at }) => at)).toEqual([ahead]);
  expect(await first.head()).toMatchObject({ position: 2, at: ahead });
  await close();
});
