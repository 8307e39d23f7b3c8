import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { OperationFailure } from '@holdfast/shared/failures';
import { serialize } from 'bson';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { chunked } from '../testing/arbitrary-dump.ts';
import { generateDump } from '../testing/generated-dump.ts';
import { memorySource, writeToMemory } from '../testing/memory-archive.ts';
import { ArchiveProgress } from './archive-progress.ts';
import { encodeFrameIndex } from './frame-index.ts';
import { type OpenArchive, openArchive } from './open-archive.ts';
import { verifyArchive } from './verify-archive.ts';
import type { WrittenArchive } from './write-archive.ts';

// Much data on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

let written: WrittenArchive & { readonly file: Buffer };
let archive: OpenArchive;

beforeAll(async () => {
  const documents = Array.from({ length: 30 }, (_, n) => serialize({ n, text: `document ${n}` }));
  const dump = await generateDump(
    [
      { database: 'shop', collection: 'orders', documents, indexes: [{ name: '_id_', key: { _id: 1 } }] },
      { database: 'shop', collection: 'weather', type: 'timeseries', documents: documents.slice(7) },
      { database: 'shop', collection: 'open', type: 'view', documents: [], options: { viewOn: 'orders' } },
    ],
    { blockDocuments: 10 },
  );
  written = await writeToMemory(chunked(dump, [100]));
  archive = await openArchive(memorySource(written.file));
});

describe('verifyArchive', () => {
  it('passes what was written, and counts it', async () => {
    const progress = new ArchiveProgress();
    const found = await verifyArchive({ source: memorySource(written.file), expected: written, progress });
    expect(found).toMatchObject({ documents: 53, bytes: progress.bytes });
    expect(progress.documents).toBe(53);
    expect(progress.namespaces.get('shop.open')).toMatchObject({ documents: 0, done: true });
  });

  it('counts users and roles as little as the backup does', async () => {
    const users = Array.from({ length: 3 }, (_, n) => serialize({ _id: `shop.${n}` }));
    const dump = await generateDump([
      { database: 'admin', collection: 'system.users', documents: users },
      { database: 'shop', collection: 'orders', documents: [serialize({ _id: 1 })] },
    ]);
    const { file } = await writeToMemory(chunked(dump, [100]));
    expect(await verifyArchive({ source: memorySource(file) })).toMatchObject({ documents: 1 });
  });

  it('reads the file in one pass, whatever the pieces', async () => {
    for (const pieceBytes of [1, 100, 1_000_000]) {
      const source = memorySource(written.file, { pieceBytes });
      await verifyArchive({ source, expected: written });
      expect(source.reads.filter(({ start, end }) => end - start > 20_000)).toStrictEqual([]);
      expect(source.reads.filter(({ start }) => start === 0).at(-1)).toStrictEqual({
        start: 0,
        end: written.file.length,
      });
    }
  });

  it('passes or says archive-damaged, and nothing else, whatever the ZIP structures say', async () => {
    const outcomes = new Set<string>();
    const start = archive.entries.get('manifest.json')?.end ?? 0;
    for (let at = start; at < written.file.length; at += 1) {
      for (const value of [0x00, 0x7f, 0x80, 0xff]) {
        outcomes.add(await verifyDamaged((file) => file.writeUInt8(value, at), {}));
      }
    }
    expect([...outcomes].sort()).toStrictEqual(['archive-damaged', 'passed']);
  });

  it('finds that the file ends early, wherever it does', async () => {
    for (let length = 0; length < written.file.length; length += 7) {
      const failure = await verifyArchive({ source: memorySource(written.file.subarray(0, length)) }).catch(
        (error: unknown) => error,
      );
      expect(failure, `${length} bytes`).toMatchObject({ reason: 'archive-damaged' });
    }
  });

  it('takes no more from the source than it can check: memory is flat whatever the size', async () => {
    const noise = Array.from({ length: 120 }, () => serialize({ noise: randomBytes(1_000_000) }));
    const dump = await generateDump([{ database: 'shop', collection: 'photos', documents: noise }]);
    const { file } = await writeToMemory(chunked(dump, [1_000_000]));
    const progress = new ArchiveProgress();
    let most = 0;
    const read = ({ start, end }: { readonly start: number; readonly end: number }) => {
      const pieces = function* () {
        for (let at = start; at < end; at += 65_536) {
          // Of documents that cannot be compressed: what was taken, less what was checked.
          if (end - start === file.length) most = Math.max(most, at - start - progress.bytes);
          yield file.subarray(at, Math.min(end, at + 65_536));
        }
      };
      return Readable.from(pieces());
    };
    expect(file.length).toBeGreaterThan(115_000_000);
    await verifyArchive({ source: { sizeBytes: file.length, read }, progress });
    expect(most).toBeGreaterThan(0);
    // A few frames of 4 MB under way, and one being read.
    expect(most).toBeLessThan(64 * 1024 * 1024);
  });

  it('finds that a read ends early although the file is said to be longer', async () => {
    const source = memorySource(written.file);
    const half = Math.floor(written.file.length / 2);
    const short = {
      sizeBytes: source.sizeBytes,
      read: ({ start, end }: { start: number; end: number }) =>
        start === 0 && end === source.sizeBytes
          ? Readable.from([written.file.subarray(0, half)])
          : source.read({ start, end }),
    };
    await expect(verifyArchive({ source: short })).rejects.toThrow(/ends early|shorter/);
  });

  it('finds that something was added at the end or in front', async () => {
    const extra = Buffer.from('extra');
    for (const file of [Buffer.concat([written.file, extra]), Buffer.concat([extra, written.file])]) {
      await expect(verifyArchive({ source: memorySource(file) })).rejects.toMatchObject({ reason: 'archive-damaged' });
    }
  });

  it('tells another sound archive from the expected one', async () => {
    const other = await writeToMemory(chunked(await generateDump([]), [100]));
    const source = memorySource(other.file);
    await verifyArchive({ source });
    const { sha256, manifestDigest, sizeBytes } = written;
    for (const expected of [{ sha256 }, { manifestDigest }, { sizeBytes }]) {
      await expect(verifyArchive({ source, expected })).rejects.toMatchObject({ reason: 'archive-damaged' });
    }
  });

  it.each([
    ['documents', /shop.orders: documents 30 instead of 29/],
    ['bytes', /shop.orders: bytes \d+ instead of \d+/],
    ['fingerprint', /shop.orders: fingerprint/],
    ['crc64', /shop.orders: crc64/],
    ['options', /shop.orders has other options or indexes/],
    ['indexes', /shop.orders has other options or indexes/],
  ] as const)('finds a manifest that was written with other %s', async (fact, message) => {
    const file = withManifest((namespaces) => {
      const [orders] = namespaces;
      const value = {
        documents: 29,
        bytes: 7,
        fingerprint: '0'.repeat(32),
        crc64: '7',
        options: { a: 1 },
        indexes: [],
      };
      Object.assign(orders ?? {}, { [fact]: value[fact] });
    });
    await expect(verifyArchive({ source: memorySource(file) })).rejects.toThrow(message);
  });

  it('finds a manifest that knows one namespace less', async () => {
    const file = withManifest((namespaces) => namespaces.pop());
    await expect(verifyArchive({ source: memorySource(file) })).rejects.toMatchObject({ reason: 'archive-damaged' });
  });

  it('finds a frame index that is wrong about what a frame holds', async () => {
    const wrong = { documents: 29, namespace: 2 };
    for (const fact of ['documents', 'namespace'] as const) {
      const file = withEntry('frames', () =>
        encodeFrameIndex(archive.frames.map((frame, at) => (at === 1 ? { ...frame, [fact]: wrong[fact] } : frame))),
      );
      await openArchive(memorySource(file));
      await expect(verifyArchive({ source: memorySource(file) })).rejects.toThrow(
        /than the frame index says|what the frame index says/,
      );
    }
  });

  it('stops when it is told to, with the reason it was given', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const source = memorySource(written.file);
    const stuck = {
      sizeBytes: source.sizeBytes,
      read(range: { start: number; end: number }) {
        if (range.end - range.start < source.sizeBytes) return source.read(range);
        setImmediate(() => controller.abort(reason));
        return new Readable({ read() {} });
      },
    };
    await expect(verifyArchive({ source: stuck, signal: controller.signal })).rejects.toBe(reason);
  });

  it("passes the storage's errors on", async () => {
    const missing = new OperationFailure('storage-missing', 'gone');
    const source = { sizeBytes: 100_000, read: () => Promise.reject(missing) };
    await expect(verifyArchive({ source })).rejects.toBe(missing);
  });
});

async function verifyDamaged(
  damage: (file: Buffer) => void,
  expected: Partial<Pick<WrittenArchive, 'sha256' | 'manifestDigest' | 'sizeBytes'>>,
): Promise<string> {
  const file = Buffer.from(written.file);
  damage(file);
  try {
    await verifyArchive({ source: memorySource(file), expected });
    return 'passed';
  } catch (error) {
    return error instanceof OperationFailure ? error.reason : String(error);
  }
}

/** The archive with another manifest. */
function withManifest(change: (namespaces: Record<string, unknown>[]) => void): Buffer {
  return withEntry('manifest.json', (bytes) => {
    const manifest = JSON.parse(bytes.toString());
    change(manifest.namespaces);
    return Buffer.from(JSON.stringify(manifest).padEnd(bytes.length));
  });
}

/** The archive with another entry of the same length and sound checksums: only its content contradicts the dump. */
function withEntry(name: string, change: (bytes: Buffer) => Buffer): Buffer {
  const { start, end } = archive.entries.get(name) ?? { start: 0, end: 0 };
  const before = written.file.subarray(start, end);
  const after = change(Buffer.from(before));
  expect(after.length).toBe(before.length);
  expect(after.equals(before)).toBe(false);
  const file = Buffer.concat([written.file.subarray(0, start), after, written.file.subarray(end)]);
  const old = uint32(crc32(before));
  for (let at = file.indexOf(old); at >= 0; at = file.indexOf(old)) file.writeUInt32LE(crc32(after), at);
  return file;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
