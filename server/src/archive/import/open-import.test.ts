import { gzipSync } from 'node:zlib';
import { Binary, serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { chunked } from '../../testing/arbitrary-dump.ts';
import { type GeneratedNamespace, generateDump } from '../../testing/generated-dump.ts';
import { writeToMemory } from '../../testing/memory-archive.ts';
import { type OpenImportOptions, openImport } from './open-import.ts';

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
    const entries = Buffer.concat(Array.from({ length: 200 }, () => serialize({ pad: 'x'.repeat(1e5) })));
    async function* endless() {
      yield dump.subarray(0, 4);
      for (;;) yield entries;
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

function flipped(bytes: Buffer, at: number, mask = 1): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}
