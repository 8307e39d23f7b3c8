// Staging and proof: damage that shows while the archive is fed, and whatever differs in what was staged, is found before anything
// live has changed.
import { mkdtempDisposable, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import type { ManifestNamespace } from '@holdfast/shared/manifest';
import type { Restore, RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import { Double, Long, Timestamp } from 'bson';
import type { Collection, Db } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openArchive } from '../../archive/open-archive.ts';
import type { FailpointName } from '../../failpoints.ts';
import { compareDatabases } from '../../sample/compare-databases.ts';
import { archiveSource } from '../../storage/archive-source.ts';
import { expectConsistent } from '../../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../../testing/mongo.ts';
import { until } from '../../testing/until.ts';
import { makeEmpty } from './make-empty.ts';

let mongo: TestMongo;
let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
let holdfast: TestHoldfast;
let db: Db;

beforeAll(async () => {
  [mongo, folder] = await Promise.all([startReplicaSet(), mkdtempDisposable(join(tmpdir(), 'holdfast-stage-'))]);
  db = mongo.client.db('shop');
  holdfast = await startHoldfast({
    mongodbUri: mongo.uri.replace('/?', '/shop?'),
    config: { failpointsDir: folder.path },
  });
  const { api } = holdfast;
  const offsite = await api.destinations.add({ name: 'offsite', url: `file:${join(folder.path, 'offsite')}` });
  const [policy] = await api.policies.list();
  if (policy === undefined) throw new Error('there is no policy');
  const { id, enabled, scheduledHour, retentionCount, timezone } = policy;
  const main = holdfast.services.destinations.main.id as typeof offsite.id;
  const settings = { id, enabled, scheduledHour, retentionCount, timezone };
  await api.policies.set({ ...settings, destinationIds: [main, offsite.id] });
});
afterEach(async () => {
  for (const name of ['shop', 'shop_copy']) await mongo.client.db(name).dropDatabase();
});
afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await Promise.all([mongo?.stop(), folder?.remove()]);
});

/** Backed up at both destinations. */
async function backedUp(): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  expect(await holdfast.backupEnd(id)).toMatchObject({ status: 'completed', error: null });
  return await until(
    () => holdfast.api.backups.byId({ id }),
    ({ copies }) => copies.length === 2 && copies.every(({ state }) => state === 'stored'),
    30_000,
  );
}

async function begin(backup: Backup, target: RestoreTarget, options: Partial<RestoreOptions> = {}): Promise<string> {
  const plan = await holdfast.api.restores.plan({ backupId: backup.id, target, ...options });
  const phrase = plan.phrase === null ? {} : { phrase: plan.phrase };
  return (await holdfast.api.restores.confirm({ planId: plan.id, ...phrase })).id;
}

async function restored(
  backup: Backup,
  target: RestoreTarget = { kind: 'copy', suffix: '_copy' },
  options: Partial<RestoreOptions> = {},
): Promise<Restore> {
  return await holdfast.restoreEnd(await begin(backup, target, options));
}

function completed({ status, error }: Restore): void {
  expect([status, error]).toStrictEqual(['completed', null]);
}

const mainFile = ({ filePath }: Backup) => join(holdfast.config.dataDir, 'backups', String(filePath));
const offsiteFile = ({ filePath }: Backup) => join(folder.path, 'offsite', String(filePath));

/** Flips a bit within the last frame of the named collection, beyond what the opening of the archive looks at. */
async function damage(path: string, backup: Backup, collection: string): Promise<void> {
  const archive = await openArchive(await archiveSource(holdfast.services.destinations.main, String(backup.filePath)));
  const place = archive.manifest.namespaces.findIndex((one) => one.collection === collection) + 1;
  const frame = archive.frames.findLast(({ namespace, documents }) => namespace === place && documents > 0);
  const entry = archive.entries.get(archive.manifest.dump.entry);
  if (frame === undefined || entry === undefined) throw new Error('there is nothing to damage');
  const bytes = await readFile(path);
  const at = entry.start + frame.storedOffset + (frame.storedBytes >> 1);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(path, bytes);
}

/** Holds the restore at the point, and lets it go on after the work. */
async function heldAt<T>(
  point: FailpointName,
  id: () => Promise<string>,
  work: (id: string) => Promise<T>,
): Promise<T> {
  const path = join(folder.path, point);
  await writeFile(path, '');
  try {
    const started = await id();
    await until(
      () => readFile(`${path}.reached`, 'utf8').catch(() => ''),
      (reached) => reached !== '',
      60_000,
    );
    return await work(started);
  } finally {
    await rm(path, { force: true });
    await rm(`${path}.reached`, { force: true });
  }
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ _id: n as never, text: `document ${n} ${Math.sin(n)}`, n }));

describe('an archive that is damaged', () => {
  async function twoCollections(): Promise<Backup> {
    await db.collection('orders').insertMany(numbered(20_000));
    await db.collection('stores').insertMany(numbered(10));
    return await backedUp();
  }

  it('is left for the next copy once that shows while it is fed', async () => {
    const backup = await twoCollections();
    await damage(mainFile(backup), backup, 'orders');
    expect(await restored(backup)).toMatchObject({ status: 'completed', error: null, documents: 20_010 });
    expect((await compareDatabases(mongo.client, 'shop', 'shop_copy')).differences).toStrictEqual([]);
  });

  it('fails the restore when no copy is whole, with live data as it was', async () => {
    const backup = await twoCollections();
    await damage(mainFile(backup), backup, 'orders');
    await damage(offsiteFile(backup), backup, 'orders');
    await db.collection('orders').insertOne({ _id: -1 as never, text: 'since' });
    const restore = await restored(backup, { kind: 'original' });
    expect(restore).toMatchObject({ status: 'failed', liveData: 'untouched', error: { reason: 'archive-damaged' } });
    expect(await db.collection('orders').countDocuments()).toBe(20_001);
    expect(await db.listCollections({ name: /^hf_/ }).toArray()).toStrictEqual([]);
  });

  it('is no matter where only other collections are asked for, whose frames alone are read', async () => {
    const backup = await twoCollections();
    await damage(mainFile(backup), backup, 'orders');
    await damage(offsiteFile(backup), backup, 'orders');
    const restore = await restored(backup, { kind: 'copy', suffix: '_copy' }, { namespaces: ['shop.stores'] });
    expect(restore).toMatchObject({ status: 'completed', documents: 10, error: null });
  });

  afterAll(async () => {
    // Damaged on purpose.
    for (const { id } of (await holdfast.api.backups.list({})).items) await holdfast.api.backups.delete({ id });
  });
});

it('is staged once more when the server was started again meanwhile, which may have forgotten some of it', async () => {
  await db.collection('orders').insertMany(numbered(20_000));
  const backup = await backedUp();
  const begun = () => begin(backup, { kind: 'copy', suffix: '_copy' });
  const id = await heldAt('mid-restore', begun, async (started) => {
    await until(
      () => mongo.client.db('shop_copy').collection('orders').estimatedDocumentCount(),
      (written) => written > 0,
    );
    await mongo.kill();
    await mongo.restart();
    return started;
  });
  completed(await holdfast.restoreEnd(id));
  expect((await compareDatabases(mongo.client, 'shop', 'shop_copy')).differences).toStrictEqual([]);
  const { opcounters } = await mongo.client.db('admin').command({ serverStatus: 1 });
  // Since it was started again. Without the second staging it would be those alone that were missing.
  expect(opcounters.insert).toBeGreaterThanOrEqual(20_000);
}, 60_000);
it('small collections are made with all their indexes before they are filled, and no others', async () => {
  const one = { $numberInt: '1' };
  const [id, byN] = [
    { v: { $numberInt: '2' }, key: { _id: one }, name: '_id_' },
    { v: { $numberInt: '2' }, key: { n: one }, name: 'n_1' },
  ];
  const staged = (collection: string, { index = byN, ...change }: Partial<ManifestNamespace> & { index?: object }) => {
    const described = { database: 'then', collection, type: 'collection', options: {}, indexes: [id, index] } as const;
    const held = { documents: 2, bytes: 100, fingerprint: '0'.repeat(32), crc64: '0' };
    const namespace = { ...described, ...held, ...change } as ManifestNamespace;
    return { namespace, database: 'shop', collection };
  };
  const all = [
    staged('small', { index: { ...byN, ns: 'then.small', expireAfterSeconds: { $numberLong: '5' } } }),
    staged('without indexes', { indexes: [id] }),
    staged('large', { bytes: 1_000_000 }),
    staged('capped', { options: { capped: true, size: { $numberInt: '4096' } } }),
    // An object has the 1 first.
    staged('out of order', { index: { ...byN, key: JSON.parse('{"b":1,"1":1}') } }),
    staged('refused', { index: { ...byN, key: { n: 'nonsense' } } }),
  ];
  const signal = new AbortController().signal;
  const made = await makeEmpty(mongo.client, all, {
    ttl: 'convert',
    acknowledged: 'received',
    signal,
    before: () => undefined,
  });
  expect([...made]).toStrictEqual(all.slice(0, 1));
  expect((await db.listCollections().toArray()).map(({ name }) => name)).toStrictEqual(['small']);
  expect(await db.collection('small').indexes()).toStrictEqual([
    { v: 2, key: { _id: 1 }, name: '_id_' },
    { v: 2, key: { n: 1 }, name: 'n_1' },
  ]);
});

describe('the proof finds', () => {
  let backup: Backup;
  const fill = async () => {
    await db.createCollection('orders', { validator: { n: { $gte: 0 } }, collation: { locale: 'fr' } });
    await db.collection('orders').insertMany(numbered(5_000));
    await db.collection('orders').createIndexes([
      { key: { text: 1 }, name: 'text', unique: true },
      { key: { n: 1 }, name: 'n', partialFilterExpression: { n: { $gt: 5 } } },
    ]);
  };
  beforeAll(async () => {
    await fill();
    backup = await backedUp();
    await db.dropDatabase();
  });

  it.each<[string, (shadow: Collection, name: string) => Promise<unknown>, string]>([
    [
      'a document that is missing',
      (shadow) => shadow.deleteOne({ _id: 7 as never }),
      '1 document is missing, by _id: 7',
    ],
    [
      'one that is too many',
      (shadow) => shadow.insertOne({ _id: 'new' as never, n: 1 }),
      '1 document is not in the backup, by _id: "new"',
    ],
    [
      'many that are different',
      (shadow) => shadow.updateMany({ n: { $gte: 4_000 } }, { $set: { m: 1 } }),
      '1000 documents are different, the first 20 by _id: 4000, 4001',
    ],
    ['an index that is missing', (shadow) => shadow.dropIndex('n'), 'the index n is missing'],
    [
      'an index with another option',
      async (shadow) => {
        await shadow.dropIndex('text');
        await shadow.createIndex({ text: 1 }, { name: 'text' });
      },
      'the index text is another one',
    ],
    ['an index that is too many', (shadow) => shadow.createIndex({ z: 1 }), 'the index z_1 is not in the backup'],
    [
      'another validator',
      (_, name) => db.command({ collMod: name, validator: { n: { $gte: 1 } } }),
      'the option validator is another one',
    ],
  ])('%s', async (_, change, words) => {
    await fill();
    await db.collection('orders').insertOne({ _id: -1 as never, n: 9, text: 'since' });
    const id = await heldAt(
      'restored',
      () => begin(backup, { kind: 'original' }),
      async (started) => {
        const [shadow] = await db.listCollections({ name: /^hf_/ }, { nameOnly: true }).toArray();
        await change(db.collection(String(shadow?.name)), String(shadow?.name));
        return started;
      },
    );
    const restore = await holdfast.restoreEnd(id);
    expect(restore).toMatchObject({ status: 'failed', liveData: 'untouched', error: { reason: 'restore-incomplete' } });
    expect(restore.error?.message).toContain(`shop.orders does not equal the backup: ${words}`);
    expect(await db.collection('orders').countDocuments()).toBe(5_001);
    expect(await db.listCollections({ name: /^hf_/ }).toArray()).toStrictEqual([]);
  });
});

describe('what is restored equals the backup', () => {
  const equal = async () => (await compareDatabases(mongo.client, 'shop', 'shop_copy')).differences;

  it('where a field holds an empty timestamp, which the server would replace', async () => {
    const empty = new Timestamp(Long.ZERO);
    await db.collection('stamps').insertMany(numbered(3_000));
    await db
      .collection('stamps')
      .updateMany({ n: { $lt: 1_500 } }, { $set: { at: empty, also: empty, in: { at: empty } } });
    for (const field of ['a.b', '$c']) {
      const value = { $setField: { field: { $literal: field }, input: '$$ROOT', value: empty } };
      await db.collection('stamps').updateMany({ n: { $gte: 2_990 } }, [{ $replaceWith: value }]);
    }
    await db.createCollection('capped', { capped: true, size: 1_000_000 });
    await db.collection('capped').insertOne({ _id: empty as never, at: empty });
    await db.collection('capped').updateOne({}, { $set: { at: empty } });
    const backup = await backedUp();
    completed(await restored(backup));
    expect(await equal()).toStrictEqual([]);
    expect(await mongo.client.db('shop_copy').collection('stamps').countDocuments({ at: empty })).toBe(1_500);
  });

  it('whatever its options and indexes are', async () => {
    await odd();
    const backup = await backedUp();
    completed(await restored(backup));
    expect(await equal()).toStrictEqual([]);
    completed(await restored(backup, { kind: 'original' }, { undoHours: 0 }));
    expect(await equal()).toStrictEqual([]);
  });

  async function odd(): Promise<void> {
    // As large as a document can be; the cache that test servers have is too small for two of them.
    const text = 'x'.repeat(16 * 1024 * 1024 - 100);
    const roomy = { wiredTigerEngineRuntimeConfig: 'cache_size=1G' };
    await mongo.client.db('admin').command({ setParameter: 1, ...roomy });
    const values = [Number.NaN, -0, new Date(-62_000_000_000_000), new Date(300_000_000_000_000), 'ﬁn', null];
    const documents = values.map((value, n) => ({
      _id: n as never,
      value,
      at: { type: 'Point', coordinates: [n, n] },
    }));
    await db.createCollection('größen · 寸法.v1');
    await db.collection('größen · 寸法.v1').insertMany(documents);
    await db.createCollection('clustered', { clusteredIndex: { key: { _id: 1 }, unique: true, name: 'by id' } });
    await db.collection('clustered').insertMany(documents);
    await db.createCollection('capped', { capped: true, size: 100_000, max: 4 });
    await db.collection('capped').insertMany(documents);
    await db.createCollection('images', {
      changeStreamPreAndPostImages: { enabled: true },
      storageEngine: { wiredTiger: { configString: 'block_compressor=zlib' } },
      validator: { value: { $not: { $regex: /^a/i } } },
      validationLevel: 'moderate',
      validationAction: 'warn',
      collation: { locale: 'de', strength: 1, numericOrdering: true },
    });
    for (const _id of [1, 2]) await db.collection('images').insertOne({ _id: _id as never, text });
    await indexed(documents);
    await db.createCollection('measured', {
      timeseries: { timeField: 't', metaField: 'm', granularity: 'minutes' },
      expireAfterSeconds: 1_000_000_000,
    });
    await db
      .collection('measured')
      .insertMany(documents.map(({ value }, n) => ({ t: new Date(1.7e12 + n), m: n, value })));
    await db.createCollection('view', { viewOn: 'indexed', pipeline: [{ $match: { value: new Double(1.5) } }] });
    await db.createCollection('view of a view', { viewOn: 'view', pipeline: [] });
  }

  async function indexed(documents: readonly object[]): Promise<void> {
    const collection = db.collection('indexed');
    await collection.insertMany([...documents]);
    await collection.createIndexes([
      { key: { at: '2dsphere' }, name: 'sphere' },
      { key: { a: 'text', b: 'text' }, name: 'text', weights: { a: 3, b: 7 }, default_language: 'french' },
      { key: { c: -1 }, name: 'sparse', sparse: true },
      { key: { d: 1, e: -1 }, name: 'partial', partialFilterExpression: { d: { $gt: 1 } }, unique: true },
      { key: { f: 1 }, name: 'collated', collation: { locale: 'fr', backwards: true } },
      { key: { g: 'hashed' }, name: 'hashed' },
      { key: { h: 1 }, name: 'hidden', hidden: true },
      { key: { '$**': 1 }, name: 'wild', wildcardProjection: { i: 1, 'j.k': 1 } },
      { key: { l: '2d' }, name: 'flat', bits: 20, min: -10, max: 10 },
    ]);
  }
});

it('keeps what has expired while it stages and proves, and afterwards when the expiry is left out', {
  timeout: 150_000,
}, async () => {
  const admin = mongo.client.db('admin');
  await admin.command({ setParameter: 1, ttlMonitorEnabled: false });
  await db.collection('sessions').insertMany(numbered(500).map((one) => ({ ...one, until: new Date(0) })));
  await db.collection('sessions').createIndex({ until: 1 }, { expireAfterSeconds: 0, name: 'expire' });
  const backup = await backedUp();
  await admin.command({ setParameter: 1, ttlMonitorSleepSecs: 1 });
  await db.collection('sessions').drop();
  await admin.command({ setParameter: 1, ttlMonitorEnabled: true });
  const target = { kind: 'copy', suffix: '_copy' } as const;
  const id = await heldAt(
    'restored',
    () => begin(backup, target, { ttlIndexes: 'leave-out' }),
    async (started) => {
      await monitorPasses();
      return started;
    },
  );
  completed(await holdfast.restoreEnd(id));
  const copy = mongo.client.db('shop_copy').collection('sessions');
  await monitorPasses();
  expect(await copy.countDocuments()).toBe(500);
  expect((await copy.indexes()).map(({ name, expireAfterSeconds }) => [name, expireAfterSeconds])).toStrictEqual([
    ['_id_', undefined],
    ['expire', undefined],
  ]);
  await expectConsistent(holdfast.services, [mongo.client]);
});

/** A server sleeps for a minute before its TTL monitor works for the first time. */
async function monitorPasses(): Promise<void> {
  const passes = async () => {
    const { metrics } = await mongo.client.db('admin').command({ serverStatus: 1 });
    return Number(metrics.ttl.passes);
  };
  const before = await passes();
  await until(passes, (now) => now >= before + 2, 70_000);
}
