// Opens an archive for reading, wherever it is kept: manifest and frame index first, then as much of the dump as is wanted.
// Checks what it reads; that the whole file is sound is said by verify-archive.ts.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { OperationFailure } from '@holdfast/shared/failures';
import { archiveEntries, type Manifest, manifest as manifestSchema } from '@holdfast/shared/manifest';
import type { AgeIdentity } from './age/age-keys.ts';
import { encodePrelude } from './encode-archive.ts';
import { decodeFrameIndex, type Frame } from './frame-index.ts';
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
  /** SHA-256 of `manifest.json`, hex. */
  readonly manifestDigest: string;
  readonly frames: readonly Frame[];
  /** Where each entry lies in the file. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /**
   * The dump, decompressed: a valid mongodump archive. With `namespaces` (`database.collection`, by the names of the manifest)
   * it holds only those, and only their frames are read. Throws OperationFailure('archive-damaged').
   */
  dumpStream(options?: { readonly namespaces?: ReadonlySet<string> }): AsyncGenerator<Buffer>;
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
export async function openArchive(source: ArchiveSource, _options: OpenArchiveOptions = {}): Promise<OpenArchive> {
  const entries = await readZipDirectory(source);
  const manifestBytes = await readEntry(source, entries, archiveEntries.manifest);
  const manifest = parseManifest(manifestBytes);
  const frames = decodeFrameIndex(await readEntry(source, entries, archiveEntries.frames));
  const dump = entryOf(entries, archiveEntries.dump);
  requireConsistent(manifest, frames, dump);
  return {
    manifest,
    manifestDigest: createHash('sha256').update(manifestBytes).digest('hex'),
    frames,
    entries,
    dumpStream: ({ namespaces } = {}) =>
      namespaces === undefined
        ? wholeDump(source, dump, frames)
        : chosenDump(source, dump, { manifest, frames, namespaces }),
    readFrame: async (frame) => {
      const stored = await readBytes(source, rangeOf(dump, [frame]), dump.name);
      return await decompressFrame(stored, frame.rawBytes, frame.storedOffset);
    },
  };
}

async function readEntry(source: ArchiveSource, entries: ReadonlyMap<string, ZipEntry>, name: string): Promise<Buffer> {
  const entry = entryOf(entries, name);
  const bytes = await readBytes(source, entry, name);
  if (crc32(bytes) !== entry.crc32) throw damaged(`${name} does not match its checksum`);
  return bytes;
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
    throw damaged(`${archiveEntries.manifest} is not understood`, cause);
  }
}

function requireConsistent({ dump, namespaces }: Manifest, frames: readonly Frame[], entry: ZipEntry): void {
  const sum = (of: (frame: Frame) => number) => frames.reduce((total, frame) => total + of(frame), 0);
  const stored = sum(({ storedBytes }) => storedBytes);
  if (dump.entry !== entry.name) throw damaged('the manifest names another dump');
  if (dump.frames !== frames.length) throw damaged('manifest and frame index differ in the number of frames');
  if (stored !== entry.end - entry.start || stored !== dump.storedBytes) throw damaged('the dump has another size');
  if (sum(({ rawBytes }) => rawBytes) !== dump.rawBytes) throw damaged('the decompressed dump has another size');
  if (frames.some(({ namespace }) => namespace > namespaces.length)) throw damaged('a frame is of no namespace');
}

async function* wholeDump(source: ArchiveSource, dump: ZipEntry, frames: readonly Frame[]): AsyncGenerator<Buffer> {
  for await (const { raw } of readFrames(frames, readRange(source, dump, dump.name))) yield raw;
}

interface Choice {
  readonly manifest: Manifest;
  readonly frames: readonly Frame[];
  readonly namespaces: ReadonlySet<string>;
}

async function* chosenDump(source: ArchiveSource, dump: ZipEntry, choice: Choice): AsyncGenerator<Buffer> {
  const { manifest, frames, namespaces } = choice;
  const keep = keepNamespaces((database, collection) => namespaces.has(`${database}.${collection}`));
  const parser = new ArchiveParser();
  const wanted = manifest.namespaces.map(({ database, collection }) => namespaces.has(`${database}.${collection}`));
  const isWanted = ({ namespace }: Frame) => namespace === 0 || wanted[namespace - 1] === true;
  for (const run of runsOf(frames, isWanted)) {
    for await (const { frame, raw } of readFrames(run, readRange(source, rangeOf(dump, run), dump.name), isWanted)) {
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

/** So much is rather read and thrown away than left out by another read. */
const gapBytes = 1024 * 1024;

/** Each run is one read: it begins and ends with a wanted frame, and has no large gaps between them. */
function runsOf(frames: readonly Frame[], isWanted: (frame: Frame) => boolean): Frame[][] {
  const runs: Frame[][] = [];
  let gap: Frame[] = [];
  let gapped = Number.POSITIVE_INFINITY;
  for (const frame of frames) {
    if (!isWanted(frame)) {
      gap.push(frame);
      gapped += frame.storedBytes;
      continue;
    }
    if (gapped > gapBytes) runs.push([frame]);
    else runs.at(-1)?.push(...gap, frame);
    gap = [];
    gapped = 0;
  }
  return runs;
}

function rangeOf(dump: ZipEntry, run: readonly Frame[]): { start: number; end: number } {
  const [first, last] = [run[0], run.at(-1)];
  if (first === undefined || last === undefined) return { start: dump.start, end: dump.start };
  return { start: dump.start + first.storedOffset, end: dump.start + last.storedOffset + last.storedBytes };
}

function damaged(how: string, cause?: unknown): OperationFailure {
  return new OperationFailure('archive-damaged', `The archive is damaged: ${how}.`, { cause });
}
