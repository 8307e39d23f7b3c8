import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { Binary, BSONRegExp, Code, DBRef, Double, Long, ObjectId, serialize, Timestamp } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bsonDocument, chunked } from '../../testing/arbitrary-dump.ts';
import { type GeneratedNamespace, generateDump } from '../../testing/generated-dump.ts';
import { writeToMemory } from '../../testing/memory-archive.ts';
import { buildArchive } from './build-archive.ts';
import { detectContent } from './detect-content.ts';
import { readDumpDirectory } from './dump-directory.ts';
import { collectionOfBase, dumpFileBase } from './dump-file-name.ts';
import { type OpenImportOptions, openImport } from './open-import.ts';
import { walkBson } from './walk-bson.ts';
import { wholeDocuments } from './whole-documents.ts';

const documents = Array.from({ length: 300 }, (_, n) => serialize({ _id: n, name: `nr ${n}`, tags: ['a', { b: n }] }));
const orders: GeneratedNamespace = { database: 'shop', collection: 'orders', documents };
const view: GeneratedNamespace = {
  database: 'shop',
  collection: 'big',
  type: 'view',
  options: { viewOn: 'orders' },
  documents: [],
};
const dump = await generateDump(
  [orders, view, { database: '', collection: 'oplog', documents: documents.slice(0, 3) }],
  {
    blockDocuments: 50,
  },
);

async function open(bytes: Uint8Array, options: Partial<OpenImportOptions> = {}, sizes: Iterable<number> = [7, 4_096]) {
  return await openImport({
    source: chunked(Buffer.from(bytes), sizes),
    name: 'file',
    namespace: () => ({ database: 'shop', collection: 'orders' }),
    ...options,
  });
}

/** What a manifest says of it, and the fingerprints that only the documents decide. */
async function imported(bytes: Uint8Array) {
  const { stream, kind, versions, withoutMetadata } = await open(bytes);
  const { manifest } = await writeToMemory(stream, { exclude: (database) => database === '' });
  return { kind, versions, withoutMetadata, namespaces: manifest.namespaces };
}

describe('openImport', () => {
  it('tells an archive, one that is gzip as a whole, and the documents of one collection apart', async () => {
    const archive = await imported(dump);
    expect(archive).toMatchObject({ kind: 'archive', versions: { toolVersion: '100', serverVersion: '6.0.5' } });
    expect(archive.namespaces.map(({ collection, documents: count }) => [collection, count])).toStrictEqual([
      ['orders', 300],
      ['big', 0],
    ]);
    expect(await imported(gzipSync(dump))).toStrictEqual({ ...archive, kind: 'archive-gzip' });
    const bson = await imported(gzipSync(Buffer.concat(documents)));
    expect(bson).toMatchObject({ kind: 'bson', withoutMetadata: ['shop.orders'], versions: { toolVersion: null } });
    const [own, other] = [bson.namespaces[0], archive.namespaces[0]];
    expect([own?.fingerprint, own?.crc64, own?.bytes]).toStrictEqual([other?.fingerprint, other?.crc64, other?.bytes]);
    expect(own?.indexes).toMatchObject([{ name: '_id_' }]);
  });

  it('reads the list of collections wherever the stream is cut', async () => {
    const whole = (await imported(dump)).namespaces;
    for (const size of [1, 2, 3, 5, 64, 1_000, dump.length]) {
      const cut = Array.from({ length: Math.ceil(dump.length / size) }, () => size);
      const { stream } = await open(dump, {}, cut);
      const { manifest } = await writeToMemory(stream, { exclude: (database) => database === '' });
      expect(manifest.namespaces).toStrictEqual(whole);
    }
  });

  it('refuses a stream that is cut anywhere, and says so', async () => {
    for (const bytes of [dump, gzipSync(dump)])
      for (const at of [1, 3, 20, 200, Math.floor(bytes.length / 2), bytes.length - 40, bytes.length - 1])
        await expect(imported(bytes.subarray(0, at)), `at ${at}`).rejects.toMatchObject({ name: 'OperationFailure' });
  });

  it('finds a flipped bit in the documents by the checksum of their namespace, and in gzip by its own', async () => {
    const at = dump.indexOf('nr 200');
    await expect(imported(flipped(dump, at))).rejects.toThrow(
      'the documents of shop.orders do not match their checksum',
    );
    const packed = gzipSync(dump);
    await expect(imported(flipped(packed, packed.length - 6))).rejects.toMatchObject({
      reason: 'import-unreadable',
      message: expect.stringMatching(/^The gzip data of file are damaged after \d+ decompressed bytes: its checksum/),
    });
  });

  it('takes a view for one that an old tool only says what it reads of', async () => {
    const old = await generateDump([orders, { ...view, type: 'collection' }]);
    expect((await imported(old)).namespaces.map(({ type }) => type)).toStrictEqual(['collection', 'view']);
  });

  it('refuses metadata that are none, and a list of collections without end', async () => {
    const broken = Buffer.from(dump);
    broken.write('!', broken.indexOf('{"options"'));
    await expect(open(broken)).rejects.toThrow('file is damaged in its list of collections');
    async function* endless() {
      yield dump.subarray(0, 4);
      for (;;) yield Buffer.concat(Array.from({ length: 200 }, () => serialize({ pad: 'x'.repeat(1e5) })));
    }
    await expect(open(dump, { source: endless() })).rejects.toThrow('lists more collections than any server holds');
  });

  it('counts what is decompressed, so that a small file cannot become a large one', async () => {
    const zeros = serialize({ zeros: new Binary(Buffer.alloc(1_000_000)) });
    const bomb = gzipSync(await generateDump([{ ...orders, documents: Array.from({ length: 50 }, () => zeros) }]));
    expect(bomb.length).toBeLessThan(200_000);
    let left = 1_000_000;
    const onBytes = (bytes: number) => {
      left -= bytes;
      if (left < 0) throw new Error('too much');
    };
    const { stream } = await open(bomb, { onBytes });
    await expect(writeToMemory(stream)).rejects.toThrow('too much');
    expect(left).toBeGreaterThan(-1_000_000);
  });
});

describe('detectContent', () => {
  it.each([
    ['', 'is empty'],
    ['<!doctype html>', 'does not begin like a mongodump archive, gzip or BSON'],
    ['PK\x03\x04', 'is a ZIP file. If Holdfast wrote it, put it at the destination and adopt it'],
    ['\x28\xb5\x2f\xfd', 'is compressed with zstd'],
    ['age-encryption.org/v1\n', 'is encrypted with age'],
  ])('says what %j is instead of a dump', (text, words) => {
    expect(() => detectContent(Buffer.from(text, 'latin1'), 'file')).toThrow(words);
  });
});

describe('walkBson', () => {
  const rich = serialize({
    a: new Double(1.5),
    b: 'text',
    c: { d: [1, 'x', null] },
    e: new Binary(Buffer.alloc(20)),
    f: new ObjectId(),
    g: true,
    h: new Date(0),
    i: new BSONRegExp('a.*', 'i'),
    j: new Code('return 1'),
    k: new Code('return x', { x: 1 }),
    l: new Timestamp({ t: 1, i: 1 }),
    m: Long.MAX_VALUE,
    n: new DBRef('orders', new ObjectId()),
  });

  it('takes every document that a driver writes', () => {
    fc.assert(
      fc.property(bsonDocument, (bytes) => {
        expect(walkBson(Buffer.from(bytes), 0, bytes.length)).toBeNull();
      }),
    );
    expect(walkBson(Buffer.from(rich), 0, rich.length)).toBeNull();
  });

  it('never reads beyond the document, whatever a byte is changed to', () => {
    let found = 0;
    for (let at = 4; at < rich.length; at += 1)
      for (const value of [0x00, 0x7f, 0xff, 0x99]) {
        const bytes = Buffer.from(rich);
        bytes[at] = value;
        const flaw = walkBson(bytes, 0, bytes.length);
        if (flaw !== null) found += 1;
        expect(flaw?.at ?? 0).toBeLessThanOrEqual(bytes.length);
      }
    expect(found).toBeGreaterThan(rich.length);
  });
});

describe('wholeDocuments', () => {
  it('gives the same bytes, cut between documents, and names the place of what is broken', async () => {
    const bytes = Buffer.concat(documents);
    const pieces = await Array.fromAsync(wholeDocuments(chunked(bytes, [1, 3, 500, 10_000]), 'orders.bson'));
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    const at = bytes.indexOf('nr 200') - 5;
    const broken = flipped(bytes, at, 0x40);
    await expect(buffer(wholeDocuments(chunked(broken, [4_096]), 'orders.bson'))).rejects.toThrow(
      /^orders\.bson is damaged at byte \d+, in document 201: the length of a string is wrong\.$/,
    );
    await expect(buffer(wholeDocuments(chunked(bytes.subarray(0, -1), [9]), 'orders.bson'))).rejects.toThrow(
      'in document 300: the file ends within it',
    );
  });

  it('takes a document of 16 MB that comes in small pieces', async () => {
    const large = Buffer.from(serialize({ _id: 1, data: new Binary(Buffer.alloc(16 * 1024 * 1024 - 100)) }));
    const pieces = Array.from({ length: 300 }, () => 64 * 1024);
    expect((await buffer(wholeDocuments(chunked(large, pieces), 'f'))).length).toBe(large.length);
  });
});

describe('the names of a dump’s files', () => {
  it.each([
    ['orders', 'orders'],
    ['a/b c', 'a%2Fb+c'],
    ["l'été!(*)", 'l%27%C3%A9t%C3%A9%21%28%2A%29'],
    ['system.buckets.x', 'system.buckets.x'],
  ])('are those that mongodump gives %j', (collection, base) => {
    expect(dumpFileBase(collection)).toBe(base);
    expect(collectionOfBase(base)).toBe(collection);
  });

  it('are cut for a long name, which then is not told by them', () => {
    const base = dumpFileBase('é'.repeat(100));
    expect(base).toHaveLength(238);
    expect(collectionOfBase(base)).toBeUndefined();
  });
});

describe('readDumpDirectory', () => {
  const metadata = (type: string, options = {}) => JSON.stringify({ options, indexes: [], uuid: '', type });

  it('reads views, time-series, the oplog and compressed files; a collection without metadata is one all the same', async () => {
    await using folder = await dumpOf({
      'shop/orders.bson.gz': gzipSync(Buffer.concat(documents)),
      'shop/orders.metadata.json.gz': gzipSync(metadata('collection')),
      'shop/big.metadata.json': metadata('view', { viewOn: 'orders' }),
      'shop/system.buckets.m.bson': '',
      'shop/m.metadata.json': metadata('timeseries', { timeseries: { timeField: 't' } }),
      'shop/plain.bson': documents[0] ?? '',
      'shop/notes.txt': 'hello',
      'oplog.bson': documents[1] ?? '',
      'prelude.json': '{"ServerVersion":"8.0.1","ToolVersion":"100.13.0"}',
    });
    const found = await readDumpDirectory(folder.path);
    expect(found.namespaces.map(({ database, collection, type }) => `${database}.${collection} ${type}`)).toStrictEqual(
      ['shop.big view', 'shop.m timeseries', 'shop.orders collection', 'shop.plain collection', '.oplog collection'],
    );
    expect(found).toMatchObject({
      ignored: ['shop/notes.txt'],
      versions: { serverVersion: '8.0.1', toolVersion: '100.13.0' },
    });
    const { namespaces } = await imported(await buffer(buildArchive(found.versions, found.namespaces)));
    expect(namespaces.map(({ documents: count }) => count)).toStrictEqual([0, 0, 300, 1]);
  });

  it.each<[string, Record<string, string | Uint8Array>, string]>([
    ['whose documents are missing', { 'shop/a.metadata.json': metadata('collection') }, 'has no .bson file beside it'],
    ['whose metadata are damaged', { 'shop/a.metadata.json': '{', 'shop/a.bson': '' }, 'a.metadata.json is damaged'],
    ['of a time-series without metadata', { 'shop/system.buckets.a.bson': '' }, 'whose .metadata.json is missing'],
    ['with a file twice', { 'shop/a.bson': '', 'shop/a.bson.gz': '' }, 'is there twice'],
    ['that is both a database and a dump', { 'a.bson': '', 'shop/a.bson': '' }, 'name the folder of the dump'],
    ['that is none', { 'shop/readme.txt': '' }, 'There is no dump in'],
  ])('refuses a directory %s', async (_, files, words) => {
    await using folder = await dumpOf(files);
    await expect(readDumpDirectory(folder.path)).rejects.toThrow(words);
  });
});

function flipped(bytes: Buffer, at: number, mask = 1): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}

async function dumpOf(files: Record<string, string | Uint8Array>) {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-dump-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
