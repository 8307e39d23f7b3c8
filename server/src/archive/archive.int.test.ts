import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type CollectionInfo, Decimal128, type Document, Double, Long, type MongoClient, Timestamp } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ageTools } from '../testing/age-tool.ts';
import { manifestBase } from '../testing/memory-archive.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { type TestTools, testTools } from '../testing/tools.ts';
import { generateIdentity } from './age/age-keys.ts';
import { createFingerprint } from './fingerprint.ts';
import { type ArchiveSource, openArchive } from './open-archive.ts';
import { type RewriteOptions, rewriteArchive } from './rewrite-archive.ts';
import { verifyArchive } from './verify-archive.ts';
import { type WriteArchiveOptions, type WrittenArchive, writeArchive } from './write-archive.ts';

const run = promisify(execFile);
const longName = `long_${'x'.repeat(200)}`;

let mongo: TestMongo;
let target: TestMongo;
let tools: TestTools;
let folder: string;
let file: string;
let written: WrittenArchive;

beforeAll(async () => {
  [mongo, target, tools] = await Promise.all([startReplicaSet(), startReplicaSet(), testTools()]);
  folder = await mkdtemp(join(tmpdir(), 'holdfast-archive-'));
  file = join(folder, 'archive.zip');
  await fill(mongo.client);
  written = await dump('shop', file);
});

afterAll(async () => {
  await Promise.all([mongo?.stop(), target?.stop()]);
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe('an archive of a real dump', () => {
  it('verifies against what was written', async () => {
    const source = await fileSource(file);
    const { documents } = await verifyArchive({ source, expected: written });
    expect(documents).toBe(written.manifest.namespaces.reduce((total, one) => total + one.documents, 0));
  });

  it('names every collection with its type, and the fingerprint of what the server has', async () => {
    const found = written.manifest.namespaces.map(({ collection, type }) => `${collection} ${type}`);
    const listed = (await mongo.client.db('shop').listCollections().toArray())
      .filter(({ name }) => !name.startsWith('system.'))
      .map(({ name, type }) => `${name} ${type}`);
    expect(found.sort()).toStrictEqual(listed.sort());
    for (const { collection, type, documents, fingerprint } of written.manifest.namespaces) {
      if (type === 'view') continue;
      const name = type === 'timeseries' ? `system.buckets.${collection}` : collection;
      expect(await readBack(mongo.client, 'shop', name), collection).toStrictEqual({ documents, fingerprint });
    }
  });

  it('is restored by standard tools alone, equal to the original', async () => {
    const command = 'unzip -p "$FILE" dump.archive.zst | zstd -d | "$MONGORESTORE" --archive --quiet --uri="$URI"';
    const env = { PATH: process.env.PATH, FILE: file, MONGORESTORE: tools.mongorestore, URI: target.uri };
    await run('bash', ['-o', 'pipefail', '-c', command], { env });
    expect(await describeDatabase(target.client, 'shop')).toStrictEqual(await describeDatabase(mongo.client, 'shop'));
    await target.client.db('shop').dropDatabase();
  });

  it('passes the tests of unzip and zstd', async () => {
    const { stdout } = await run('unzip', ['-t', file]);
    expect(stdout).toContain('No errors detected');
    const command = 'unzip -p "$FILE" dump.archive.zst | zstd -t';
    await run('bash', ['-o', 'pipefail', '-c', command], { env: { PATH: process.env.PATH, FILE: file } });
  });

  it('is restored into another database with everything in it, views and time-series too', async () => {
    await restore({ keep: () => true, rename: (_, collection) => ({ database: 'shop_copy', collection }) });
    expect(await describeDatabase(target.client, 'shop_copy')).toStrictEqual(
      await describeDatabase(mongo.client, 'shop'),
    );
    expect(await target.client.db('shop').listCollections().toArray()).toStrictEqual([]);
    const [open, weather] = ['open', 'weather'].map((name) => target.client.db('shop_copy').collection(name));
    expect(await open?.countDocuments()).toBe(await mongo.client.db('shop').collection('open').countDocuments());
    expect(await weather?.countDocuments()).toBe(500);
    await target.client.db('shop_copy').dropDatabase();
  });

  it('is restored under shadow names beside live data, and views read the shadows', async () => {
    const live = target.client.db('shop').collection('orders');
    await live.insertOne({ live: true });
    const numbers = new Map(written.manifest.namespaces.map(({ collection }, number) => [collection, number]));
    const shadow = (collection: string) => `hf_1_${numbers.get(collection)}`;
    await restore({
      keep: () => true,
      rename: (database, collection) => ({ database, collection: shadow(collection) }),
    });
    expect(await live.find({}, { projection: { _id: 0 } }).toArray()).toStrictEqual([{ live: true }]);
    for (const { collection, type, documents, fingerprint } of written.manifest.namespaces) {
      if (type === 'view') continue;
      const name = `${type === 'timeseries' ? 'system.buckets.' : ''}${shadow(collection)}`;
      expect(await readBack(target.client, 'shop', name), collection).toStrictEqual({ documents, fingerprint });
    }
    const shadowView = target.client.db('shop').collection(shadow('open'));
    expect(await shadowView.countDocuments()).toBe(await mongo.client.db('shop').collection('open').countDocuments());
    await target.client.db('shop').dropDatabase();
  });

  it('gives chosen collections only', async () => {
    const wanted = new Set(['shop.weather', 'shop.empty', `shop.${longName}`]);
    const archive = await openArchive(await fileSource(file));
    await mongorestore(Readable.from(archive.dumpStream({ namespaces: wanted }), { objectMode: false }));
    const names = (await target.client.db('shop').listCollections().toArray()).map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith('system.')).sort()).toStrictEqual(['empty', longName, 'weather']);
    await target.client.db('shop').dropDatabase();
  });

  it('keeps the order of the fields of an index whose names look like numbers', async () => {
    await restore({
      keep: (_, collection) => collection === 'orders',
      rename: (_, collection) => ({ database: 'copy', collection }),
    });
    const [index] = await target.client
      .db('copy')
      .collection('orders')
      .aggregate([
        { $indexStats: {} },
        { $match: { name: 'order_of_fields' } },
        // As an array: an object of JavaScript would lose the order.
        { $project: { fields: { $objectToArray: '$key' } } },
      ])
      .toArray();
    expect(index?.fields.map(({ k }: { k: string }) => k)).toStrictEqual(['b', '1']);
    await target.client.db('copy').dropDatabase();
  });
});

describe('an encrypted archive of a real dump', () => {
  const identity = generateIdentity();
  let path: string;

  beforeAll(async () => {
    path = join(folder, 'encrypted.zip');
    const { sha256 } = await dump('shop', path, { recipients: [identity.recipient], fileName: 'encrypted.zip' });
    await verifyArchive({ source: await fileSource(path), identities: [identity], expected: { sha256 } });
  });

  it('is restored by standard tools and its key alone, as its RESTORE.txt says', async () => {
    await writeFile(join(folder, 'key.txt'), `${identity}\n`, { mode: 0o600 });
    const { stdout: howto } = await run('unzip', ['-p', path, 'RESTORE.txt']);
    const [, open, line] = /everything:\n\n( .*?)\\\n *(.*?)\n/s.exec(howto) ?? [];
    expect(open).toMatch(/^ +unzip -p encrypted.zip dump.archive.zst.age \| age -d -i key.txt \| zstd -d \| $/);
    const command = `${open} ${line?.replace('mongodb://HOST:27017', target.uri)} --quiet`;
    const commands = [(await ageTools()).age, tools.mongorestore].map(dirname);
    const env = { PATH: [...commands, process.env.PATH].join(delimiter) };
    await run('bash', ['-o', 'pipefail', '-c', command], { cwd: folder, env });
    expect(await describeDatabase(target.client, 'shop')).toStrictEqual(await describeDatabase(mongo.client, 'shop'));
    await target.client.db('shop').dropDatabase();
  });

  it('gives chosen collections only', async () => {
    const archive = await openArchive(await fileSource(path), { identities: [identity] });
    const namespaces = new Set(['shop.weather', 'shop.empty']);
    await mongorestore(Readable.from(archive.dumpStream({ namespaces }), { objectMode: false }));
    const names = (await target.client.db('shop').listCollections().toArray()).map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith('system.')).sort()).toStrictEqual(['empty', 'weather']);
    await target.client.db('shop').dropDatabase();
  });
});

describe('a whole deployment', () => {
  it('is dumped without what is excluded, users included', async () => {
    await mongo.client.db('admin').command({ createUser: 'u', pwd: 'p', roles: [] });
    await mongo.client.db('holdfast').collection('ledger_events').insertOne({ secret: 1 });
    const path = join(folder, 'all.zip');
    const { manifest } = await dump(undefined, path, { exclude: (database) => database === 'holdfast' });
    await verifyArchive({ source: await fileSource(path) });
    const names = manifest.namespaces.map(({ database, collection }) => `${database}.${collection}`);
    expect(names).toContain('admin.system.users');
    expect(names).toContain('shop.orders');
    expect(names.filter((name) => name.startsWith('holdfast.'))).toStrictEqual([]);
    await restore({ keep: () => true, rename: (database, collection) => ({ database, collection }) }, path);
    expect(await target.client.db('holdfast').listCollections().toArray()).toStrictEqual([]);
    expect(await describeDatabase(target.client, 'shop')).toStrictEqual(await describeDatabase(mongo.client, 'shop'));
  });

  it('with two hundred tiny collections is dumped and read back', async () => {
    const database = mongo.client.db('many');
    for (let group = 0; group < 200; group += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, n) => database.collection(`c${group + n}`).insertOne({ n: group + n })),
      );
    }
    const path = join(folder, 'many.zip');
    const { manifest } = await dump('many', path);
    expect(manifest.namespaces.length).toBe(200);
    expect(manifest.namespaces.every(({ documents }) => documents === 1)).toBe(true);
    await verifyArchive({ source: await fileSource(path) });
  });
});

describe('a dump whose mongodump is killed', () => {
  it('leaves no finished archive', async () => {
    await mongo.client
      .db('big')
      .collection('blobs')
      .insertMany(Array.from({ length: 40 }, () => ({ b: randomBytes(1_000_000) })));
    const child = spawn(tools.mongodump, ['--quiet', `--uri=${mongo.uri}`, '--db=big', '--archive'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = exitOf(child);
    const output = createWriteStream(join(folder, 'killed.zip'));
    child.stdout.once('data', () => child.kill('SIGKILL'));
    const writing = writeArchive({
      source: child.stdout,
      sourceEnded: exited,
      output,
      exclude: () => false,
      manifest: manifestBase,
    });
    await expect(writing).rejects.toThrow('mongodump ended with SIGKILL');
    expect(output.destroyed).toBe(true);
    await expect(run('unzip', ['-t', join(folder, 'killed.zip')])).rejects.toThrow();
  });
});

async function fill(client: MongoClient): Promise<void> {
  const shop = client.db('shop');
  const odd = {
    n: Number.NaN,
    zero: -0.0,
    one: new Double(1),
    long: Long.MAX_VALUE,
    decimal: Decimal128.fromString('1.10'),
  };
  const orders = Array.from({ length: 3_000 }, (_, n) => ({
    _id: n as never,
    ...odd,
    at: new Date(n * 1_000),
    inner: { list: [1, 'two', { three: n }], ts: new Timestamp({ t: n, i: 1 }), bytes: randomBytes(20) },
    open: n % 2 === 0,
    note: 'große Straße 人 '.repeat(n % 20),
    b: n % 10,
    '1': n,
  }));
  await shop.collection('orders').insertMany(orders);
  await shop.collection('orders').createIndexes([
    { name: 'text', key: { note: 'text' }, default_language: 'german' },
    { name: 'partial', key: { at: -1 }, unique: true, partialFilterExpression: { open: true } },
    { name: 'wild', key: { 'inner.$**': 1 } },
  ]);
  // A map keeps the order of keys that look like numbers.
  const key = new Map([
    ['b', 1],
    ['1', 1],
  ]);
  await shop.command({ createIndexes: 'orders', indexes: [{ key, name: 'order_of_fields' }] });
  await shop.createCollection('capped', { capped: true, size: 100_000, max: 50 });
  await shop.collection('capped').insertMany(Array.from({ length: 80 }, (_, n) => ({ n })));
  await shop.createCollection('empty');
  await shop.createCollection('open', { viewOn: 'orders', pipeline: [{ $match: { open: true } }] });
  await shop.createCollection('weather', {
    timeseries: { timeField: 'at', metaField: 'place' },
    expireAfterSeconds: 10 ** 9,
  });
  await shop
    .collection('weather')
    .insertMany(
      Array.from({ length: 500 }, (_, n) => ({ at: new Date(1.7e12 + n * 60_000), place: `p${n % 3}`, t: n / 7 })),
    );
  await shop.createCollection('strict', {
    validator: { $jsonSchema: { required: ['name'], properties: { name: { bsonType: 'string' } } } },
    validationAction: 'warn',
    collation: { locale: 'de', strength: 2 },
  });
  await shop.collection<Document>('strict').insertMany([{ name: 'x' }, { without: 'a name' }]);
  await shop.createCollection('clustered', { clusteredIndex: { key: { _id: 1 }, unique: true } });
  await shop.collection('clustered').insertOne({ n: 1 });
  for (const name of ['with.dots', 'Größe 人', longName, '$dollar in it'.slice(1)]) {
    await shop.collection(name).insertOne({ name });
    await shop.collection(name).createIndex({ name: 1 }, { unique: true });
  }
  await shop.collection('large').insertMany([{ b: randomBytes(15_000_000) }, { b: 'x'.repeat(15_000_000) }]);
}

async function dump(
  database: string | undefined,
  path: string,
  options: Partial<WriteArchiveOptions> = {},
): Promise<WrittenArchive> {
  const scope = database === undefined ? [] : [`--db=${database}`];
  const child = spawn(tools.mongodump, ['--quiet', `--uri=${mongo.uri}`, ...scope, '--archive'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return await writeArchive({
    source: child.stdout,
    sourceEnded: exitOf(child),
    output: createWriteStream(path),
    exclude: () => false,
    manifest: manifestBase,
    ...options,
  });
}

async function restore(options: RewriteOptions, path = file): Promise<void> {
  const archive = await openArchive(await fileSource(path));
  await mongorestore(Readable.from(rewriteArchive(archive.dumpStream(), options), { objectMode: false }));
}

async function mongorestore(input: Readable): Promise<void> {
  const child = spawn(tools.mongorestore, ['--archive', '--stopOnError', `--uri=${target.uri}`], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [fed, exited] = await Promise.allSettled([pipeline(input, child.stdin), exitOf(child)]);
  for (const outcome of [exited, fed]) {
    if (outcome.status === 'rejected') throw new Error(`${outcome.reason}\n${stderr}`);
  }
  expect(stderr).toMatch(/\b0 document\(s\) failed/);
}

function exitOf(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${child.spawnfile.split('/').at(-1)} ended with ${signal ?? code}`));
    });
  });
}

async function fileSource(path: string): Promise<ArchiveSource> {
  const { size } = await stat(path);
  return {
    sizeBytes: size,
    read: ({ start, end }) => createReadStream(path, { start, end: end - 1, highWaterMark: 1 << 20 }),
  };
}

async function readBack(client: MongoClient, database: string, collection: string) {
  const fingerprint = await createFingerprint();
  let documents = 0;
  for await (const document of client.db(database).collection(collection).find({}, { raw: true })) {
    fingerprint.add(document as unknown as Buffer);
    documents += 1;
  }
  return { documents, fingerprint: fingerprint.hex() };
}

/** Content hashes by the server itself, options and indexes. */
async function describeDatabase(client: MongoClient, name: string) {
  const database = client.db(name);
  const { collections } = await database.command({ dbHash: 1 });
  const listed = (await database.listCollections().toArray()) as CollectionInfo[];
  const described = listed.map(async ({ name: collection, type, options }) => ({
    name: collection,
    type,
    options,
    indexes: type === 'view' ? [] : byName(await database.collection(collection).listIndexes().toArray()),
  }));
  // It names the database; what it says of the views is among the options.
  const { 'system.views': _, ...hashes } = collections;
  return { hashes, collections: byName(await Promise.all(described)) };
}

function byName<T extends { readonly name?: string }>(items: T[]): T[] {
  return items.sort((a, b) => String(a.name).localeCompare(String(b.name)));
}
