import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { OperationFailure } from '@holdfast/shared/failures';
import { Int32 } from 'bson';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startReplicaSet, startStandalone, type TestMongo } from '../testing/mongo.ts';
import { parseConnectionString } from './connection-string.ts';
import { dataPlaceOf } from './data-place.ts';
import { diskSpace } from './disk-space.ts';
import { connectDeployment, databaseExists, inspectDeployment, listNamespaces } from './inspect-deployment.ts';
import { oplogSize } from './oplog-size.ts';

let mongo: TestMongo;

beforeAll(async () => {
  mongo = await startReplicaSet({ auth: true });
});

afterAll(() => mongo.stop());

const connect = (uri: string, timeoutMs = 2_000) => connectDeployment(parseConnectionString(uri), { timeoutMs });

async function failureOf(work: Promise<unknown>): Promise<OperationFailure> {
  const failure = await work.then(
    () => 'it succeeded',
    (reason: unknown) => reason,
  );
  if (!(failure instanceof OperationFailure)) throw new Error(`no OperationFailure: ${String(failure)}`);
  return failure;
}

describe('a connection that cannot be made fails within seconds, with a reason and without the password', () => {
  const cases: [string, (uri: string) => string, string, RegExp][] = [
    ['a wrong password', (uri) => uri.replace('password-of', 'wrong-pw'), 'authentication-failed', /not accept/],
    ['an unknown user', (uri) => uri.replace('root:', 'nobody:'), 'authentication-failed', /not accept/],
    ['a port where nothing listens', () => 'mongodb://u:S3cretPw@127.0.0.1:1/', 'unreachable', /refused/],
    ['a name that is not known', () => 'mongodb://u:S3cretPw@nowhere.invalid/', 'unreachable', /nowhere\.invalid/],
    ['an SRV name that is not known', () => 'mongodb+srv://u:S3cretPw@a.nowhere.invalid/', 'unreachable', /_mongodb/],
    ['another replica set', (uri) => uri.replace('rs0', 'rs9'), 'unreachable', /belongs to the replica set rs9/],
    ['TLS where there is none', (uri) => `${uri}&tls=true`, 'unreachable', /TLS/],
    ['a CA file that is not there', (uri) => `${uri}&tls=true&tlsCAFile=/nowhere.pem`, 'unreachable', /TLS options/],
  ];
  test.each(cases)('%s', async (_, change, reason, words) => {
    const from = performance.now();
    const failure = await failureOf(connect(change(mongo.uri)));
    expect(performance.now() - from).toBeLessThan(6_000);
    expect(failure.reason).toBe(reason);
    expect(failure.message).toMatch(words);
    const told = JSON.stringify([failure.message, failure.toFailure(), failure.stack]);
    expect(told).not.toMatch(/password-of|wrong-pw|S3cretPw/);
  });

  test('a server that takes connections and never answers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const from = performance.now();
      const failure = await failureOf(connect(`mongodb://127.0.0.1:${(silent.address() as AddressInfo).port}/`));
      expect(performance.now() - from).toBeLessThan(6_000);
      expect(failure).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('did not answer') });
    } finally {
      silent.close();
    }
  });
});

describe('where users live', () => {
  test('the database in the path is asked, as long as authSource names no other', async () => {
    const shop = mongo.client.db('shop');
    await shop.command({ createUser: 'local', pwd: 'p@ss/w:rd%', roles: ['read'] });
    const host = `127.0.0.1:${mongo.port}`;
    const password = encodeURIComponent('p@ss/w:rd%');
    await using client = await connect(`mongodb://local:${password}@${host}/shop`);
    expect((await inspectDeployment(client)).version).toMatch(/^\d+\.\d+\.\d+/);
    const elsewhere = await failureOf(connect(`mongodb://local:${password}@${host}/shop?authSource=admin`));
    expect(elsewhere.reason).toBe('authentication-failed');
  });
});

describe('what a deployment is', () => {
  test('a replica set, with its id', async () => {
    await using client = await connect(mongo.uri);
    const facts = await inspectDeployment(client);
    const { version } = await mongo.client.db('admin').command({ buildInfo: 1 });
    const { config } = await mongo.client.db('admin').command({ replSetGetConfig: 1 });
    expect(facts).toEqual({
      version,
      featureCompatibilityVersion: version.split('.').slice(0, 2).join('.'),
      replicaSet: 'rs0',
      replicaSetId: config.settings.replicaSetId.toHexString(),
      replicaSetMembers: [`127.0.0.1:${mongo.port}`],
      sharded: false,
      shardMember: false,
    });
  });

  test('a user who may see little sees its version, its name and its members', async () => {
    await using client = await connect(await mongo.addUser('reader', [{ role: 'read', db: 'shop' }]));
    expect(await inspectDeployment(client)).toMatchObject({
      version: expect.stringMatching(/^\d/),
      featureCompatibilityVersion: null,
      replicaSet: 'rs0',
      replicaSetId: `rs0/127.0.0.1:${mongo.port}`,
    });
  });

  test('a standalone server', async () => {
    await using standalone = await startStandalone();
    await using client = await connect(standalone.uri);
    expect(await inspectDeployment(client)).toMatchObject({ replicaSet: null, replicaSetId: null, sharded: false });
  });

  test('a server that goes away is a lost connection', async () => {
    await using gone = await startStandalone();
    await using client = await connect(gone.uri);
    // A client of a dead server takes long to close.
    await gone.client.close();
    await gone.kill();
    expect((await failureOf(listNamespaces(client))).reason).toBe('connection-lost');
  });
});

describe('the namespaces', () => {
  beforeAll(async () => {
    const db = mongo.client.db('kinds');
    await db.collection('plain').insertMany(Array.from({ length: 100 }, (_, n) => ({ n, text: 'x'.repeat(80) })));
    await db.createCollection('capped', { capped: true, size: 4_096 });
    await db.createCollection('weather', { timeseries: { timeField: 'at', metaField: 'place' } });
    const at = new Date();
    await db.collection('weather').insertMany(['a', 'b', 'a'].map((place) => ({ at, place })));
    await db.createCollection('some', { viewOn: 'plain', pipeline: [{ $match: { n: 1 } }] });
    await db.collection<{ _id: string }>('system.js').insertOne({ _id: 'f' });
    await db.collection('käse.50% (7 documents)').insertOne({});
    await mongo.client.db('kinds2').collection('other').insertOne({});
  });

  const names = (found: { database: string; collection: string }[]) =>
    found.map(({ database, collection }) => `${database}.${collection}`);

  test('of one database: each once, with its kind, options and size', async () => {
    await using client = await connect(mongo.uri);
    const found = await listNamespaces(client, { database: 'kinds' });
    expect(names(found)).toEqual(
      ['capped', 'käse.50% (7 documents)', 'plain', 'some', 'system.js', 'weather'].map((name) => `kinds.${name}`),
    );
    const byName = Object.fromEntries(found.map((namespace) => [namespace.collection, namespace]));
    expect(byName.plain).toMatchObject({ type: 'collection', documents: 100, options: {} });
    expect(byName.plain?.bytes).toBeGreaterThan(100 * 80);
    expect(byName.capped).toMatchObject({
      type: 'collection',
      documents: 0,
      options: { capped: true, size: new Int32(4_096) },
    });
    expect(byName.weather).toMatchObject({
      type: 'timeseries',
      documents: 2,
      options: { timeseries: { timeField: 'at' } },
    });
    expect(byName.some).toMatchObject({ type: 'view', documents: 0, bytes: 0, options: { viewOn: 'plain' } });
  });

  test('of everything: nothing of the server itself, and nothing that is excluded', async () => {
    await using client = await connect(mongo.uri);
    const exclude = (database: string, collection: string) => database === 'kinds2' || collection === 'plain';
    const found = await listNamespaces(client, { database: null, exclude });
    expect(names(found)).toContain('kinds.capped');
    expect(names(found).filter((name) => /^(admin|config|local|kinds2)\.|\.plain$/.test(name))).toEqual([]);
    expect(await listNamespaces(client, { database: 'admin' })).toEqual([]);
  });

  test('a database in scope needs no privilege beyond it', async () => {
    const uri = await mongo.addUser('kinds-reader', [{ role: 'read', db: 'kinds' }]);
    await using client = await connect(uri);
    expect(await listNamespaces(client, { database: 'kinds' })).toHaveLength(6);
    expect(names(await listNamespaces(client))).toContain('kinds.plain');
    expect((await failureOf(listNamespaces(client, { database: 'kinds2' }))).reason).toBe('not-authorized');
    expect(await databaseExists(client, 'kinds')).toBe(true);
  });

  test('a database exists when something is in it', async () => {
    await using client = await connect(mongo.uri);
    expect(await databaseExists(client, 'kinds2')).toBe(true);
    expect(await databaseExists(client, 'kinds3')).toBe(false);
  });

  test('hundreds of collections take a moment', async () => {
    const db = mongo.client.db('many');
    for (let from = 0; from < 300; from += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, n) => db.createCollection(`c${from + n}`)));
    }
    await using client = await connect(mongo.uri);
    const from = performance.now();
    expect(await listNamespaces(client, { database: 'many' })).toHaveLength(300);
    expect(performance.now() - from).toBeLessThan(2_000);
  });
});

describe('where a deployment keeps its data', () => {
  const placeOf = (uri: string) => dataPlaceOf(parseConnectionString(uri));

  test('is asked of a server on this machine', async () => {
    expect(await placeOf(mongo.uri)).toStrictEqual({ kind: 'here', path: mongo.dbPath });
  });

  test('is not known where the user may not ask, and where nobody answers', async () => {
    await mongo.client.db('admin').command({ createUser: 'disk-reader', pwd: 'reader-pw', roles: ['readAnyDatabase'] });
    const asReader = mongo.uri.replace(/\/\/[^@]*@/, '//disk-reader:reader-pw@');
    expect(await placeOf(asReader)).toStrictEqual({ kind: 'unknown', reason: 'not-permitted' });
    expect(await placeOf('mongodb://127.0.0.1:1/')).toStrictEqual({ kind: 'unknown', reason: 'unreachable' });
  });

  test('is elsewhere behind the address of another machine, which is not asked', async () => {
    expect(await placeOf('mongodb://192.0.2.7/')).toStrictEqual({ kind: 'elsewhere' });
    expect(await placeOf('mongodb+srv://cluster.example.com/')).toStrictEqual({ kind: 'elsewhere' });
  });
});

describe('what there is to know before something is restored', () => {
  test('a collection that was made anew under its name has another uuid; a time-series has that of its buckets', async () => {
    await using client = await connect(mongo.uri);
    const db = client.db('uuids');
    await db.createCollection('ts', { timeseries: { timeField: 't' } });
    const uuids = async () => {
      await db.collection('plain').insertOne({ n: 1 });
      const found = await listNamespaces(client, { database: 'uuids' });
      return Object.fromEntries(found.map(({ collection, uuid }) => [collection, uuid]));
    };
    const before = await uuids();
    await db.dropCollection('plain');
    const after = await uuids();
    expect(Object.values(before)).toStrictEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ]);
    expect(after.ts).toBe(before.ts);
    expect(after.plain).not.toBe(before.plain);
    await db.dropDatabase();
  });

  test('the free space, also for a database that is not there', async () => {
    await using client = await connect(mongo.uri);
    const { freeBytes, storedPerByte } = await diskSpace(client, ['admin', 'nothing-here']);
    expect(freeBytes).toBeGreaterThan(0);
    expect(storedPerByte).toBe(1);
  });

  test("the oplog's size and window, where the user may look at it", async () => {
    await using client = await connect(mongo.uri);
    expect(await oplogSize(client)).toMatchObject({ windowSeconds: expect.any(Number) });
    expect((await oplogSize(client))?.maxBytes).toBeGreaterThan(1_000_000);
    await using limited = await connect(await mongo.addUser('only-one', [{ role: 'readWrite', db: 'shop' }]));
    expect(await oplogSize(limited)).toBeNull();
    expect((await diskSpace(limited, ['crm'])).freeBytes).toBeNull();
  });

  test('a standalone server has no oplog', async () => {
    await using alone = await startStandalone();
    expect(await oplogSize(alone.client)).toBeNull();
  });
});
