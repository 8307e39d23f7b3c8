// What stands between the contents of an archive's entries: ZIP headers, the descriptor behind the dump, the directory, its end.
// All of it follows from the entries' names, sizes, checksums and places, but for the time of each entry, which stands there twice.
// So a flipped bit is found anywhere, also by who knows nothing but the file. See docs/archive-format.md.
import { OperationFailure } from '@holdfast/shared/failures';
import type { ZipEntry } from './zip-directory.ts';

/** Far more than there is: what a crafted file claims is not kept. */
export const structureLimitBytes = 64 * 1024;

const signatures = { local: 0x04034b50, descriptor: 0x08074b50, central: 0x02014b50, end: 0x06054b50 };
const end64Signatures = { end: 0x06064b50, locator: 0x07064b50 };
/** The entry whose size is known only behind it: the dump, second of the four. */
const streamedEntry = 1;
const largest32 = 0xffff_ffff;
/** Where the time stands in a record of the directory, and how much a record has without name and sizes. */
const [centralTimeAt, centralBytes] = [12, 46];

/**
 * `pieces` are the bytes before each entry's content, and those behind the last. Throws OperationFailure('archive-damaged') unless
 * they are what the writer of archives writes for these entries.
 */
export function requireZipStructure(entries: readonly ZipEntry[], pieces: readonly Buffer[]): void {
  const expected = structureOf(entries, timesIn(entries, pieces.at(-1) ?? Buffer.alloc(0)));
  for (const [at, piece] of expected.entries()) {
    if (pieces[at]?.equals(piece)) continue;
    const where = entries[at] === undefined ? 'behind its entries' : `before ${entries[at].name}`;
    throw new OperationFailure(
      'archive-damaged',
      `The archive is damaged: what stands ${where} is not what was written.`,
    );
  }
}

/** The time of each entry as the directory, at the beginning of `tail`, gives it. */
function timesIn(entries: readonly ZipEntry[], tail: Buffer): number[] {
  let at = 0;
  return entries.map((entry) => {
    const time = at + centralTimeAt + 4 <= tail.length ? tail.readUInt32LE(at + centralTimeAt) : 0;
    at += centralBytes + Buffer.byteLength(entry.name) + extraOf(entry, startOfHeader(entry)).length;
    return time;
  });
}

function structureOf(entries: readonly ZipEntry[], times: readonly number[]): Buffer[] {
  const before = entries.map((entry, at) =>
    Buffer.concat([
      ...(at === streamedEntry + 1 ? descriptorsOf(entries) : []),
      localHeader(entry, at, times[at] ?? 0),
    ]),
  );
  const directoryStart = entries.at(-1)?.end ?? 0;
  const directory = Buffer.concat(entries.map((entry, at) => centralRecord(entry, at, times[at] ?? 0)));
  return [...before, Buffer.concat([directory, ...endOf(entries.length, directoryStart, directory.length)])];
}

function startOfHeader(entry: ZipEntry): number {
  return entry.start - 30 - Buffer.byteLength(entry.name);
}

function localHeader(entry: ZipEntry, at: number, time: number): Buffer {
  const isStreamed = at === streamedEntry;
  const [crc, size] = isStreamed ? [0, 0] : [entry.crc32, sizeOf(entry)];
  const name = Buffer.from(entry.name);
  return Buffer.concat([
    uint32(signatures.local),
    ...[isStreamed ? 20 : 10, isStreamed ? 8 : 0, 0].map(uint16),
    ...[time, crc, size, size].map(uint32),
    ...[name.length, 0].map(uint16),
    name,
  ]);
}

function descriptorsOf(entries: readonly ZipEntry[]): Buffer[] {
  const entry = entries[streamedEntry];
  if (entry === undefined) return [];
  const size = sizeOf(entry);
  const sizes = size > largest32 ? uint64(size) : uint32(size);
  return [uint32(signatures.descriptor), uint32(entry.crc32), sizes, sizes];
}

function centralRecord(entry: ZipEntry, at: number, time: number): Buffer {
  const isStreamed = at === streamedEntry;
  const offset = startOfHeader(entry);
  const extra = extraOf(entry, offset);
  const name = Buffer.from(entry.name);
  const [size, place] = extra.length > 0 ? [largest32, largest32] : [sizeOf(entry), offset];
  const version = extra.length > 0 ? 45 : isStreamed ? 20 : 10;
  return Buffer.concat([
    uint32(signatures.central),
    ...[0x032d, version, isStreamed ? 8 : 0, 0].map(uint16),
    ...[time, entry.crc32, size, size].map(uint32),
    ...[name.length, extra.length, 0, 0, 0].map(uint16),
    ...[0x81a4_0020, place].map(uint32),
    name,
    extra,
  ]);
}

/** Sizes and places beyond 32 bits. */
function extraOf(entry: ZipEntry, offset: number): Buffer {
  const size = sizeOf(entry);
  if (size <= largest32 && offset <= largest32) return Buffer.alloc(0);
  return Buffer.concat([uint16(1), uint16(24), uint64(size), uint64(size), uint64(offset)]);
}

function endOf(count: number, start: number, bytes: number): Buffer[] {
  return [
    ...[uint32(end64Signatures.end), uint64(44), uint16(45), uint16(45), uint32(0), uint32(0)],
    ...[count, count, bytes, start].map(uint64),
    ...[uint32(end64Signatures.locator), uint32(0), uint64(start + bytes), uint32(1)],
    ...[uint32(signatures.end), uint16(0), uint16(0), uint16(0xffff), uint16(0xffff)],
    ...[uint32(largest32), uint32(largest32), uint16(0)],
  ];
}

function sizeOf({ start, end }: ZipEntry): number {
  return end - start;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
