import { getEventListeners } from 'node:events';
import type { LedgerEvent } from '@holdfast/shared/events';
import { type Document, Long, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { failCommand } from '../testing/fail-point.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { openTinyLedger, signIn } from '../testing/tiny-ledger.ts';
import { until } from '../testing/until.ts';
import { eventsCollection } from './collections.ts';
import type { Ledger } from './ledger.ts';
import type { StoredEvent } from './stored-event.ts';
import { watchInserts } from './watch-inserts.ts';

const appName = 'follower';
/** So long that no test hears of an event by it. */
const noHeartbeat = { feedHeartbeatMs: 600_000 };

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await startReplicaSet();
});
afterAll(async () => await mongo?.stop());

let databases = 0;
let database: string;
let client: MongoClient;
let writer: Ledger;
let server: Ledger;
beforeEach(async () => {
  databases += 1;
  database = `feed_${databases}`;
  client = new MongoClient(mongo.uri, { appName, monitorCommands: true });
  writer = await openTinyLedger(mongo.client, database);
  server = await openTinyLedger(client, database, noHeartbeat);
});
afterEach(async () => {
  await Promise.all([writer.close(), server.close()]);
  await until(openChangeStreams, (streams) => streams.length === 0, 10_000);
  await client.close();
});

function appendMany(count: number): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, () => writer.execute(signIn())));
}

interface Follower {
  readonly positions: number[];
  readonly ended: Promise<void>;
  stop(): void;
}

function follow(ledger: Ledger, after: number): Follower {
  const stop = new AbortController();
  const positions: number[] = [];
  const ended = (async () => {
    for await (const { position } of ledger.feed({ after, signal: stop.signal })) positions.push(position);
  })();
  return { positions, ended, stop: () => stop.abort() };
}

function upTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

async function expectAll({ positions }: Follower, wanted: number[]): Promise<void> {
  await until(
    async () => positions.length,
    (length) => length >= wanted.length,
    20_000,
  );
  expect(positions).toEqual(wanted);
}

/** The cursors that wait at the server for changes of the ledger under test. */
async function openChangeStreams(): Promise<Document[]> {
  const operations = await mongo.client
    .db('admin')
    .aggregate([{ $currentOp: { idleCursors: true } }, { $match: { ns: `${database}.${eventsCollection}` } }])
    .toArray();
  return operations.filter((each) => JSON.stringify(each.cursor ?? {}).includes('$changeStream'));
}

test('gives every event once, in order, to followers that start, stop and go on while two servers append', async () => {
  const both = Promise.all(upTo(200).map((n) => (n % 2 ? writer : server).execute(signIn())));
  const whole = follow(server, 0);
  const seen: number[] = [];
  while (seen.length < 200) {
    const signal = AbortSignal.timeout(30_000);
    let taken = 0;
    for await (const { position } of server.feed({ after: seen.at(-1) ?? 0, signal })) {
      seen.push(position);
      taken += 1;
      if (taken === 30 || seen.length === 200) break;
    }
  }
  await both;
  expect(seen).toEqual(upTo(200));
  await expectAll(whole, upTo(200));
  whole.stop();
  await whole.ended;
});

test('hears of what another server appends by the change stream, after the head, without any event before it', async () => {
  await appendMany(5);
  const follower = follow(server, 5);
  await until(openChangeStreams, (streams) => streams.length === 1, 20_000);
  await appendMany(3);
  await expectAll(follower, [6, 7, 8]);
  follower.stop();
  await follower.ended;
});

test('asks the database at most once for each batch, however many followers there are at the head', async () => {
  const followers = upTo(200).map(() => follow(server, 0));
  await server.execute(signIn());
  for (const follower of followers) await expectAll(follower, [1]);
  const finds: string[] = [];
  client.on('commandStarted', ({ commandName, command }) => {
    if (commandName === 'find' && command.find === eventsCollection) finds.push(commandName);
  });
  for (const _ of upTo(20)) await server.execute(signIn());
  for (const follower of followers) await expectAll(follower, upTo(21));
  expect(finds.length).toBeLessThanOrEqual(20);
  expect(await openChangeStreams()).toHaveLength(1);
  for (const follower of followers) follower.stop();
  await Promise.all(followers.map(({ ended }) => ended));
});

test('gives a slow follower everything, although only the newest events are kept for it', async () => {
  const small = await openTinyLedger(client, database, { ...noHeartbeat, feedCapacity: 10 });
  const stop = new AbortController();
  const iterator = small.feed({ after: 0, signal: stop.signal })[Symbol.asyncIterator]();
  await small.execute(signIn());
  const positions = [(await iterator.next()).value?.position];
  await Promise.all(upTo(300).map(() => small.execute(signIn())));
  while (positions.length < 301) positions.push((await iterator.next()).value?.position);
  expect(positions).toEqual(upTo(301));
  stop.abort();
  expect((await iterator.next()).done).toBe(true);
  await small.close();
});

test('misses nothing when the cursor of its change stream is killed', async () => {
  const follower = follow(server, 0);
  for (const round of upTo(4)) {
    const [stream] = await until(openChangeStreams, (streams) => streams.length === 1, 20_000);
    // The driver gives a small id as a number, which the command does not take.
    const cursor = Long.fromString(String(stream?.cursor.cursorId));
    await Promise.all([
      appendMany(10),
      mongo.client.db(database).command({ killCursors: eventsCollection, cursors: [cursor] }),
    ]);
    await expectAll(follower, upTo(round * 10));
  }
  follower.stop();
  await follower.ended;
});

test('misses nothing when the change stream is lost and cannot be opened for a while', async () => {
  const follower = follow(server, 0);
  await until(openChangeStreams, (streams) => streams.length === 1, 20_000);
  {
    const failing = { appName, failCommands: ['getMore', 'aggregate'], errorCode: 280 };
    await using point = await failCommand(mongo.client, 'alwaysOn', failing);
    await until(
      () => point.failed(),
      (failed) => failed >= 3,
      20_000,
    );
    await appendMany(10);
    expect(follower.positions).toEqual([]);
  }
  await expectAll(follower, upTo(10));
  follower.stop();
  await follower.ended;
});

test('misses nothing when reading what is new fails for a while', async () => {
  const follower = follow(server, 0);
  await until(openChangeStreams, (streams) => streams.length === 1, 20_000);
  await writer.execute(signIn());
  await expectAll(follower, [1]);
  await using point = await failCommand(mongo.client, { times: 6 }, { appName, failCommands: ['find'], errorCode: 50 });
  await appendMany(10);
  await expectAll(follower, upTo(11));
  expect(await point.failed()).toBe(6);
  follower.stop();
  await follower.ended;
});

test('goes on after the ledger was killed and came back', async () => {
  await writer.close();
  writer = await openTinyLedger(mongo.client, database, { patienceMs: 60_000 });
  const follower = follow(server, 0);
  await appendMany(3);
  await expectAll(follower, upTo(3));
  await mongo.kill();
  const waiting = appendMany(3);
  await mongo.restart();
  await waiting;
  await expectAll(follower, upTo(6));
  follower.stop();
  await follower.ended;
});

test('ends with its signal, by `return` while it waits, or with the ledger, and leaves no listener behind', async () => {
  const stop = new AbortController();
  const next = (signal: AbortSignal) => {
    const iterator = server.feed({ after: 0, signal })[Symbol.asyncIterator]();
    return { iterator, waiting: iterator.next() as Promise<IteratorResult<LedgerEvent>> };
  };
  const [aborted, returned, closed] = [next(stop.signal), next(new AbortController().signal), next(stop.signal)];
  await until(openChangeStreams, (streams) => streams.length === 1, 20_000);

  await returned.iterator.return?.();
  expect((await returned.waiting).done).toBe(true);
  await closed.iterator.return?.();
  expect((await closed.waiting).done).toBe(true);
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
  stop.abort();
  expect((await aborted.waiting).done).toBe(true);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  expect((await next(stop.signal).waiting).done).toBe(true);

  const last = next(new AbortController().signal);
  await server.close();
  expect((await last.waiting).done).toBe(true);
  expect((await next(new AbortController().signal).waiting).done).toBe(true);
});

test('a collection that is dropped is watched again, and not asked without end meanwhile', async () => {
  const events = client.db(database).collection<StoredEvent>('dropped');
  const stop = new AbortController();
  const told: number[] = [];
  let opened = 0;
  let reads = 0;
  client.on('commandStarted', ({ commandName, command }) => {
    if (commandName === 'getMore' && command.collection === 'dropped') reads += 1;
  });
  const onOpen = () => {
    opened += 1;
  };
  const watching = watchInserts(events, { onOpen, onInsert: (position) => void told.push(position) }, stop.signal);
  const insert = (position: number) => events.insertOne({ _id: position } as unknown as StoredEvent);
  await until(
    async () => opened,
    (times) => times === 1,
  );
  await insert(1);
  await until(
    async () => told,
    (positions) => positions.length === 1,
  );
  await events.drop();
  await until(
    async () => opened,
    (times) => times === 2,
  );
  await insert(2);
  await until(
    async () => told,
    (positions) => positions.length === 2,
  );
  expect(told).toStrictEqual([1, 2]);
  expect(reads).toBeLessThan(100);
  stop.abort();
  await watching;
});
