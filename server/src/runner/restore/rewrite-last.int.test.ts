import type { Db, Document } from 'mongodb';
import { BSONRegExp, Long, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fieldOf } from '../../archive/bson-elements.ts';
import { insertRaw } from '../../engine/insert-raw.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { namespaceNow } from './namespace-now.ts';
import { type NeededRights, requireRights } from './require-rights.ts';
import { performRewrites, type Rewrite } from './rewrite-last.ts';

let mongo: TestMongo;
/** May do no more than the roles `backup` and `restore` allow. */
let limited: MongoClient;
let db: Db;

beforeAll(async () => {
  mongo = await startReplicaSet({ auth: true });
  limited = new MongoClient(await mongo.addUser('limited', ['backup', 'restore']));
  db = mongo.client.db('kinds');
});
afterAll(async () => {
  await limited.close();
  await mongo.stop();
});
beforeEach(() => db.dropDatabase());

const shadow = (n: number) => `hf_${'0'.repeat(32)}_${n}`;
const series = { timeField: 't', metaField: 'm' };
const collation = { locale: 'fr', strength: 2 };
const measurements = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({
    t: new Date(1.7e12 + n * 60_000),
    m: { z: n % 7, 10: 1, 9: n % 2 },
    v: from + n / 3,
  }));

describe('of each kind, under names and with what was there before', () => {
  const kinds: readonly {
    is: string;
    type: Rewrite['type'];
    staged: (name: string) => Promise<unknown>;
    stagedIs: string;
  }[] = [
    {
      is: 'a view',
      type: 'view',
      staged: (name) => view(name, 'base', [{ $match: { b: 1 } }]),
      stagedIs: 'view base $match',
    },
    {
      is: 'a view with a collation',
      type: 'view',
      staged: (name) => db.createCollection(name, { viewOn: 'base', pipeline: [], collation }),
      stagedIs: 'view base  fr',
    },
    {
      is: 'a time-series',
      type: 'timeseries',
      staged: (name) => timeseries(name, 500),
      stagedIs: 'timeseries 500 m_1_t_1',
    },
    {
      is: 'a collection',
      type: 'collection',
      staged: (name) => collection(name, 'backup'),
      stagedIs: 'collection backup',
    },
  ];
  const befores: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
    nothing: async () => undefined,
    'a view': (name) => view(name, 'other', []),
    'the same view': (name) => view(name, 'base', [{ $match: { b: 1 } }]),
    'a view with a collation': (name) => db.createCollection(name, { viewOn: 'other', pipeline: [], collation }),
    'a time-series': (name) => timeseries(name, 900),
  };
  const isNear = (kind: string, there: string) => kind.includes('view') || !/same|with/.test(there);
  const cases = kinds.flatMap((kind) =>
    Object.keys(befores).flatMap((there) => (isNear(kind.is, there) ? [[kind.is, there, kind] as const] : [])),
  );

  it.each(cases)('%s where %s is, and again from wherever it was stopped', async (_, there, kind) => {
    for (const stopAt of [1, 2, 3, 4]) {
      await db.dropDatabase();
      await befores[there]?.('live');
      await kind.staged(shadow(0));
      const replaces = (await namespaceNow(limited, 'kinds', 'live'))?.uuid;
      const rewrite = {
        database: 'kinds',
        live: 'live',
        shadow: shadow(0),
        type: kind.type,
        ...(replaces ? { replaces } : {}),
      };
      const isStopped = await stopped([rewrite], stopAt);
      await rewriteAll([rewrite]);
      await rewriteAll([rewrite]);
      expect(await described('live'), `stopped before step ${stopAt}`).toBe(kind.stagedIs);
      expect(await names()).toStrictEqual(['live']);
      if (!isStopped) break;
    }
  });
});

describe('views', () => {
  it('on views, given in any order, also where they stood the other way round', async () => {
    await view('a', 'b', []);
    await view('b', 'base', []);
    await view('kept', 'a', []);
    await view(shadow(0), 'a', [{ $limit: 2 }]);
    await view(shadow(1), 'base', [{ $limit: 1 }]);
    await db.createCollection(shadow(2), { viewOn: 'c', pipeline: [], collation });
    await db.createCollection(shadow(3), { viewOn: 'base', pipeline: [], collation });
    await rewriteAll([
      { database: 'kinds', live: 'd', shadow: shadow(2), type: 'view' },
      { database: 'kinds', live: 'c', shadow: shadow(3), type: 'view' },
      { database: 'kinds', live: 'b', shadow: shadow(0), type: 'view' },
      { database: 'kinds', live: 'a', shadow: shadow(1), type: 'view' },
    ]);
    expect(await Promise.all(['a', 'b', 'c', 'd', 'kept'].map(described))).toStrictEqual([
      'view base $limit',
      'view a $limit',
      'view base  fr',
      'view c  fr',
      'view a ',
    ]);
  });

  it('keep each value that it is: a long, a pattern of any flags that JavaScript may not know, the order of names', async () => {
    const renamed = new Map<string, unknown>([
      ['zz', 1],
      ...['10', '9'].map((name) => [name, { $literal: name }] as const),
    ]);
    await view(shadow(0), 'base', [
      { $match: { name: { $not: new BSONRegExp('(?i)a++ b', 'ix') }, n: { $ne: new Long(5n) } } },
      new Map([['$project', renamed]]),
    ]);
    const options = await bytesOf(shadow(0));
    await view('live', 'base', [{ $match: { name: { $not: new BSONRegExp('(?i)a++ b', 'i') }, n: { $ne: 5 } } }]);
    await db.createCollection('v', { viewOn: 'live', pipeline: [] });
    await rewriteAll([{ database: 'kinds', live: 'live', shadow: shadow(0), type: 'view' }]);
    expect(await bytesOf('live')).toBe(options);
  });

  it('read the live collection where their shadow read its shadow', async () => {
    await view(shadow(1), shadow(0), []);
    const rewrite = { database: 'kinds', live: 'v', shadow: shadow(1), type: 'view' } as const;
    const liveNames = (_: string, name: string) => (name === shadow(0) ? 'orders' : name);
    await performRewrites(limited, [rewrite], { liveNames });
    expect(await described('v')).toBe('view orders ');
  });

  it('that the server does not take are named', async () => {
    await view(shadow(0), 'w', []);
    await view(shadow(1), 'v', []);
    const rewrites = [
      { database: 'kinds', live: 'v', shadow: shadow(0), type: 'view' },
      { database: 'kinds', live: 'w', shadow: shadow(1), type: 'view' },
    ] as const;
    await expect(rewriteAll(rewrites)).rejects.toMatchObject({
      reason: 'restore-incomplete',
      message: expect.stringContaining('kinds.w'),
    });
    expect(await described('v')).toBe('view w ');
  });
});

describe('a time-series', () => {
  const rewrite = { database: 'kinds', live: 'live', shadow: shadow(0), type: 'timeseries' } as const;

  it('keeps every bucket byte for byte, and lets what is written meanwhile stay', async () => {
    await timeseries(shadow(0), 3_000);
    const staged = await buckets(shadow(0));
    const replaces = await timeseries('live', 10).then(() => namespaceNow(limited, 'kinds', 'live'));
    let steps = 0;
    await performRewrites(limited, [{ ...rewrite, replaces: replaces?.uuid ?? '' }], {
      liveNames: (_, name) => name,
      before: () => {
        steps += 1;
      },
      after: async () => expect(steps).toBe(3),
    });
    expect(await buckets('live')).toStrictEqual(staged);
  });

  it('keeps an index that does not follow the collation of the time-series', async () => {
    await db.createCollection(shadow(0), { timeseries: series, collation });
    await db.collection(shadow(0)).createIndex({ m: 1 }, { name: 'simple', collation: { locale: 'simple' } });
    await db.collection(shadow(0)).createIndex({ v: 1 }, { name: 'french' });
    const staged = await db.collection(shadow(0)).indexes();
    await rewriteAll([rewrite]);
    expect(await db.collection('live').indexes()).toStrictEqual(staged);
  });

  it('goes on with a copy that was begun and written to', async () => {
    await timeseries(shadow(0), 3_000);
    const staged = await buckets(shadow(0));
    await db.createCollection('live', { timeseries: series });
    const documents = staged.slice(0, 3).map((bucket) => Buffer.from(bucket, 'base64'));
    await insertRaw(limited, { database: 'kinds', collection: 'system.buckets.live', documents });
    await db.collection('live').insertOne({ t: new Date(), m: { z: 99 }, v: 1 });
    await rewriteAll([rewrite]);
    const now = await buckets('live');
    expect(now.filter((bucket) => staged.includes(bucket))).toStrictEqual(staged);
    expect(await db.collection('live').countDocuments({ 'm.z': 99 })).toBe(1);
  });

  it('says so when a bucket of the copy is another one', async () => {
    await timeseries(shadow(0), 3_000);
    await db.createCollection('live', { timeseries: series });
    const first = await db.collection(`system.buckets.${shadow(0)}`).findOne({}, { sort: { _id: 1 } });
    await db.collection('system.buckets.live').insertOne({ ...first, meta: 'x' });
    await expect(rewriteAll([rewrite])).rejects.toMatchObject({ reason: 'restore-incomplete' });
  });
});

describe('stored functions', () => {
  const rewrite = { database: 'kinds', live: 'system.js', shadow: shadow(0), type: 'collection' } as const;
  const store = (name: string, ...functions: readonly string[]) =>
    db.collection(name).insertMany(functions.map((id) => ({ _id: id as never, value: `of ${name} ${id}` })));

  it.each(['limited', 'root'] as const)('are those of the backup alone (%s)', async (user) => {
    for (const there of [[], ['a'], ['a', 'b', 'c']]) {
      for (const stopAt of [1, 2]) {
        await db.dropDatabase();
        if (there.length > 0) await store('system.js', ...there);
        await store(shadow(0), 'b', 'd');
        if (there.includes('a')) await db.collection(shadow(0)).insertOne(await one('system.js', 'a'));
        const staged = await documents(shadow(0));
        await stopped([rewrite], stopAt);
        const client = user === 'root' ? mongo.client : limited;
        for (let time = 0; time < 2; time += 1)
          await performRewrites(client, [rewrite], { liveNames: (_, name) => name });
        expect(await documents('system.js')).toStrictEqual(staged);
        expect(await names()).toStrictEqual(['system.js']);
      }
    }
  });

  it('of a backup without any go, those that were made since do not', async () => {
    await store('system.js', 'a', 'b');
    const replaces = (await namespaceNow(limited, 'kinds', 'system.js'))?.uuid ?? '';
    const none = { ...rewrite, shadow: null, type: 'none', replaces } as const;
    expect(await stopped([none], 1)).toBe(true);
    for (let time = 0; time < 2; time += 1) await rewriteAll([none]);
    expect(await names()).toStrictEqual([]);
    await store('system.js', 'c');
    await rewriteAll([none]);
    expect(await names()).toStrictEqual(['system.js']);
  });

  it('leave nothing beside them when all but that was done', async () => {
    await store('system.js', 'b');
    await store(shadow(0).replace(/0$/, 'u0'), 'a');
    await rewriteAll([rewrite]);
    expect(await names()).toStrictEqual(['system.js']);
    expect(await documents('system.js')).toMatchObject([{ _id: 'b' }]);
  });

  const one = async (name: string, id: string) => (await db.collection(name).findOne({ _id: id as never })) as Document;
  const documents = (name: string) => db.collection(name).find().sort({ _id: 1 }).toArray();
});

it('removes a view and the time-series that was there, not what was made since', async () => {
  await view('v', 'base', []);
  await timeseries('m', 10);
  await timeseries('made', 10);
  await collection('kept', 'x');
  const none = { database: 'kinds', shadow: null, type: 'none' } as const;
  const replaces = (await namespaceNow(limited, 'kinds', 'm'))?.uuid ?? '';
  await rewriteAll([
    { ...none, live: 'v' },
    { ...none, live: 'm', replaces },
    { ...none, live: 'made', replaces },
    { ...none, live: 'kept', replaces },
    { ...none, live: 'gone' },
  ]);
  expect(await names()).toStrictEqual(['kept', 'made']);
});

it('is refused before it begins to a user who may not, and to nobody else', async () => {
  const role = { createRole: 'plain', privileges: [{ resource: { db: 'kinds', collection: '' }, actions: ['find'] }] };
  await mongo.client.db('admin').command({ ...role, roles: [] });
  await using plain = new MongoClient(await mongo.addUser('plain', ['plain']));
  const on = (live: string, type: Rewrite['type'], was: 'view' | 'none' = 'none') =>
    ({ database: 'kinds', live, shadow: shadow(0), type, was }) as const;
  const rewrites = [on('system.js', 'collection'), on('m', 'timeseries'), on('v', 'view', 'view'), on('new', 'view')];
  const expiries = [{ database: 'kinds', live: 'logs', index: 'at_1', seconds: 1 }];
  const refusal = (client: MongoClient, last: NeededRights) =>
    requireRights(client, last).then(
      () => null,
      ({ reason, message }) => [reason, message.replace(/^.*missing: /, '')],
    );
  expect(await refusal(plain, { rewrites, expiries })).toStrictEqual([
    'not-authorized',
    [
      ...['system.js', 'system.buckets.m'].map((name) => `find, insert, bypassDocumentValidation on kinds.${name}; `),
      'collMod on kinds.v; collMod on kinds.logs.',
    ].join(''),
  ]);
  expect(await refusal(limited, { rewrites, expiries })).toBeNull();
  const unmerges = [{ database: 'kinds' }];
  expect(await refusal(limited, { unmerges })).toStrictEqual(['not-authorized', 'remove, update on kinds.']);
  expect(await refusal(mongo.client, { rewrites, expiries, unmerges })).toBeNull();
});

function rewriteAll(rewrites: readonly Rewrite[]): Promise<void> {
  return performRewrites(limited, rewrites, { liveNames: (_, name) => name });
}

/** Carries it out up to a step; false when it came to its end before. */
async function stopped(rewrites: readonly Rewrite[], at: number): Promise<boolean> {
  let steps = 0;
  const before = () => {
    steps += 1;
    if (steps === at) throw new Error('stopped');
  };
  return await performRewrites(limited, rewrites, { liveNames: (_, name) => name, before }).then(
    () => false,
    (error: unknown) => {
      expect(error).toMatchObject({ message: 'stopped' });
      return true;
    },
  );
}

async function bytesOf(name: string): Promise<string> {
  const [listed] = await db.listCollections({ name }, { raw: true }).toArray();
  const bytes = Buffer.from(listed as unknown as Uint8Array);
  const options = fieldOf(bytes, 0, Buffer.from('options'));
  return bytes.toString('latin1', options?.start, options?.end);
}

function view(name: string, viewOn: string, pipeline: Document[]) {
  return db.createCollection(name, { viewOn, pipeline });
}

async function timeseries(name: string, count: number): Promise<void> {
  await db.createCollection(name, { timeseries: series });
  await db.collection(name).createIndex({ m: 1, t: 1 });
  await db.collection(name).insertMany(measurements(count));
}

function collection(name: string, text: string) {
  return db.collection(name).insertOne({ text });
}

async function described(name: string): Promise<string> {
  const now = await namespaceNow(mongo.client, 'kinds', name);
  if (now === null) return 'nothing';
  if (now.type === 'view') {
    const {
      viewOn,
      pipeline,
      collation: with_,
    } = now.options as { viewOn: string; pipeline: Map<string, unknown>[]; collation?: Map<string, unknown> };
    const stages = pipeline.flatMap((stage) => [...stage.keys()]).join();
    return ['view', viewOn, stages, ...(with_ ? [with_.get('locale')] : [])].join(' ');
  }
  if (now.type === 'collection')
    return `collection ${(await db.collection(name).find().toArray()).map(({ text }) => text)}`;
  const indexes = await db.collection(name).listIndexes().toArray();
  return `timeseries ${await db.collection(name).countDocuments()} ${indexes.map((index) => index.name)}`;
}

async function names(): Promise<string[]> {
  const listed = await db.listCollections({}, { nameOnly: true }).toArray();
  return listed
    .map(({ name }) => name)
    .filter((name) => !/^system\.(?:views|buckets\.)/.test(name))
    .sort();
}

async function buckets(name: string): Promise<string[]> {
  const found = await db
    .collection(`system.buckets.${name}`)
    .find({}, { raw: true, sort: { _id: 1 } })
    .toArray();
  return found.map((bucket) => (bucket as unknown as Buffer).toString('base64'));
}
