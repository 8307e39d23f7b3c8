import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';
import { endWrites } from './end-writes.ts';

let mongo: TestMongo;

beforeAll(async () => {
  mongo = await startReplicaSet();
});
afterAll(() => mongo.stop());
beforeEach(async () => {
  await mongo.client.db('shop').dropDatabase();
  await mongo.client.db('shop').collection('orders').insertOne({ is: 'live' });
  await mongo.client.db('shop').collection('s0').insertOne({ is: 'staged' });
});

const names = { restoreId: 'none', databases: [], renames: new Set(['shop.s0', 'shop.u0']) };
const away = { renameCollection: 'shop.orders', to: 'shop.u0' };

it.each([
  ['applyOps', { applyOps: [{ op: 'c', ns: 'shop.$cmd', o: away }] }],
  ['a rename', away],
])('%s of a worker that is gone does not wait on until its turn comes', async (_, command) => {
  const session = mongo.client.startSession();
  session.startTransaction();
  await mongo.client.db('shop').collection('orders').insertOne({ is: 'not committed' }, { session });
  const left = mongo.client
    .db('admin')
    .command({ ...command, maxTimeMS: 60_000 })
    .catch(({ codeName }) => codeName);
  await until(waiting, (count) => count > 0);
  await endWrites(mongo.client, names);
  expect(await waiting()).toBe(0);
  await session.abortTransaction();
  expect(await left).toBe('Interrupted');
  const listed = await mongo.client.db('shop').listCollections({}, { nameOnly: true }).toArray();
  expect(listed.map(({ name }) => name).sort()).toStrictEqual(['orders', 's0']);
});

it('leaves the renames of others alone', async () => {
  const session = mongo.client.startSession();
  session.startTransaction();
  await mongo.client.db('shop').collection('orders').insertOne({ is: 'not committed' }, { session });
  const other = mongo.client.db('admin').command({ renameCollection: 'shop.orders', to: 'shop.elsewhere' });
  await until(waiting, (count) => count > 0);
  await endWrites(mongo.client, names);
  expect(await waiting()).toBe(1);
  await session.abortTransaction();
  await other;
});

async function waiting(): Promise<number> {
  const isRename = {
    $or: [{ 'command.renameCollection': { $exists: true } }, { 'command.applyOps': { $exists: true } }],
  };
  const found = mongo.client.db('admin').aggregate([{ $currentOp: {} }, { $match: isRename }]);
  return (await found.toArray()).length;
}
