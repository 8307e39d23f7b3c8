import { afterAll, beforeAll, expect, it } from 'vitest';
import { inspectDeployment } from '../../engine/inspect-deployment.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { startHoldfast } from '../../testing/holdfast.ts';
import { addShard, startReplicaSet, type TestMongo } from '../../testing/mongo.ts';

let config: TestMongo;
let shard: TestMongo;
let ledger: TestMongo;

beforeAll(async () => {
  [config, shard, ledger] = await Promise.all([
    startReplicaSet({ clusterRole: 'config' }),
    startReplicaSet({ clusterRole: 'shard' }),
    startReplicaSet(),
  ]);
});
afterAll(async () => {
  await Promise.all([config.stop(), shard.stop(), ledger.stop()]);
});

it('a set that has become a shard is not written to: the confirmed plan fails, and no other is made', async () => {
  const orders = shard.client.db('shop').collection('orders');
  await orders.insertOne({ n: 1 });
  await using holdfast = await startHoldfast({ ledgerUri: ledger.uri, mongodbUri: shard.uri });
  const { id: backupId } = await holdfast.api.backups.request({ deploymentId: 'default' });
  expect(await holdfast.backupEnd(backupId)).toMatchObject({ status: 'completed' });
  expect(await inspectDeployment(shard.client), 'with its role alone').toMatchObject({ shardMember: false });
  const before = { id: backupId as never };
  const target = { kind: 'original' } as const;
  const plan = await holdfast.api.restores.plan({ backupId: before.id, target });
  await orders.insertOne({ n: 2 });

  await addShard(config, shard);
  expect(await inspectDeployment(shard.client)).toMatchObject({ shardMember: true, sharded: false });
  expect(await inspectDeployment(config.client)).toMatchObject({ shardMember: true });
  const { id } = await holdfast.api.restores.confirm({ planId: plan.id, phrase: plan.phrase ?? '' });
  expect(await holdfast.restoreEnd(id)).toMatchObject({
    status: 'failed',
    liveData: 'untouched',
    error: { reason: 'sharded-unsupported' },
  });
  for (const kind of ['original', 'copy'] as const) {
    const again = holdfast.api.restores.plan({ backupId: before.id, target: { kind } });
    await expect(again).rejects.toMatchObject({ cause: { code: 'SHARDED_UNSUPPORTED' } });
  }
  expect(await orders.countDocuments()).toBe(2);
  await expectConsistent(holdfast.services, [shard.client]);
});
