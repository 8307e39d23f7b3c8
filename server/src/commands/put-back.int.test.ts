import type { Backup } from '@holdfast/shared/backup';
import { Decimal128, Double, Long, Timestamp } from 'bson';
import type { Collection, Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';

let source: TestMongo;
let holdfast: TestHoldfast;
let orders: Collection<Document>;
let backup: Backup;
const documents = [
  { _id: 1, n: new Double(1), tags: ['a'] },
  { _id: { b: 1, a: 2 }, n: Long.fromNumber(5), at: new Timestamp({ t: 0, i: 0 }) },
  { _id: 'three', n: Decimal128.fromString('1.500'), 10: 'x', 2: 'y' },
  { _id: 4, email: 'a@example.org' },
] as Document[];

beforeAll(async () => {
  source = await startReplicaSet();
  const shop = source.client.db('shop');
  orders = shop.collection('orders');
  await orders.insertMany(documents.slice(0, 1));
  await orders.updateOne({ _id: documents[1]?._id }, { $set: { n: documents[1]?.n } }, { upsert: true });
  await orders.updateOne({ _id: documents[1]?._id }, [{ $set: { at: { $literal: documents[1]?.at } } }]);
  await orders.insertMany(documents.slice(2));
  await shop.createCollection('recent', { viewOn: 'orders', pipeline: [] });
  holdfast = await startHoldfast({ mongodbUri: source.uri });
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  backup = await holdfast.backupEnd(id);
  expect(backup.status).toBe('completed');
});
beforeEach(async () => {
  await orders.dropIndexes();
});
afterAll(async () => {
  if (holdfast !== undefined) await expectConsistent(holdfast.services, [source.client]);
  await holdfast?.[Symbol.asyncDispose]();
  await source?.stop();
});

const where = () => ({ backupId: backup.id, namespace: 'shop.orders' });
const plan = (...positions: number[]) => holdfast.api.restores.planPutBack({ ...where(), positions });
const putBack = (changes: readonly { position: number; liveDigest: string | null }[]) =>
  holdfast.api.restores.putBack({
    ...where(),
    documents: changes.map(({ position, liveDigest }) => ({ position, liveDigest })),
  });

async function bytesById(): Promise<Map<string, string>> {
  const all = await orders.find({}, { raw: true }).toArray();
  return new Map(
    all.map((bytes, index) => [String(index), Buffer.from(bytes as unknown as Uint8Array).toString('hex')]),
  );
}

describe('documents that are put back', () => {
  it('are shown beside the live ones, then written as the bytes that they were', async () => {
    const before = [...(await bytesById()).values()].sort();
    await orders.deleteOne({ _id: 'three' as never });
    await orders.updateOne({ _id: 1 as never }, { $set: { n: 7 }, $unset: { tags: 1 } });
    await orders.updateOne({ _id: documents[1]?._id }, { $set: { at: 'now' } });
    const { changes } = await plan(0, 1, 2, 3);
    expect(changes.map(({ action }) => action)).toStrictEqual(['replace', 'replace', 'insert', 'same']);
    expect(changes[0]?.live).toContain('"n":{"$numberInt":"7"}');
    expect(changes[0]?.inBackup).toContain('"n":{"$numberDouble":"1.0"}');
    const outcomes = await putBack(changes);
    expect(outcomes.map(({ outcome }) => outcome)).toStrictEqual(['replaced', 'replaced', 'inserted', 'same']);
    expect(outcomes[0]?.replaced).toBe(changes[0]?.live);
    expect([...(await bytesById()).values()].sort()).toStrictEqual(before);
  });

  it('leave no word of what they hold in the ledger, but that it happened', async () => {
    const { events } = await holdfast.api.audit.search({ type: 'DocumentsPutBack' });
    expect(events.map(({ data }) => data)).toStrictEqual([
      { backupId: backup.id, deploymentId: backup.deploymentId, namespace: 'shop.orders', inserted: 1, replaced: 2 },
    ]);
  });

  it('never go over what was written since they were shown', async () => {
    await orders.updateOne({ _id: 1 as never }, { $set: { n: 8 } });
    const { changes } = await plan(0);
    await orders.updateOne({ _id: 1 as never }, { $set: { n: 9 } });
    expect(await putBack(changes)).toStrictEqual([{ position: 0, outcome: 'changed', replaced: null }]);
    expect((await orders.findOne({ _id: 1 as never }))?.n).toBe(9);
  });

  it('are refused by a unique index, by name of the document', async () => {
    await orders.deleteOne({ _id: 4 as never });
    await orders.insertOne({ _id: 40 as never, email: 'a@example.org' });
    await orders.createIndex({ email: 1 }, { unique: true, partialFilterExpression: { email: { $type: 'string' } } });
    const { changes } = await plan(3);
    expect(await putBack(changes)).toStrictEqual([{ position: 3, outcome: 'refused', replaced: null }]);
  });

  it('are refused for views, for what is not there, and for numbers that the collection does not have', async () => {
    const view = holdfast.api.restores.planPutBack({ backupId: backup.id, namespace: 'shop.recent', positions: [0] });
    await expect(view).rejects.toThrow('it is a view');
    await expect(plan(99)).rejects.toThrow('no document number 99');
    await orders.rename('elsewhere');
    await expect(plan(0)).rejects.toThrow('has no such collection');
    await source.client.db('shop').collection('elsewhere').rename('orders');
  });
});
