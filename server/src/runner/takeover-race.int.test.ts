// A worker whose append is still under way when another server takes its operation over: whichever of the two is first in the
// ledger, what the ledger says is there.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventType } from '@holdfast/shared/events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Ledger, LedgerCommand } from '../ledger/ledger.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';
import type { RunningOperation } from './running-operations.ts';
import { superviseOnce } from './supervisor.ts';

let source: TestMongo;
let ledger: TestMongo;
let folder: string;

beforeAll(async () => {
  [source, ledger] = await Promise.all([startReplicaSet(), startReplicaSet()]);
  const items = Array.from({ length: 100 }, (_, n) => ({ _id: n as never, n }));
  await source.client.db('shop').collection('items').insertMany(items);
});
beforeEach(async () => {
  await ledger.client.db('holdfast').dropDatabase();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-shared-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
afterAll(async () => {
  await Promise.all([source.stop(), ledger.stop()]);
});

const secretKey = randomBytes(32).toString('base64');

function member(role: 'all' | 'api'): Promise<TestHoldfast> {
  const config = { secretKey, storageUrl: `file:${folder}`, storageShared: true, leaseMs: 1_500, role };
  return startHoldfast({ ledgerUri: ledger.uri, mongodbUri: source.uri.replace('/?', '/shop?'), config });
}

type Append = () => ReturnType<Ledger['execute']>;

/** Puts something around the first append of an event of this type. */
function around({ services }: TestHoldfast, type: EventType, act: (append: Append) => ReturnType<Append>): void {
  const execute = services.ledger.execute.bind(services.ledger);
  let isFirst = true;
  Object.assign(services.ledger, {
    execute: async (command: LedgerCommand) => {
      if (!isFirst || !(await wouldAppend(services.ledger, command, type))) return await execute(command);
      isFirst = false;
      return await act(() => execute(command));
    },
  });
}

async function wouldAppend(of: Ledger, command: LedgerCommand, type: EventType): Promise<boolean> {
  const states = new Map(await Promise.all(command.reads.map(async (name) => [name, await of.state(name)] as const)));
  try {
    return command.decide({ get: (name) => states.get(name) }).some((event) => event.type === type);
  } catch {
    return false;
  }
}

/** The network of `worker` turns slow right at that append, until `supervisor` has cleaned up and is about to end it. */
function race(worker: TestHoldfast, supervisor: TestHoldfast, type: EventType): void {
  const cleanedUp = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  around(worker, type, async (append) => {
    Object.assign(worker.services.running, { renew: () => Promise.reject(new Error('cut off')) });
    await cleanedUp.promise;
    return await append().finally(() => over.resolve());
  });
  around(supervisor, 'RestoreFailed', async (append) => {
    cleanedUp.resolve();
    await over.promise;
    return await append();
  });
}

it.each(['RestoreCompleted', 'RestoreStaged'] as const)(
  'a late %s is never believed after a takeover took back what it speaks of',
  async (type) => {
    await using worker = await member('all');
    await using supervisor = await member('api');
    const { id: backupId } = await worker.api.backups.request({ deploymentId: 'default' });
    await worker.backupEnd(backupId);
    await source.client
      .db('shop')
      .collection('items')
      .updateMany({}, { $set: { changed: true } });
    const target =
      type === 'RestoreCompleted' ? ({ kind: 'copy', suffix: '_race' } as const) : ({ kind: 'original' } as const);
    const plan = await supervisor.api.restores.plan({ backupId, target });
    race(worker, supervisor, type);
    const { id } = await supervisor.api.restores.confirm({
      planId: plan.id,
      ...(plan.phrase === null ? {} : { phrase: plan.phrase }),
    });
    const { status, liveData } = await supervisor.restoreEnd(id);
    if (type === 'RestoreCompleted') {
      const copied = await source.client.db('shop_race').collection('items').countDocuments();
      expect([status, copied]).toStrictEqual(status === 'completed' ? ['completed', 100] : [status, 0]);
    } else {
      const changed = await source.client.db('shop').collection('items').countDocuments({ changed: true });
      expect([status, liveData, changed]).toStrictEqual([status, liveData, liveData === 'untouched' ? 100 : 0]);
    }
    await expectConsistent(supervisor.services, [source.client]);
  },
);

it('what a supervisor holds is not for the runner of the same server to claim', async () => {
  await using server = await member('api');
  const { running, worker } = server.services;
  const { id } = await server.api.backups.request({ deploymentId: 'default' });
  const gone = { uploadToken: null, createdDatabases: [], child: null, failure: null };
  const progress = {} as RunningOperation['progress'];
  await running.claim({ _id: id, worker: 'gone/1', progress, ...gone });
  const { takeOver } = running;
  const claimed: boolean[] = [];
  Object.assign(running, {
    takeOver: async (...held: Parameters<typeof takeOver>) => {
      const left = await takeOver(...held);
      if (left !== null) claimed.push(await running.claim({ _id: id, worker, progress, ...gone }));
      return left;
    },
  });
  await until(
    async () => {
      await superviseOnce(server.services);
      return await running.find(id);
    },
    (found) => found === null,
  );
  expect(claimed).toStrictEqual([false]);
  await server.api.operations.cancel({ id: id as never });
  await expectConsistent(server.services, [source.client]);
});
