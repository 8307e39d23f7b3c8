// Opens an archive for reading, wherever it is kept: manifest and frame index first, then as much of the dump as is wanted.
// Checks what it reads; that the whole file is sound is said by verify-archive.ts.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { OperationFailure } from '@holdfast/shared/failures';
import { archiveEntries, encryptedEntries, type Manifest, manifest as manifestSchema } from '@holdfast/shared/manifest';
import type { AgeIdentity } from './age/age-keys.ts';
import { encodePrelude } from './encode-archive.ts';
import { decryptedContent, type EntryContent, plainContent } from './entry-content.ts';
import { decodeFrameIndex, type Frame } from './frame-index.ts';
import { rangeOf, runsOf } from './frame-runs.ts';
import { keepNamespaces } from './keep-namespaces.ts';
import { ArchiveParser } from './parse-archive.ts';
import { readBytes, readRange } from './read-bytes.ts';
import { readFrames } from './read-frames.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';
import { decompressFrame } from './zstd-frames.ts';

/** An archive's bytes. `read` gives those from `start` to `end` (exclusive). */
export interface ArchiveSource {
  readonly sizeBytes: number;
  read(range: { readonly start: number; readonly end: number }): Promise<Readable> | Readable;
}

export interface OpenArchive {
  readonly manifest: Manifest;
  /** SHA-256 of `manifest.json`, decrypted, hex. */
  readonly manifestDigest: string;
  readonly frames: readonly Frame[];
  /** Where each entry lies in the file. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly isEncrypted: boolean;
  /** What the entry of the dump holds, decrypted: the frames, one after the other. */
  readonly dump: EntryContent;
  /**
   * The dump, decompressed: a valid mongodump archive. With `namespaces` (`database.collection`, by the names of the manifest)
   * it holds only those, and only their frames are read. Throws OperationFailure('archive-damaged').
   */
  dumpStream(options?: { readonly namespaces?: ReadonlySet<string> }): AsyncGenerator<Buffer>;
  /** The entry of the dump as it lies in the file; `dump.decode` makes the frames of it. */
  storedDump(): AsyncGenerator<Buffer>;
  /** One frame, decompressed; nothing else is read. Throws OperationFailure('archive-damaged'). */
  readFrame(frame: Frame): Promise<Buffer>;
}

export interface OpenArchiveOptions {
  /** The keys that may open an encrypted archive; a plain one needs none. */
  readonly identities?: readonly AgeIdentity[];
}

/**
 * Throws OperationFailure('archive-damaged') that says which part cannot be read; OperationFailure('key-missing') when it is
 * encrypted and none of the identities opens it; whatever `source.read` throws.
 */
export async function openArchive(source: ArchiveSource, options: OpenArchiveOptions = {}): Promise<OpenArchive> {
  const entries = await readZipDirectory(source);
  const isEncrypted = entries.has(encryptedEntries.dump);
  const names = isEncrypted ? encryptedEntries : archiveEntries;
  const open = isEncrypted ? withKeys(options.identities ?? []) : withoutKeys;
  const manifestBytes = await readEntry(source, entryOf(entries, names.manifest), open);
  const manifest = parseManifest(manifestBytes);
  const openNext = withTheSameKeys(open);
  const frames = decodeFrameIndex(await readEntry(source, entryOf(entries, names.frames), openNext));
  const dumpEntry = entryOf(entries, names.dump);
  const dump = await openNext(source, dumpEntry);
  requireConsistent(manifest, frames, { name: names.dump, sizeBytes: dump.sizeBytes });
  return {
    manifest,
    manifestDigest: createHash('sha256').update(manifestBytes).digest('hex'),
    frames,
    entries,
    isEncrypted,
    dump,
    dumpStream: ({ namespaces } = {}) =>
      namespaces === undefined ? wholeDump(dump, frames) : chosenDump(dump, { manifest, frames, namespaces }),
    storedDump: () => readRange(source, dumpEntry, names.dump),
    readFrame: async (frame) => {
      const stored = await joined(dump.read(rangeOf([frame])));
      return await decompressFrame(stored, frame.rawBytes, frame.storedOffset);
    },
  };
}

type OpenContent = (source: ArchiveSource, entry: ZipEntry) => Promise<EntryContent>;

const withoutKeys: OpenContent = async (source, entry) => plainContent(source, entry);

function withKeys(identities: readonly AgeIdentity[]): OpenContent {
  return (source, entry) => decryptedContent(source, entry, identities);
}

/** For the entries behind the manifest: all have the same keys, and one of them opened the manifest. */
function withTheSameKeys(open: OpenContent): OpenContent {
  return async (source, entry) => {
    try {
      return await open(source, entry);
    } catch (error) {
      if (!(error instanceof OperationFailure) || error.reason !== 'key-missing') throw error;
      throw damaged(`${entry.name} has other keys than the manifest`, error);
    }
  };
}

/** Manifest and frame index are read at once: of 100,000 collections, or 20 TB, they have less. */
const inMemoryLimitBytes = 256 * 1024 * 1024;

/** What a small entry holds. Its bytes are checked before a key is tried: what was changed can look like another key's. */
async function readEntry(source: ArchiveSource, entry: ZipEntry, open: OpenContent): Promise<Buffer> {
  if (entry.end - entry.start > inMemoryLimitBytes) throw damaged(`${entry.name} is larger than any can be`);
  const stored = await readBytes(source, entry, entry.name);
  if (crc32(stored) !== entry.crc32) throw damaged(`${entry.name} does not match its checksum`);
  const inMemory = {
    sizeBytes: stored.length,
    read: (range) => Readable.from([stored.subarray(range.start, range.end)]),
  } satisfies ArchiveSource;
  const content = await open(inMemory, { ...entry, start: 0, end: stored.length });
  return await joined(content.read({ start: 0, end: content.sizeBytes }));
}

async function joined(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(pieces));
}

function entryOf(entries: ReadonlyMap<string, ZipEntry>, name: string): ZipEntry {
  const entry = entries.get(name);
  if (entry === undefined) throw damaged(`it has no ${name}`);
  return entry;
}

function parseManifest(bytes: Buffer): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw damaged('its manifest is not understood', cause);
  }
}

function requireConsistent(
  { dump, namespaces }: Manifest,
  frames: readonly Frame[],
  entry: { readonly name: string; readonly sizeBytes: number },
): void {
  const sum = (of: (frame: Frame) => number) => frames.reduce((total, frame) => total + of(frame), 0);
  const stored = sum(({ storedBytes }) => storedBytes);
  if (dump.entry !== entry.name) throw damaged('the manifest names another dump');
  if (dump.frames !== frames.length) throw damaged('manifest and frame index differ in the number of frames');
  if (stored !== entry.sizeBytes || stored !== dump.storedBytes) throw damaged('the dump has another size');
  if (sum(({ rawBytes }) => rawBytes) !== dump.rawBytes) throw damaged('the decompressed dump has another size');
  if (frames.some(({ namespace }) => namespace > namespaces.length)) throw damaged('a frame is of no namespace');
}

async function* wholeDump(dump: EntryContent, frames: readonly Frame[]): AsyncGenerator<Buffer> {
  for await (const { raw } of readFrames(frames, dump.read({ start: 0, end: dump.sizeBytes }))) yield raw;
}

interface Choice {
  readonly manifest: Manifest;
  readonly frames: readonly Frame[];
  readonly namespaces: ReadonlySet<string>;
}

async function* chosenDump(dump: EntryContent, choice: Choice): AsyncGenerator<Buffer> {
  const { manifest, frames, namespaces } = choice;
  const keep = keepNamespaces((database, collection) => namespaces.has(`${database}.${collection}`));
  const parser = new ArchiveParser();
  const wanted = manifest.namespaces.map(({ database, collection }) => namespaces.has(`${database}.${collection}`));
  const isWanted = ({ namespace }: Frame) => namespace === 0 || wanted[namespace - 1] === true;
  for (const run of runsOf(frames, isWanted)) {
    for await (const { frame, raw } of readFrames(run, dump.read(rangeOf(run)), isWanted)) {
      if (frame.namespace > 0) yield raw;
      else {
        for (const part of parser.push(raw)) {
          const kept = keep(part);
          if (kept?.kind === 'prelude') yield encodePrelude(kept.prelude);
        }
      }
    }
  }
}

function damaged(how: string, cause?: unknown): OperationFailure {
  return new OperationFailure('archive-damaged', `The archive is damaged: ${how}.`, { cause });
}
