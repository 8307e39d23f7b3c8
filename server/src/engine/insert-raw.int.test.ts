import { Double, Long, Timestamp } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { rawDocument } from '../testing/raw-document.ts';
import { insertRaw, rawBatches } from './insert-raw.ts';

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await startReplicaSet();
});
afterAll(() => mongo.stop());

describe('raw documents', () => {
  it('arrive as the bytes that they were, whatever an object could hold', async () => {
    const documents = [
      rawDocument([['_id', 1], ...(['10', '2', 'b', 'b'].map((name) => [name, 1]) as [string, number][])]),
      rawDocument([
        ['_id', 2],
        ['__proto__', new Double(-0)],
        ['$a.b', Long.MIN_VALUE],
      ]),
      farDate(),
      rawDocument([
        ['_id', 4],
        ['written', Timestamp.fromBits(0, 0)],
        ['10', '$path'],
        ['2', 1],
      ]),
    ];
    expect(await insertRaw(mongo.client, { database: 'raw', collection: 'odd', documents })).toStrictEqual([]);
    expect(await read('odd')).toStrictEqual(documents.map((bytes) => bytes.toString('hex')));
  });

  it('go in but for those that the server refuses, which are named with a code', async () => {
    const collection = mongo.client.db('raw').collection('unique');
    await collection.createIndex({ u: 1 }, { unique: true });
    await collection.insertOne({ _id: 1 as never, u: 1 });
    const empty = rawDocument([...['_id', 'u'].map((name) => [name, 1] as const), ['t', Timestamp.fromBits(0, 0)]]);
    const documents = [document(1, 5), empty, document(2, 1), document(3, 3), document(3, 4)];
    const errors = await insertRaw(mongo.client, { database: 'raw', collection: 'unique', documents });
    expect(errors).toStrictEqual([0, 1, 2, 4].map((index) => ({ index, code: 11_000 })));
    expect(await read('unique')).toStrictEqual([document(1, 1), document(3, 3)].map((bytes) => bytes.toString('hex')));
  });

  it('pass a validator', async () => {
    await mongo.client.db('raw').createCollection('strict', { validator: { u: { $type: 'string' } } });
    const write = { database: 'raw', collection: 'strict', documents: [document(1, 1)] };
    expect(await insertRaw(mongo.client, write)).toStrictEqual([]);
  });

  it('come in groups that one message holds', async () => {
    const large = rawDocument([['_id', 'x'.repeat(9 * 1024 * 1024)]]);
    const small = Array.from({ length: 1_500 }, (_, n) => document(n, n));
    async function* all() {
      yield* [large, large, ...small];
    }
    expect((await Array.fromAsync(rawBatches(all()))).map(({ length }) => length)).toStrictEqual([1, 1_000, 501]);
  });
});

function document(id: number, u: number): Buffer {
  return rawDocument([
    ['_id', id],
    ['u', u],
  ]);
}

/** A timestamp's eight bytes under the type of a date: far beyond what the driver's dates reach. */
function farDate(): Buffer {
  const bytes = rawDocument([
    ['_id', 3],
    ['at', new Timestamp(Long.MAX_VALUE)],
  ]);
  bytes[bytes.indexOf('at') - 1] = 0x09;
  return bytes;
}

async function read(collection: string): Promise<string[]> {
  const found = await mongo.client
    .db('raw')
    .collection(collection)
    .find({}, { raw: true, sort: { _id: 1 } })
    .toArray();
  return found.map((bytes) => Buffer.from(bytes as unknown as Uint8Array).toString('hex'));
}
