import { EJSON } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectDeployment } from '../../engine/inspect-deployment.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { expiriesOf, makeExpiries, stagedShape, type TtlWay, ttlWay } from './ttl-indexes.ts';

let mongo: TestMongo;

beforeAll(async () => {
  mongo = await startReplicaSet();
});
afterAll(() => mongo.stop());

const byDate = { v: 2, key: { at: 1 }, name: 'at_1', expireAfterSeconds: 3_600 };
const hidden = { v: 2, key: { on: 1 }, name: 'on', partialFilterExpression: { n: { $gt: 3 } }, hidden: true };
const kinds = {
  plain: { type: 'collection', options: {}, indexes: [byDate, { ...hidden, expireAfterSeconds: 0 }] },
  clustered: {
    type: 'collection',
    options: { clusteredIndex: { v: 2, key: { _id: 1 }, name: 'own', unique: true }, expireAfterSeconds: 60 },
    indexes: [byDate],
  },
  series: { type: 'timeseries', options: { timeseries: { timeField: 't' }, expireAfterSeconds: 90 }, indexes: [] },
} as const;

describe('on the server, after it was staged without', () => {
  it.each(['convert', 'create'] as const)(
    '%s: each expires as the backup says, also when it is done twice',
    async (way) => {
      await stageAll(way);
      expect(await expiryOptions()).toStrictEqual({ plain: [], clustered: [], series: [] });
      for (let time = 0; time < 2; time += 1) await makeAll(way);
      expect(await expiryOptions()).toStrictEqual({
        plain: ['at_1 3600', 'on 0'],
        clustered: ['60', 'at_1 3600'],
        series: ['90'],
      });
      const indexes = await mongo.client.db('ttl').collection('plain').listIndexes().toArray();
      expect(indexes.find(({ name }) => name === 'on')).toMatchObject(hidden);
    },
  );

  it('leave-out: nothing expires, and the indexes are there', async () => {
    await stageAll('leave-out');
    await makeAll('leave-out');
    expect(await expiryOptions()).toStrictEqual({ plain: [], clustered: [], series: [] });
    expect(await mongo.client.db('ttl').collection('plain').indexExists(['at_1', 'on'])).toBe(true);
  });
});

it('converts on the server of these tests', async () => {
  expect(ttlWay(await inspectDeployment(mongo.client), 'build')).toBe('convert');
});

it('passes over what somebody removed, and names what the server does not make', async () => {
  const db = mongo.client.db('ttl');
  await db.dropDatabase();
  await db.createCollection('there');
  const one = { database: 'ttl', live: 'there', index: 'gone', seconds: 1 };
  await makeExpiries(mongo.client, [one, { ...one, live: 'gone' }, { ...one, live: 'gone', index: null }]);
  await expect(makeExpiries(mongo.client, [{ ...one, index: null }])).rejects.toMatchObject({
    reason: 'restore-incomplete',
    message: expect.stringContaining('ttl.there'),
  });
});

async function stageAll(way: TtlWay): Promise<void> {
  const db = mongo.client.db('ttl');
  await db.dropDatabase();
  for (const [name, kind] of Object.entries(kinds)) {
    const { options, indexes } = stagedShape(asManifest(kind), way);
    await db.createCollection(name, EJSON.deserialize(options));
    if (indexes.length > 0) await db.command(EJSON.deserialize({ createIndexes: name, indexes }));
  }
}

async function makeAll(way: TtlWay): Promise<void> {
  for (const [live, kind] of Object.entries(kinds))
    await makeExpiries(mongo.client, expiriesOf(asManifest(kind), { database: 'ttl', live }, way));
}

function asManifest(kind: (typeof kinds)[keyof typeof kinds]) {
  return {
    type: kind.type,
    ...EJSON.serialize({ options: kind.options, indexes: [...kind.indexes] }, { relaxed: false }),
  } as {
    type: 'collection' | 'timeseries';
    options: Record<string, unknown>;
    indexes: Record<string, unknown>[];
  };
}

async function expiryOptions(): Promise<Record<string, string[]>> {
  const db = mongo.client.db('ttl');
  const found: Record<string, string[]> = {};
  for (const name of Object.keys(kinds)) {
    const [listed] = await db.listCollections({ name }).toArray();
    const ofAll = listed && 'options' in listed ? listed.options?.expireAfterSeconds : undefined;
    const indexes = await db.collection(name).listIndexes().toArray();
    const ofIndexes = indexes.filter((index) => 'expireAfterSeconds' in index);
    found[name] = [
      ...(ofAll === undefined ? [] : [String(ofAll)]),
      ...ofIndexes.map((index) => `${index.name} ${index.expireAfterSeconds}`),
    ];
  }
  return found;
}
