import { OperationFailure } from '@holdfast/shared/failures';
import { serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { chunked, generatedNamespaces } from '../testing/arbitrary-dump.ts';
import { generateDump } from '../testing/generated-dump.ts';
import { encodePrelude } from './encode-archive.ts';
import { ArchiveParser, type ArchivePart, maxDocumentBytes, parseArchive, terminator } from './parse-archive.ts';

// Much data on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe('parseArchive', () => {
  it('gives back every byte, however the stream is cut', async () => {
    const dumps = fc.tuple(
      generatedNamespaces,
      fc.integer({ min: 1, max: 5 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
    );
    await fc.assert(
      fc.asyncProperty(dumps, async ([namespaces, blockDocuments, sizes]) => {
        const dump = await generateDump(namespaces, { blockDocuments });
        const parts = await collect(chunked(dump, sizes));
        expect(Buffer.concat(parts.map(bytesOf))).toStrictEqual(dump);
      }),
    );
  });

  it('counts each document once, and says how many bytes continue an earlier one', async () => {
    const documents = Array.from({ length: 40 }, (_, n) => serialize({ n, text: 'x'.repeat(n * 3) }));
    const dump = await generateDump([{ database: 'a', collection: 'b', documents }]);
    for (const size of [1, 2, 3, 4, 5, 7, 64, 10_000]) {
      const parts = (await collect(chunked(dump, repeat(size)))).filter(({ kind }) => kind === 'documents');
      const found = parts as Extract<ArchivePart, { kind: 'documents' }>[];
      expect(found.reduce((total, part) => total + part.documents, 0)).toBe(documents.length);
      expect(lengthsIn(found)).toStrictEqual(documents.map(({ length }) => length));
    }
  });

  it('passes documents on as slices of the chunk, without copying them', async () => {
    const dump = await generateDump([
      { database: 'a', collection: 'b', documents: [serialize({ text: 'x'.repeat(1000) })] },
    ]);
    const part = [...new ArchiveParser().push(dump)].find(({ kind }) => kind === 'documents');
    expect(part?.kind === 'documents' && part.bytes.buffer).toBe(dump.buffer);
  });

  it('takes a document of the largest size that a server has, and no larger one', async () => {
    const overhead = serialize({ b: Buffer.alloc(0) }).length;
    const largest = serialize({ b: Buffer.alloc(maxDocumentBytes - overhead) });
    expect(largest.length).toBe(maxDocumentBytes);
    const dump = await generateDump([{ database: 'a', collection: 'b', documents: [largest] }]);
    expect(Buffer.concat((await collect(chunked(dump, repeat(65_536)))).map(bytesOf)).length).toBe(dump.length);
    const tooLarge = await generateDump([
      { database: 'a', collection: 'b', documents: [serialize({ b: Buffer.alloc(maxDocumentBytes - overhead + 1) })] },
    ]);
    await expect(collect(chunked(tooLarge, repeat(65_536)))).rejects.toThrow(
      /byte \d+: a document cannot have 16793601 bytes/,
    );
  });

  it('refuses every stream that ends early, unless it ends between two blocks', async () => {
    const dump = await generateDump([
      { database: 'a', collection: 'b', documents: [serialize({ a: 1 }), serialize({ a: 2 })] },
    ]);
    let whole = 0;
    for (let length = 0; length < dump.length; length += 1) {
      const outcome = await collect(chunked(dump.subarray(0, length), repeat(13))).catch((error: unknown) => error);
      if (outcome instanceof OperationFailure) expect(outcome.message).toContain('ends early');
      else whole += 1;
    }
    // After the prelude, and after the only block with documents.
    expect(whole).toBe(2);
  });

  it.each([
    [
      'another magic number',
      (dump: Buffer) => dump.writeUInt8(0, 0),
      /byte 0: it does not begin like a mongodump archive/,
    ],
    [
      'a length below that of an empty document',
      (dump: Buffer) => dump.writeInt32LE(4, 4),
      /byte 4: a document cannot have 4 bytes/,
    ],
    ['a negative length', (dump: Buffer) => dump.writeInt32LE(-2, 4), /cannot have -2 bytes/],
    ['no header', (dump: Buffer) => dump.writeInt32LE(-1, 4), /a terminator stands where a document must begin/],
    [
      'a document without its last zero',
      (dump: Buffer) => dump.writeUInt8(7, dump.lastIndexOf(terminator) - 1),
      /zero byte/,
    ],
  ])('refuses %s', async (_, damage, message) => {
    const dump = await generateDump([{ database: 'a', collection: 'b', documents: [serialize({ a: 1 })] }]);
    damage(dump);
    const failure = await collect(chunked(dump, repeat(50))).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OperationFailure);
    expect(failure).toMatchObject({ reason: 'archive-damaged', message: expect.stringMatching(message) });
  });

  it('calls damage what its caller calls it', async () => {
    const parsing = parseArchive(chunked(Buffer.from('nonsense'), repeat(8)), { reason: 'dump-incomplete' });
    await expect(parsing.next()).rejects.toMatchObject({ reason: 'dump-incomplete' });
  });

  it('refuses documents in the block that ends a namespace', async () => {
    const dump = await generateDump([{ database: 'a', collection: 'b', documents: [] }]);
    const damaged = Buffer.concat([dump.subarray(0, -4), serialize({ a: 1 }), terminator]);
    await expect(collect(chunked(damaged, repeat(1000)))).rejects.toThrow('a namespace goes on after its end');
  });

  it('refuses a namespace that is listed twice', async () => {
    const twice = { database: 'a', collection: 'b', documents: [] };
    const dump = await generateDump([twice, twice]);
    await expect(collect(chunked(dump, repeat(1000)))).rejects.toThrow('a.b is listed twice');
  });
});

async function collect(chunks: AsyncIterable<Buffer>): Promise<ArchivePart[]> {
  const parts: ArchivePart[] = [];
  for await (const part of parseArchive(chunks)) parts.push(part);
  return parts;
}

function bytesOf(part: ArchivePart): Buffer {
  if (part.kind === 'prelude') return encodePrelude(part.prelude);
  if (part.kind === 'block') return part.header.raw;
  return part.kind === 'documents' ? part.bytes : terminator;
}

/** Walks the parts by what they promise: lengths whole, `continues` right. */
function lengthsIn(parts: readonly Extract<ArchivePart, { kind: 'documents' }>[]): number[] {
  const lengths: number[] = [];
  let remaining = 0;
  for (const part of parts) {
    const { bytes, continues } = part;
    expect(continues).toBe(Math.min(remaining, bytes.length));
    let at = continues;
    remaining -= continues;
    while (at < bytes.length) {
      lengths.push(bytes.readInt32LE(at));
      at += bytes.readInt32LE(at);
    }
    if (at > bytes.length) remaining = at - bytes.length;
    expect(part.remaining).toBe(remaining);
  }
  return lengths;
}

function* repeat(size: number): Generator<number> {
  for (;;) yield size;
}
