import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ledgerRole } from '../embedded/ledger-role.ts';
import { startReplicaSet, startStandalone, type TestMongo } from '../testing/mongo.ts';
import { openTinyLedger, signIn } from '../testing/tiny-ledger.ts';
import { until } from '../testing/until.ts';
import { eventsCollection, headCollection, mutableCollections } from './collections.ts';
import { endAbandoned } from './end-abandoned.ts';
import { LedgerUnsuitable } from './prepare-database.ts';
import type { StoredEvent } from './stored-event.ts';

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await startReplicaSet({ auth: true });
});
afterAll(async () => await mongo?.stop());

test('says what to do when the server is no replica set', async () => {
  await using standalone = await startStandalone();
  const refused = await openTinyLedger(standalone.client, 'ledger').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(LedgerUnsuitable);
  for (const word of ['--replSet', 'rs.initiate()', 'LEDGER_URI']) expect(String(refused)).toContain(word);
  expect(await standalone.client.db('ledger').listCollections().toArray()).toEqual([]);
});

test('can be opened by several servers at once, and again', async () => {
  const ledgers = await Promise.all(Array.from({ length: 4 }, () => openTinyLedger(mongo.client, 'several')));
  for (const ledger of ledgers) await ledger.execute(signIn());
  ledgers.push(await openTinyLedger(mongo.client, 'several'));
  expect(await ledgers.at(-1)?.verify()).toMatchObject({ intact: true, events: 4 });
  await Promise.all(ledgers.map((ledger) => ledger.close()));
});

test('makes the indexes that searches need, in which streams, versions and ids are unique', async () => {
  const ledger = await openTinyLedger(mongo.client, 'indexed');
  const indexes = await mongo.client.db('indexed').collection(eventsCollection).indexes();
  expect(indexes.map(({ key, unique }) => [Object.keys(key).join(), unique ?? false])).toEqual([
    ['_id', false],
    ['stream,version', true],
    ['eventId', true],
    ['correlationId,_id', false],
    ['type,_id', false],
    ['actor.id,_id', false],
    ['data.deploymentId,_id', false],
    ['at', false],
  ]);
  await ledger.close();
});

test('refuses to make up a head for events that have lost theirs', async () => {
  const ledger = await openTinyLedger(mongo.client, 'headless');
  await ledger.execute(signIn());
  await ledger.close();
  await mongo.client.db('headless').collection(headCollection).deleteMany({});
  await expect(openTinyLedger(mongo.client, 'headless')).rejects.toThrow('head document is missing');
  expect(await mongo.client.db('headless').collection(headCollection).countDocuments()).toBe(0);
});

test('the service’s own user can do all that a ledger does, and can neither change nor remove an event', async () => {
  const role = ledgerRole('holdfast', { events: eventsCollection, others: mutableCollections });
  await mongo.client.db('admin').command({ createRole: 'ledger', ...role });
  await using client = await new MongoClient(await mongo.addUser('ledger-user', ['ledger'])).connect();
  const ledger = await openTinyLedger(client, 'holdfast');
  const seen: number[] = [];
  const stop = new AbortController();
  const following = (async () => {
    for await (const { position } of ledger.feed({ after: 0, signal: stop.signal })) seen.push(position);
  })();
  await Promise.all(Array.from({ length: 5 }, () => ledger.execute(signIn())));
  await ledger.rebuild();
  await ledger.rebuild();
  const other = await openTinyLedger(mongo.client, 'holdfast');
  await other.execute(signIn());
  await until(
    async () => seen.length,
    (length) => length === 6,
    20_000,
  );
  expect(await ledger.verify()).toMatchObject({ intact: true, events: 6 });

  const events = client.db('holdfast').collection<StoredEvent>(eventsCollection);
  const refused = { codeName: 'Unauthorized' };
  await expect(events.updateOne({ _id: 1 }, { $set: { at: '' } })).rejects.toMatchObject(refused);
  await expect(events.deleteOne({ _id: 1 })).rejects.toMatchObject(refused);
  await expect(events.drop()).rejects.toMatchObject(refused);
  await expect(events.rename('elsewhere')).rejects.toMatchObject(refused);
  await expect(client.db('holdfast').dropDatabase()).rejects.toMatchObject(refused);
  expect(await ledger.verify()).toMatchObject({ intact: true, events: 6 });
  stop.abort();
  await following;
  await Promise.all([ledger.close(), other.close()]);
});

test('the service’s own user can end a transaction that a killed server left open', async () => {
  const uri = await mongo.addUser('another-ledger-user', ['ledger']);
  await using client = await new MongoClient(uri, { appName: 'holdfast' }).connect();
  const session = client.startSession();
  session.startTransaction();
  await client.db('holdfast').collection(headCollection).findOne({}, { session });
  await until(
    () => endAbandoned(client),
    (ended) => ended === 1,
    20_000,
  );
  await expect(session.commitTransaction()).rejects.toMatchObject({ codeName: 'NoSuchTransaction' });
  await session.endSession();
});

test('takes no command once it is closed, after it has appended what it had taken', async () => {
  const ledger = await openTinyLedger(mongo.client, 'closed');
  const taken = Promise.all(Array.from({ length: 100 }, () => ledger.execute(signIn())));
  await ledger.close();
  expect((await taken).flat()).toHaveLength(100);
  await expect(ledger.execute(signIn())).rejects.toThrow('closed');
});
