import { createHash, randomBytes } from 'node:crypto';
import { PassThrough, Readable, Writable } from 'node:stream';
import { zstdDecompressSync } from 'node:zlib';
import { OperationFailure } from '@holdfast/shared/failures';
import { serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { chunked, generatedNamespaces } from '../testing/arbitrary-dump.ts';
import { generateDump } from '../testing/generated-dump.ts';
import { MemoryOutput, manifestBase, memorySource, writeToMemory } from '../testing/memory-archive.ts';
import { openArchive } from './open-archive.ts';
import { type ArchivePart, parseArchive } from './parse-archive.ts';
import { verifyArchive } from './verify-archive.ts';
import { ArchiveProgress, writeArchive } from './write-archive.ts';

// Much data on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe('writeArchive', () => {
  it('gives back every document of every namespace in its order, and verifies, whatever the dump holds', async () => {
    const cases = fc.tuple(
      generatedNamespaces,
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 500 })),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([namespaces, blockDocuments, sizes]) => {
        const dump = await generateDump(namespaces, { blockDocuments });
        const { file, sha256, manifest } = await writeToMemory(chunked(dump, sizes));
        const source = memorySource(file);
        const back = await collect((await openArchive(source)).dumpStream());
        expect(await contents(back)).toStrictEqual(await contents(dump));
        expect(manifest.dump.rawBytes).toBe(back.length);
        const { documents } = await verifyArchive({ source, expected: { sha256, sizeBytes: file.length } });
        expect(documents).toBe(namespaces.reduce((total, one) => total + one.documents.length, 0));
      }),
      { numRuns: 60 },
    );
  });

  it('says what it wrote: size, digests, counts', async () => {
    const documents = [serialize({ a: 1 }), serialize({ a: 2 })];
    const dump = await generateDump([
      { database: 'shop', collection: 'orders', documents, options: { capped: true }, indexes: [{ name: '_id_' }] },
      { database: 'shop', collection: 'weather', type: 'timeseries', documents: [documents[0] as Uint8Array] },
    ]);
    const written = await writeToMemory(chunked(dump, [100]));
    const { file, manifest } = written;
    expect(written.sizeBytes).toBe(file.length);
    expect(written.sha256).toBe(createHash('sha256').update(file).digest('hex'));
    const archive = await openArchive(memorySource(file));
    expect(archive.manifest).toStrictEqual(manifest);
    expect(archive.manifestDigest).toBe(written.manifestDigest);
    expect(manifest.namespaces).toMatchObject([
      {
        collection: 'orders',
        type: 'collection',
        documents: 2,
        bytes: 24,
        options: { capped: true },
        indexes: [{ name: '_id_' }],
      },
      { collection: 'weather', type: 'timeseries', documents: 1, bytes: 12 },
    ]);
    expect([...archive.entries.keys()]).toStrictEqual(['RESTORE.txt', 'dump.archive.zst', 'frames', 'manifest.json']);
  });

  it('holds one namespace in each frame, of bounded size, however the dump mixes them', async () => {
    const large = (seed: number) =>
      Array.from({ length: 60 }, (_, n) => serialize({ seed, n, bytes: randomBytes(500_000) }));
    const dump = await generateDump(
      [
        { database: 'a', collection: 'x', documents: large(1) },
        { database: 'a', collection: 'y', documents: large(2) },
      ],
      { blockDocuments: 3 },
    );
    const { file } = await writeToMemory(chunked(dump, repeat(65_536)));
    const { frames, entries } = await openArchive(memorySource(file));
    const start = entries.get('dump.archive.zst')?.start ?? 0;
    for (const { namespace, rawBytes, storedBytes, storedOffset, documents } of frames.slice(1)) {
      const raw = zstdDecompressSync(file.subarray(start + storedOffset, start + storedOffset + storedBytes));
      expect(raw.length).toBe(rawBytes);
      expect(rawBytes).toBeLessThanOrEqual(16 * 1024 * 1024 + 200);
      // A frame alone is a row of whole blocks.
      const blocks = await contents(Buffer.concat([dump.subarray(0, preludeLength(dump)), raw]), { whole: false });
      const name = namespace === 1 ? 'a.x' : 'a.y';
      for (const [other, found] of Object.entries(blocks)) expect(found.length).toBe(other === name ? documents : 0);
    }
    expect(frames.length).toBeGreaterThan(12);
    expect(frames.length).toBeLessThan(20);
  });

  it('keeps a large document that comes in many pieces in one frame', async () => {
    const document = serialize({ bytes: randomBytes(15_000_000) });
    const small = Array.from({ length: 100 }, (_, n) => serialize({ n }));
    const dump = await generateDump([{ database: 'a', collection: 'x', documents: [...small, document, ...small] }]);
    const { file } = await writeToMemory(chunked(dump, repeat(65_536)));
    const archive = await openArchive(memorySource(file));
    expect(archive.frames.map(({ documents }) => documents)).toStrictEqual([0, 101, 100]);
    expect(await contents(await collect(archive.dumpStream()))).toStrictEqual(await contents(dump));
  });

  it('closes a frame before a document that would make it too large', async () => {
    const medium = Array.from({ length: 4 }, () => serialize({ bytes: randomBytes(1_000_000) }));
    const large = serialize({ bytes: randomBytes(15_000_000) });
    const dump = await generateDump([
      { database: 'a', collection: 'x', documents: [...medium, large, large, ...medium] },
    ]);
    const { file } = await writeToMemory(chunked(dump, repeat(65_536)));
    const { frames } = await openArchive(memorySource(file));
    expect(frames.map(({ documents }) => documents)).toStrictEqual([0, 4, 1, 1, 4]);
  });

  it('takes no more memory for fifty namespaces that are open at once, and loses nothing', async () => {
    const namespaces = Array.from({ length: 50 }, (_, n) => ({
      database: 'a',
      collection: `c${n}`,
      documents: Array.from({ length: 20 }, () => serialize({ bytes: randomBytes(100_000) })),
    }));
    const dump = await generateDump(namespaces, { blockDocuments: 1 });
    const { file } = await writeToMemory(chunked(dump, repeat(65_536)));
    const archive = await openArchive(memorySource(file));
    expect(await contents(await collect(archive.dumpStream()))).toStrictEqual(await contents(dump));
    // 12 frames of 2 MB are held back at most, so that most namespaces have theirs cut.
    expect(archive.frames.length).toBeGreaterThan(100);
    expect(archive.frames.length).toBeLessThan(600);
  });

  it('leaves excluded namespaces out, in the list as in the blocks', async () => {
    const documents = [serialize({ a: 1 })];
    const dump = await generateDump([
      { database: 'shop', collection: 'orders', documents },
      { database: 'holdfast', collection: 'ledger_events', documents },
      { database: 'shop', collection: 'weather', type: 'timeseries', documents },
    ]);
    const { file, manifest } = await writeToMemory(chunked(dump, [50]), {
      exclude: (database, collection) => database === 'holdfast' || collection === 'weather',
    });
    expect(manifest.namespaces.map(({ collection }) => collection)).toStrictEqual(['orders']);
    const back = await collect((await openArchive(memorySource(file))).dumpStream());
    expect(Object.keys(await contents(back))).toStrictEqual(['shop.orders']);
    expect(back.includes('ledger_events') || back.includes('weather')).toBe(false);
  });

  it('reads only the frames of the namespaces that are asked for', async () => {
    const namespaces = ['a', 'b', 'c'].map((collection) => ({
      database: 'shop',
      collection,
      documents: Array.from({ length: 20 }, () => serialize({ bytes: randomBytes(500_000) })),
    }));
    const { file } = await writeToMemory(chunked(await generateDump(namespaces), repeat(65_536)));
    const source = memorySource(file);
    const archive = await openArchive(source);
    source.reads.length = 0;
    const back = await collect(archive.dumpStream({ namespaces: new Set(['shop.b']) }));
    expect(Object.keys(await contents(back))).toStrictEqual(['shop.b']);
    expect(await contents(back)).toStrictEqual(await contents(await generateDump(namespaces.slice(1, 2))));
    expect(source.reads.reduce((total, { start, end }) => total + end - start, 0)).toBeLessThan(file.length * 0.4);
  });

  it('reads small frames that are not asked for rather than asking for each one between them', async () => {
    const namespaces = Array.from({ length: 200 }, (_, n) => ({
      database: 'shop',
      collection: `c${n}`,
      documents: [serialize({ n })],
    }));
    const { file } = await writeToMemory(chunked(await generateDump(namespaces), repeat(65_536)));
    const source = memorySource(file);
    const archive = await openArchive(source);
    source.reads.length = 0;
    const odd = namespaces.filter((_, n) => n % 2 === 1);
    const names = new Set(odd.map(({ collection }) => `shop.${collection}`));
    const back = await collect(archive.dumpStream({ namespaces: names }));
    expect(await contents(back)).toStrictEqual(await contents(await generateDump(odd)));
    expect(source.reads.length).toBe(1);
  });

  it('counts while it writes', async () => {
    const documents = [serialize({ a: 1 }), serialize({ a: 2 })];
    const dump = await generateDump([
      { database: 'shop', collection: 'orders', documents },
      { database: 'shop', collection: 'weather', type: 'timeseries', documents },
    ]);
    const progress = new ArchiveProgress();
    await writeToMemory(chunked(dump, [40]), { progress });
    expect(progress).toMatchObject({ bytes: 48, documents: 4 });
    expect(progress.namespaces.get('shop.weather')).toMatchObject({ bytes: 24, documents: 2, done: true });
  });

  it('explains in RESTORE.txt how to restore this file by hand', async () => {
    const dump = await generateDump([{ database: 'shop', collection: "o'rders", documents: [] }]);
    const { file } = await writeToMemory(chunked(dump, [50]), { fileName: '20261124T020000Z-1.zip' });
    const entry = (await openArchive(memorySource(file))).entries.get('RESTORE.txt');
    const text = file.toString('utf8', entry?.start, entry?.end);
    expect(text).toContain('unzip -p 20261124T020000Z-1.zip dump.archive.zst | zstd -d |');
    expect(text).toContain(`'--nsInclude=shop.o'\\''rders'`);
    expect(text).toContain("shop.o'rders");
  });
});

describe('writeArchive, when something goes wrong,', () => {
  const namespaces = [
    { database: 'a', collection: 'x', documents: [serialize({ a: 1 })] },
    { database: 'a', collection: 'y', documents: [] },
  ];

  it('finishes nothing when the tool fails after its last byte', async () => {
    const output = new MemoryOutput();
    const toolFailed = new OperationFailure('tool-failed', 'mongodump exited 3');
    const sourceEnded = Promise.withResolvers<void>();
    const dump = await generateDump(namespaces);
    async function* source() {
      yield dump;
      sourceEnded.reject(toolFailed);
    }
    await expect(write({ source: source(), sourceEnded: sourceEnded.promise, output })).rejects.toBe(toolFailed);
    expect(output.destroyed).toBe(true);
    expect(output.bytes().includes('holdfast-archive')).toBe(false);
  });

  it('waits for the tool to end before it finishes', async () => {
    const output = new MemoryOutput();
    const sourceEnded = Promise.withResolvers<void>();
    const writing = write({
      source: chunked(await generateDump(namespaces), [50]),
      sourceEnded: sourceEnded.promise,
      output,
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(output.bytes().includes('holdfast-archive')).toBe(false);
    sourceEnded.resolve();
    await writing;
    expect(output.bytes().includes('holdfast-archive')).toBe(true);
  });

  it('calls a dump without the end of a namespace incomplete', async () => {
    const dump = await generateDump(namespaces, { withoutEnd: ['a.x'] });
    await expect(writeToMemory(chunked(dump, [50]))).rejects.toMatchObject({
      reason: 'dump-incomplete',
      message: expect.stringContaining('a.x'),
    });
  });

  it('calls a dump that was cut anywhere incomplete, or names its tool when that failed', async () => {
    const dump = await generateDump(namespaces);
    for (let length = 0; length < dump.length; length += 1) {
      const cut = dump.subarray(0, length);
      await expect(writeToMemory(chunked(cut, [50])), `${length} bytes`).rejects.toMatchObject({
        reason: 'dump-incomplete',
      });
    }
    const toolKilled = Promise.reject(new OperationFailure('tool-killed', 'mongodump was killed'));
    const writing = writeToMemory(chunked(dump.subarray(0, 200), [50]), { sourceEnded: toolKilled });
    await expect(writing).rejects.toMatchObject({ reason: 'tool-killed' });
  });

  it('finds a document that changed on its way', async () => {
    const dump = await generateDump([{ database: 'a', collection: 'x', documents: [serialize({ text: 'abc' })] }]);
    dump.write('abd', dump.indexOf('abc'));
    await expect(writeToMemory(chunked(dump, [50]))).rejects.toThrow(
      'the documents of a.x do not match their checksum',
    );
  });

  it('passes the error of a full disk on, and stops the source', async () => {
    const diskFull = new OperationFailure('disk-full', 'no space');
    const output = new Writable({ write: (_chunk, _encoding, done) => done(diskFull) });
    const source = endlessSource();
    await expect(write({ source, output, sourceEnded: new Promise(() => {}) })).rejects.toBe(diskFull);
    expect(source.destroyed).toBe(true);
  });

  it('stops at once when it is told to, even while nothing moves', async () => {
    const controller = new AbortController();
    const source = new PassThrough();
    const output = new MemoryOutput();
    const writing = write({ source, output, sourceEnded: new Promise(() => {}), signal: controller.signal });
    const reason = new Error('cancelled');
    setImmediate(() => controller.abort(reason));
    await expect(writing).rejects.toBe(reason);
    expect(source.destroyed && output.destroyed).toBe(true);
  });

  it('stops while the output is stuck', async () => {
    const controller = new AbortController();
    const stuck = Promise.withResolvers<void>();
    const output = new Writable({ highWaterMark: 1, write: () => stuck.resolve() });
    const source = endlessSource();
    const writing = write({ source, output, sourceEnded: new Promise(() => {}), signal: controller.signal });
    await stuck.promise;
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(writing).rejects.toBe(reason);
    expect(source.destroyed).toBe(true);
  });

  it('does not begin when it was told to stop before', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'));
    const source = endlessSource();
    await expect(write({ source, output: new MemoryOutput(), signal })).rejects.toThrow('cancelled');
    expect(source.destroyed).toBe(true);
  });

  it('passes the error of the source on', async () => {
    const broken = new Error('pipe broke');
    const source = Readable.from(
      (async function* () {
        yield (await generateDump(namespaces)).subarray(0, 100);
        throw broken;
      })(),
    );
    await expect(write({ source, output: new MemoryOutput() })).rejects.toBe(broken);
  });

  it('takes no more from the source than the output can take', async () => {
    let taken = 0;
    const dump = await generateDump([
      {
        database: 'a',
        collection: 'x',
        documents: Array.from({ length: 400 }, () => serialize({ b: randomBytes(500_000) })),
      },
    ]);
    async function* source() {
      for await (const chunk of chunked(dump, repeat(65_536))) {
        taken += chunk.length;
        yield chunk;
      }
    }
    const controller = new AbortController();
    const output = new Writable({ highWaterMark: 1, write: () => {} });
    const writing = write({ source: source(), output, signal: controller.signal }).catch(() => {});
    await settled(() => taken);
    expect(taken).toBeLessThan(100_000_000);
    controller.abort();
    await writing;
  });
});

function write(
  options: Partial<Parameters<typeof writeArchive>[0]> & Pick<Parameters<typeof writeArchive>[0], 'source' | 'output'>,
) {
  return writeArchive({ sourceEnded: Promise.resolve(), exclude: () => false, manifest: manifestBase, ...options });
}

/** A namespace that never ends. */
function endlessSource(): Readable {
  return Readable.from(
    (async function* () {
      const document = serialize({ b: randomBytes(1_000_000) });
      const dump = await generateDump([{ database: 'a', collection: 'x', documents: [document] }]);
      const end = dump.indexOf(document);
      yield dump.subarray(0, end);
      for (;;) yield document;
    })(),
    { objectMode: false },
  );
}

/** Resolves once a number has not changed for a while. */
async function settled(value: () => number): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (let before = -1; before !== value() || value() === 0; ) {
    if (performance.now() > deadline) throw new Error('it does not settle');
    before = value();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The documents of each namespace of a dump, in order, by the name that blocks use. */
async function contents(dump: Buffer, { whole = true } = {}): Promise<Record<string, string[]>> {
  const parts: ArchivePart[] = [];
  for await (const part of parseArchive(chunked(dump, repeat(1 << 30)))) parts.push(part);
  const found: Record<string, string[]> = {};
  let current = '';
  for (const part of parts) {
    if (part.kind === 'prelude') {
      for (const { database, collection, type } of part.prelude.namespaces) {
        found[`${database}.${type === 'timeseries' ? 'system.buckets.' : ''}${collection}`] = [];
      }
    } else if (part.kind === 'block') {
      current = `${part.header.database}.${part.header.collection}`;
      if (found[current] === undefined) throw new Error(`${current} is not listed`);
    } else if (part.kind === 'documents') {
      for (let at = 0; at < part.bytes.length; at += part.bytes.readInt32LE(at)) {
        found[current]?.push(
          createHash('sha1')
            .update(part.bytes.subarray(at, at + part.bytes.readInt32LE(at)))
            .digest('hex'),
        );
      }
    }
  }
  if (whole)
    expect(parts.filter((part) => part.kind === 'block' && part.header.end).length).toBe(Object.keys(found).length);
  return found;
}

function preludeLength(dump: Buffer): number {
  let at = 4;
  while (dump.readInt32LE(at) !== -1) at += dump.readInt32LE(at);
  return at + 4;
}

function* repeat(size: number): Generator<number> {
  for (;;) yield size;
}
