import type { OperationProgress } from '@holdfast/shared/operation';
import { type Document, Long, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { until } from '../testing/until.ts';
import { type RunningFeed, runningFeed } from './running-feed.ts';

interface Running {
  readonly _id: string;
  readonly progress: OperationProgress;
}

let mongo: TestMongo;
beforeAll(async () => {
  mongo = await startReplicaSet();
});
afterAll(async () => await mongo?.stop());

let databases = 0;
let database: string;
let client: MongoClient;
let feed: RunningFeed;
beforeEach(async () => {
  databases += 1;
  database = `running_${databases}`;
  client = new MongoClient(mongo.uri);
  const collection = client.db(database).collection<Running>('running');
  const list = async () => (await collection.find().sort({ _id: 1 }).toArray()).map(({ progress }) => progress);
  feed = runningFeed({ collection, list });
});
afterEach(async () => {
  await until(openStreams, (streams) => streams.length === 0, 10_000);
  await client.close();
});

/** The cursors that wait at the server for changes of the list under test. */
async function openStreams(): Promise<Document[]> {
  const operations = await mongo.client
    .db('admin')
    .aggregate([{ $currentOp: { idleCursors: true } }, { $match: { ns: `${database}.running` } }])
    .toArray();
  return operations.filter((each) => JSON.stringify(each.cursor ?? {}).includes('$changeStream'));
}

async function report(id: string, bytes: number): Promise<void> {
  const progress = { operationId: id, bytes } as OperationProgress;
  await mongo.client
    .db(database)
    .collection<Running>('running')
    .replaceOne({ _id: id }, { progress }, { upsert: true });
}

interface Watcher {
  /** As they came: `id:bytes`, each list one text. */
  readonly lists: string[];
  stop(): Promise<void>;
}

function watch(): Watcher {
  const stop = new AbortController();
  const lists: string[] = [];
  const ended = (async () => {
    for await (const list of feed.follow(stop.signal)) lists.push(textOf(list));
  })();
  return {
    lists,
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

function textOf(list: readonly OperationProgress[]): string {
  return list.map(({ operationId, bytes }) => `${operationId}:${bytes}`).join(' ');
}

async function untilLast(watchers: readonly Watcher[], wanted: string): Promise<void> {
  await until(
    async () => watchers.map(({ lists }) => lists.at(-1)),
    (last) => last.every((text) => text === wanted),
    20_000,
  );
}

test('tells any number of watchers the whole list at once and then what changes, over one change stream', async () => {
  await report('a', 1);
  const watchers = Array.from({ length: 40 }, watch);
  await untilLast(watchers, 'a:1');
  await report('b', 2);
  await untilLast(watchers, 'a:1 b:2');
  expect(await openStreams()).toHaveLength(1);
  const late = watch();
  await untilLast([late], 'a:1 b:2');
  expect(late.lists).toEqual(['a:1 b:2']);
  expect(await openStreams()).toHaveLength(1);
  await Promise.all([...watchers, late].map((each) => each.stop()));
});

test('keeps the stream open only while somebody watches, and begins anew with what is true then', async () => {
  await report('a', 1);
  const [first, second] = [watch(), watch()];
  await untilLast([first, second], 'a:1');
  await first.stop();
  await report('a', 2);
  await untilLast([second], 'a:2');
  await second.stop();
  await until(openStreams, (streams) => streams.length === 0, 10_000);
  await report('a', 3);
  const third = watch();
  await untilLast([third], 'a:3');
  expect(third.lists).toEqual(['a:3']);
  await third.stop();
});

test('gives a slow watcher only the newest list', async () => {
  await report('a', 0);
  const quick = watch();
  const stop = new AbortController();
  const slow = feed.follow(stop.signal);
  expect(textOf((await slow.next()).value ?? [])).toBe('a:0');
  for (let bytes = 1; bytes <= 3; bytes += 1) {
    await report('a', bytes);
    await untilLast([quick], `a:${bytes}`);
  }
  expect(textOf((await slow.next()).value ?? [])).toBe('a:3');
  stop.abort();
  expect((await slow.next()).done).toBe(true);
  await quick.stop();
});

test('tells of changes at most twice a second', async () => {
  const started = performance.now();
  const watcher = watch();
  for (let bytes = 0; bytes < 150; bytes += 1) {
    await report('a', bytes);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await untilLast([watcher], 'a:149');
  expect(watcher.lists.length).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - started) / 500));
  await watcher.stop();
});

test('goes on when its collection is dropped', async () => {
  await report('a', 1);
  const watcher = watch();
  await untilLast([watcher], 'a:1');
  await mongo.client.db(database).collection('running').drop();
  await untilLast([watcher], '');
  await report('a', 2);
  await untilLast([watcher], 'a:2');
  await watcher.stop();
});

test('goes on when the change stream is lost', async () => {
  await report('a', 1);
  const watcher = watch();
  await untilLast([watcher], 'a:1');
  for (let bytes = 2; bytes <= 4; bytes += 1) {
    const [stream] = await until(openStreams, (streams) => streams.length === 1, 20_000);
    const cursor = Long.fromString(String(stream?.cursor.cursorId));
    await mongo.client.db(database).command({ killCursors: 'running', cursors: [cursor] });
    await report('a', bytes);
    await untilLast([watcher], `a:${bytes}`);
  }
  await watcher.stop();
});
