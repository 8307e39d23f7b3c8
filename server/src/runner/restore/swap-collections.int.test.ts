import type { SwapMethod } from '@holdfast/shared/restore';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isAnyIndexBuilt } from '../../engine/index-builds.ts';
import { findSwapMethod } from '../../engine/swap-method.ts';
import { failCommand } from '../../testing/fail-point.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { until } from '../../testing/until.ts';
import { dropUndo, lookAtSwaps, performSwap, type Swap, undoBytes } from './swap-collections.ts';

let mongo: TestMongo;
let limited: MongoClient;
let almighty: MongoClient;
let uris: Readonly<Record<SwapMethod, string>>;

beforeAll(async () => {
  mongo = await startReplicaSet({ auth: true });
  const anything = { resource: { anyResource: true }, actions: ['anyAction'] };
  await mongo.client.db('admin').command({ createRole: 'anything', privileges: [anything], roles: [] });
  const backupAndRestore = ['backup', 'restore'] as const;
  uris = {
    renames: await mongo.addUser('limited', backupAndRestore),
    'apply-ops': await mongo.addUser('almighty', [...backupAndRestore, 'anything']),
  };
  limited = new MongoClient(uris.renames);
  almighty = new MongoClient(uris['apply-ops']);
});
afterAll(async () => {
  await Promise.all([limited.close(), almighty.close()]);
  await mongo.stop();
});

/** Replaced, added, moved away. */
const swaps: readonly Swap[] = [
  { database: 'one', live: 'a', shadow: 's0', undo: 'u0' },
  { database: 'one', live: 'new', shadow: 's1', undo: 'u1' },
  { database: 'two', live: 'a', shadow: 's2', undo: 'u2' },
  { database: 'two', live: 'gone', shadow: null, undo: 'u3' },
];
const before = { 'one.a': 'live', 'one.s0': 's0', 'one.s1': 's1', 'two.a': 'live', 'two.gone': 'live', 'two.s2': 's2' };
const swapped = { 'one.a': 's0', 'one.new': 's1', 'one.u0': 'live', 'two.a': 's2', 'two.u2': 'live', 'two.u3': 'live' };

beforeEach(() => set(before));

it('does as many as it may at once in each command, a collection whole in one of them', async () => {
  const seen: unknown[] = [];
  const after = async () => {
    seen.push((await lookAtSwaps(limited, swaps)).map(({ step }) => step));
  };
  const { method, groups } = await performSwap(almighty, swaps, { method: 'apply-ops', atOnce: 3, after });
  expect([method, groups]).toStrictEqual(['apply-ops', 2]);
  expect(seen).toStrictEqual([['done', 'done', 'done', 'not-begun'], swaps.map(() => 'done')]);
  expect(await found()).toStrictEqual(swapped);
});

it('finds out what the user may do', async () => {
  expect(await findSwapMethod(limited)).toBe('renames');
  expect(await findSwapMethod(mongo.client), 'root').toBe('renames');
  expect(await findSwapMethod(almighty)).toBe('apply-ops');
});

const clientOf = (method: SwapMethod) => (method === 'apply-ops' ? almighty : limited);

describe.each(['apply-ops', 'renames'] as const)('%s', (method) => {
  it('replaces, adds and moves away, in so many commands, and does nothing the second time', async () => {
    let commands = 0;
    const after = async () => {
      commands += 1;
    };
    const counted = { method, after };
    const outcome = await performSwap(clientOf(method), swaps, counted);
    expect(outcome.method).toBe(method);
    expect(outcome.durationMs).toBeGreaterThan(0);
    expect(commands).toBe(method === 'apply-ops' ? 1 : 6);
    expect(await found()).toStrictEqual(swapped);
    expect(await performSwap(clientOf(method), swaps, counted)).toStrictEqual({ method, durationMs: 0 });
    expect(commands).toBe(method === 'apply-ops' ? 1 : 6);
  });

  it('goes on from wherever it was stopped', async () => {
    for (const stopAt of [1, 2, 3, 6]) {
      await set(before);
      let begun = 0;
      const stopped = performSwap(clientOf('renames'), swaps, {
        method: 'renames',
        before: () => {
          begun += 1;
          if (begun === stopAt) throw new Error('stopped');
        },
      });
      await expect(stopped).rejects.toThrow('stopped');
      const looked = await lookAtSwaps(limited, swaps);
      expect(
        looked.some(({ isBegun }) => isBegun),
        `before command ${stopAt}`,
      ).toBe(stopAt > 1);
      await performSwap(clientOf(method), swaps, { method });
      expect(await found(), `before command ${stopAt}`).toStrictEqual(swapped);
    }
  });

  it('puts the shadow over what was written under the live name while it was half done', async () => {
    await mongo.client.db('one').renameCollection('a', 'u0');
    await mongo.client.db('one').collection('a').insertOne({ is: 'written between' });
    expect((await lookAtSwaps(limited, swaps))[0]).toMatchObject({ step: 'half', isLive: true, isBegun: true });
    await performSwap(clientOf(method), swaps, { method });
    expect(await found()).toStrictEqual(swapped);
  });

  it('says so when the server does not let it happen, with nothing begun', async () => {
    const session = mongo.client.startSession();
    session.startTransaction();
    await mongo.client.db('one').collection('a').insertOne({ is: 'uncommitted' }, { session });
    const held = performSwap(clientOf(method), swaps, { method, limitMs: 500 });
    await expect(held).rejects.toMatchObject({ reason: 'stalled' });
    await session.abortTransaction();
    expect((await lookAtSwaps(limited, swaps)).map(({ step }) => step)).toStrictEqual(swaps.map(() => 'not-begun'));
    await performSwap(clientOf(method), swaps, { method });
    expect(await found()).toStrictEqual(swapped);
  });
});

it.each(['apply-ops', 'renames'] as const)('%s: names what the server refuses for good', async (method) => {
  const refused = { failCommands: ['applyOps', 'renameCollection'], appName: 'refused', errorCode: 20 };
  await using client = new MongoClient(uris[method], { appName: 'refused' });
  await using _refusing = await failCommand(mongo.client, method === 'renames' ? { skip: 3 } : 'alwaysOn', refused);
  await expect(performSwap(client, swaps, { method })).rejects.toMatchObject({
    reason: 'restore-incomplete',
    message: `${method === 'renames' ? 'two' : 'one'}.a could not be replaced: the server answered IllegalOperation (20).`,
  });
});

describe.each(['apply-ops', 'renames'] as const)('%s, while an index is being built', (method) => {
  it('waits, with nothing begun and the server alive', async () => {
    await mongo.client.db('two').collection('a').insertOne({ x: 1 });
    await setFailPoint('alwaysOn');
    const built = mongo.client.db('two').collection('a').createIndex({ x: 1 });
    await until(
      () => isAnyIndexBuilt(clientOf(method), ['two.a']),
      (isBuilt) => isBuilt,
    );
    await expect(performSwap(clientOf(method), swaps, { method, limitMs: 300 })).rejects.toMatchObject({
      reason: 'stalled',
    });
    expect((await lookAtSwaps(limited, swaps)).map(({ step }) => step)).toStrictEqual(swaps.map(() => 'not-begun'));
    const swap = performSwap(clientOf(method), swaps, { method });
    await setFailPoint('off');
    await built;
    await swap;
    expect(Object.keys(await found())).toStrictEqual(Object.keys(swapped));
  });

  const setFailPoint = (mode: string) =>
    mongo.client.db('admin').command({ configureFailPoint: 'hangAfterStartingIndexBuild', mode });
});

it('renames where the server refuses the one command', async () => {
  expect((await performSwap(limited, swaps, { method: 'apply-ops' })).method).toBe('renames');
  expect(await found()).toStrictEqual(swapped);
});

it('drops what is live where no undo name is given', async () => {
  const noUndo = swaps.map(({ undo: _, ...swap }) => swap);
  for (const client of [almighty, limited]) {
    await set(before);
    await performSwap(client, noUndo, { method: 'apply-ops' });
    expect(await found()).toStrictEqual({ 'one.a': 's0', 'one.new': 's1', 'two.a': 's2' });
  }
});

it('says what the kept collections take, and drops them', async () => {
  await performSwap(limited, swaps, { method: 'renames' });
  expect(await undoBytes(limited, swaps)).toBeGreaterThan(3 * 4_096);
  await dropUndo(limited, swaps);
  await dropUndo(limited, swaps);
  expect(await undoBytes(limited, swaps)).toBe(0);
  expect(await found()).toStrictEqual({ 'one.a': 's0', 'one.new': 's1', 'two.a': 's2' });
});

async function set(wanted: Readonly<Record<string, string>>): Promise<void> {
  for (const database of ['one', 'two']) await mongo.client.db(database).dropDatabase();
  for (const [name, is] of Object.entries(wanted)) {
    const [database = '', collection = ''] = name.split('.');
    await mongo.client.db(database).collection(collection).insertOne({ is });
  }
}

/** What each collection holds, by name. */
async function found(): Promise<Record<string, unknown>> {
  const entries: [string, unknown][] = [];
  for (const database of ['one', 'two']) {
    const db = mongo.client.db(database);
    for (const { collectionName } of await db.collections()) {
      const documents = await db.collection(collectionName).find().toArray();
      entries.push([`${database}.${collectionName}`, documents.map(({ is }) => is).join()]);
    }
  }
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
