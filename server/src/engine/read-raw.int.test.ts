import { Double, deserialize } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elementsOf } from '../archive/bson-elements.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { rawDocument } from '../testing/raw-document.ts';
import { insertRaw } from './insert-raw.ts';
import { readRaw } from './read-raw.ts';

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await startReplicaSet();
});
afterAll(() => mongo.stop());

const openCursors = async () => {
  const { metrics } = await mongo.client.db('admin').command({ serverStatus: 1 });
  return Number(metrics.cursor.open.total);
};

async function read(collection: string, batchDocuments: number): Promise<Buffer[]> {
  const documents: Buffer[] = [];
  for await (const array of readRaw(mongo.client, { database: 'raw', collection, batchDocuments })) {
    for (const { start, end } of elementsOf(array, 0)) documents.push(Buffer.from(array.subarray(start, end)));
  }
  return documents;
}

describe('a collection read raw', () => {
  it('gives every document as the bytes that it is, whatever the batches', async () => {
    const documents = Array.from({ length: 1_000 }, (_, n) =>
      rawDocument([
        ['_id', n],
        ['10', new Double(-0)],
        ['2', n],
      ]),
    );
    await insertRaw(mongo.client, { database: 'raw', collection: 'odd', documents });
    for (const batch of [1, 7, 999, 1_000, 5_000]) expect(await read('odd', batch)).toStrictEqual(documents);
    expect(await openCursors()).toBe(0);
  });

  it('gives as many large documents at once as an answer holds', async () => {
    const text = 'x'.repeat(7 * 1024 * 1024);
    const large = mongo.client.db('raw').collection<{ _id: number; text: string }>('large');
    for (const _id of [1, 2, 3]) await large.insertOne({ _id, text });
    expect((await read('large', 100)).map((bytes) => deserialize(bytes)._id)).toStrictEqual([1, 2, 3]);
  });

  it('has nothing when it is not there', async () => {
    expect(await read('nowhere', 10)).toStrictEqual([]);
  });

  it('leaves no cursor when its reader stops early, or is told to', async () => {
    for await (const _ of readRaw(mongo.client, { database: 'raw', collection: 'odd', batchDocuments: 10 })) break;
    const controller = new AbortController();
    const reading = async () => {
      const how = { database: 'raw', collection: 'odd', batchDocuments: 10, signal: controller.signal };
      for await (const _ of readRaw(mongo.client, how)) controller.abort(new Error('enough'));
    };
    await expect(reading()).rejects.toThrow('enough');
    expect(await openCursors()).toBe(0);
  });
});
