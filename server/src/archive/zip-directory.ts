// Where the entries of an archive lie: from the ZIP's central directory (unzipper's `Open`), never from its streaming parser,
// which cuts a stored entry at the bytes of a data descriptor. Reads two ends of the file, whatever its size.
import { Readable } from 'node:stream';
import { OperationFailure } from '@holdfast/shared/failures';
import { archiveEntries, encryptedEntries } from '@holdfast/shared/manifest';
import { Open } from 'unzipper';
import type { ArchiveSource } from './open-archive.ts';
import { readBytes } from './read-bytes.ts';

/** An entry's bytes within the file. They are stored as they are. */
export interface ZipEntry {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly crc32: number;
}

const entryLists: readonly (readonly string[])[] = [Object.values(archiveEntries), Object.values(encryptedEntries)];
const entryCount = 4n;
/** Fixed sizes of the ZIP format. */
const localHeaderBytes = 30;
const endBytes = { directoryEnd64: 56, locator64: 20, directoryEnd: 22 };
const allEndBytes = endBytes.directoryEnd64 + endBytes.locator64 + endBytes.directoryEnd;
/** Holds the central directory of four entries many times over. */
const tailBytes = 16 * 1024;

/**
 * The entries by name. Throws OperationFailure('archive-damaged') unless they are exactly those of an archive, plain or
 * encrypted, in order.
 */
export async function readZipDirectory(source: ArchiveSource): Promise<ReadonlyMap<string, ZipEntry>> {
  const { sizeBytes } = source;
  if (sizeBytes < allEndBytes) throw damaged(`${sizeBytes} bytes are too few`);
  const tailStart = Math.max(0, sizeBytes - tailBytes);
  const tail = await readBytes(source, { start: tailStart, end: sizeBytes }, 'its end');
  requireEnd(tail);
  const found = await centralDirectory(tail, tailStart);
  const names = found.map(({ path }) => path);
  if (!entryLists.some((list) => list.join() === names.join())) throw damaged(`its entries are ${names.join(', ')}`);
  const entries = new Map<string, ZipEntry>();
  for (const file of found) entries.set(file.path, await locate(source, file));
  return entries;
}

// unzipper's types know neither the options nor what a custom source is.
const openDirectory = Open.custom as unknown as (
  source: object,
  options: { readonly tailSize: number },
) => Promise<{ readonly files: readonly DirectoryEntry[] }>;

/** What unzipper says of an entry, as far as it is used here. */
interface DirectoryEntry {
  readonly path: string;
  readonly crc32: number;
  readonly compressionMethod: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly offsetToLocalFileHeader: number;
}

/**
 * The end records have fixed places, because an archive has no comment. Their counts are checked before unzipper sees them:
 * it would make room for as many entries as a damaged number says.
 */
function requireEnd(tail: Buffer): void {
  const end = tail.subarray(tail.length - allEndBytes);
  const locator = end.subarray(endBytes.directoryEnd64);
  const last = locator.subarray(endBytes.locator64);
  const signatures = [end.readUInt32LE(0), locator.readUInt32LE(0), last.readUInt32LE(0)];
  if (signatures.join() !== [0x06064b50, 0x07064b50, 0x06054b50].join()) throw damaged('it does not end like one');
  const counts = [end.readBigUInt64LE(24), end.readBigUInt64LE(32)];
  if (counts.some((count) => count !== entryCount)) throw damaged(`it has ${counts[1]} entries`);
  if (last.readUInt16LE(20) !== 0) throw damaged('something follows its end');
}

async function centralDirectory(tail: Buffer, tailStart: number): Promise<readonly DirectoryEntry[]> {
  const end = tailStart + tail.length;
  // Served from memory: unzipper leaves streams unread, and those of a file would stay open.
  const source = {
    size: async () => end,
    stream: (offset: number) => {
      if (offset < tailStart || offset >= end) throw damaged('its directory is not where it must be');
      return Readable.from([tail.subarray(offset - tailStart)]);
    },
  };
  try {
    return (await openDirectory(source, { tailSize: endBytes.directoryEnd })).files;
  } catch (cause) {
    if (cause instanceof OperationFailure) throw cause;
    throw damaged('its directory cannot be read', cause);
  }
}

/** The local header repeats name and method, and says where the bytes begin. */
async function locate(source: ArchiveSource, file: DirectoryEntry): Promise<ZipEntry> {
  const { path: name, compressedSize, uncompressedSize, compressionMethod, offsetToLocalFileHeader: offset } = file;
  if (compressionMethod !== 0 || compressedSize !== uncompressedSize) throw damaged(`${name} is not stored as it is`);
  const nameStart = offset + localHeaderBytes;
  const nameEnd = nameStart + Buffer.byteLength(name);
  if (nameEnd > source.sizeBytes) throw damaged(`${name} lies outside of it`);
  const header = await readBytes(source, { start: offset, end: nameEnd }, name);
  const isHeader = header.readUInt32LE(0) === 0x04034b50 && header.readUInt16LE(8) === 0;
  if (!isHeader || header.readUInt16LE(26) !== Buffer.byteLength(name) || header.toString('utf8', 30) !== name) {
    throw damaged(`${name} does not begin where the directory says`);
  }
  const start = nameEnd + header.readUInt16LE(28);
  const end = start + compressedSize;
  if (end > source.sizeBytes) throw damaged(`${name} lies outside of it`);
  return { name, start, end, crc32: file.crc32 };
}

function damaged(how: string, cause?: unknown): OperationFailure {
  return new OperationFailure('archive-damaged', `The file is not a whole archive: ${how}.`, { cause });
}
