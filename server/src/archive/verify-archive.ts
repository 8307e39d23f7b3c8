// Proves that an archive is what was written: one pass over every byte of the file, and over every document in it. What was
// written is known from the manifest within and, against a file that was replaced as a whole, from what the ledger expects.
import { createHash } from 'node:crypto';
import { addAbortSignal } from 'node:stream';
import { crc32 } from 'node:zlib';
import { OperationFailure } from '@holdfast/shared/failures';
import type { AgeIdentity } from './age/age-keys.ts';
import type { ArchiveProgress } from './archive-progress.ts';
import type { FrameContent } from './frame-content.ts';
import type { Frame } from './frame-index.ts';
import { framesAtOnce, inspectFrame } from './frame-pool.ts';
import { inOrder } from './in-order.ts';
import { requireInFrame, requireSame } from './manifest-checks.ts';
import { type ArchiveSource, type OpenArchive, openArchive } from './open-archive.ts';
import { ArchiveParser } from './parse-archive.ts';
import { readRange } from './read-bytes.ts';
import { splitFrames } from './read-frames.ts';
import { createNamespaceScan, type ScannedNamespace } from './scan-namespaces.ts';
import { holdsUsersAndRoles } from './users-and-roles.ts';
import type { ZipEntry } from './zip-directory.ts';
import { requireZipStructure, structureLimitBytes } from './zip-structure.ts';
import { decompressFrame } from './zstd-frames.ts';

export interface VerifyArchiveOptions {
  readonly source: ArchiveSource;
  /** What the ledger says of the file. With `sha256` a change of any bit is found. */
  readonly expected?: {
    readonly sha256?: string | undefined;
    readonly manifestDigest?: string;
    readonly sizeBytes?: number;
  };
  /** As in `openArchive`. */
  readonly identities?: readonly AgeIdentity[];
  readonly progress?: ArchiveProgress;
  readonly signal?: AbortSignal;
}

/** Bytes are those of all documents; their number is of the data, as it is of a backup: without users and roles. */
export interface Verification {
  readonly documents: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** Of the whole file, hex. */
  readonly sha256: string;
}

/**
 * Throws OperationFailure('archive-damaged') that says what differs; OperationFailure('key-missing'); the signal's reason;
 * whatever `source.read` throws.
 */
export async function verifyArchive(options: VerifyArchiveOptions): Promise<Verification> {
  try {
    options.signal?.throwIfAborted();
    return await verify(options);
  } catch (error) {
    // An abort ends the reading with an error of its own.
    options.signal?.throwIfAborted();
    throw error;
  }
}

async function verify({ expected = {}, progress, ...options }: VerifyArchiveOptions): Promise<Verification> {
  const startedAt = performance.now();
  const source = stoppable(options.source, options.signal);
  if (expected.sizeBytes !== undefined && expected.sizeBytes !== source.sizeBytes) {
    throw damaged(`the file has ${source.sizeBytes} bytes instead of ${expected.sizeBytes}`);
  }
  const archive = await openArchive(source, options);
  if (expected.manifestDigest !== undefined && expected.manifestDigest !== archive.manifestDigest) {
    throw damaged('its manifest is another one');
  }
  const file = new FileCheck(archive);
  const bytes = readRange(source, { start: 0, end: source.sizeBytes }, 'the file');
  const scanned = await scanDump(archive, archive.dump.decode(file.dump(bytes)), progress);
  const sha256 = file.finish(expected.sha256);
  requireSame(archive.manifest.namespaces, scanned);
  const data = scanned.filter(({ namespace }) => !holdsUsersAndRoles(namespace.database, namespace.collection));
  const sum = (all: ScannedNamespace[], of: (namespace: ScannedNamespace) => number) =>
    all.reduce((total, one) => total + of(one), 0);
  return {
    documents: sum(data, ({ documents }) => documents),
    bytes: sum(scanned, ({ bytes }) => bytes),
    durationMs: performance.now() - startedAt,
    sha256,
  };
}

function stoppable(source: ArchiveSource, signal: AbortSignal | undefined): ArchiveSource {
  if (signal === undefined) return source;
  return { sizeBytes: source.sizeBytes, read: async (range) => addAbortSignal(signal, await source.read(range)) };
}

/** Every document of the dump; each frame must hold what the index says, and nothing else. */
async function scanDump(
  archive: OpenArchive,
  stored: AsyncIterable<Buffer>,
  progress: ArchiveProgress | undefined,
): Promise<ScannedNamespace[]> {
  const scan = await createNamespaceScan({ progress, checkCrc: false });
  const prelude = new ArchiveParser();
  for await (const { frame, content } of inspectFrames(archive.frames, stored)) {
    if ('raw' in content) {
      for (const part of prelude.push(content.raw)) {
        if (part.kind !== 'prelude') throw damaged('a frame holds another namespace than the frame index says');
        scan.take(part);
      }
    } else {
      requireInFrame(archive.manifest, frame, content);
      scan.takeFrame(frame.namespace, content);
    }
  }
  prelude.end();
  return scan.finish();
}

interface InspectedFrame {
  readonly frame: Frame;
  readonly content: FrameContent | { readonly raw: Buffer };
}

/** In the order of the frames, several at once. Of the prelude's, the bytes. */
function inspectFrames(frames: readonly Frame[], stored: AsyncIterable<Buffer>): AsyncGenerator<InspectedFrame> {
  return inOrder(splitFrames(frames, stored), framesAtOnce, async ({ frame, bytes }) => {
    const { namespace, rawBytes, storedOffset } = frame;
    const content =
      namespace === 0
        ? { raw: await decompressFrame(bytes, rawBytes, storedOffset) }
        : await inspectFrame(bytes, rawBytes, storedOffset);
    return { frame, content };
  });
}

/** Checks the file's bytes while they are read, and hands on those of the dump. */
class FileCheck {
  readonly #archive: OpenArchive;
  readonly #wholeFile = createHash('sha256');
  readonly #dump = createHash('sha256');
  readonly #crcs = new Map<ZipEntry, number>();
  /** What stands before each entry, and behind the last. */
  readonly #structure: Buffer[][];
  #structureBytes = 0;

  constructor(archive: OpenArchive) {
    this.#archive = archive;
    this.#structure = [...archive.entries, null].map(() => []);
  }

  async *dump(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const entries = [...this.#archive.entries.values()];
    let at = 0;
    for await (const piece of file) {
      this.#wholeFile.update(piece);
      this.#keepStructure(piece, at, entries);
      for (const entry of entries) {
        const within = piece.subarray(Math.max(0, entry.start - at), Math.max(0, entry.end - at));
        if (within.length === 0) continue;
        this.#crcs.set(entry, crc32(within, this.#crcs.get(entry) ?? 0));
        if (entry.name !== this.#archive.manifest.dump.entry) continue;
        this.#dump.update(within);
        yield within;
      }
      at += piece.length;
    }
  }

  #keepStructure(piece: Buffer, at: number, entries: readonly ZipEntry[]): void {
    for (const [index, kept] of this.#structure.entries()) {
      const [start, end] = [entries[index - 1]?.end ?? 0, entries[index]?.start ?? Number.MAX_SAFE_INTEGER];
      const within = piece.subarray(Math.max(0, start - at), Math.max(0, end - at));
      if (within.length === 0) continue;
      this.#structureBytes += within.length;
      if (this.#structureBytes > structureLimitBytes) throw damaged('there is too much between its entries');
      // The reader may use the piece's memory again.
      kept.push(Buffer.from(within));
    }
  }

  /** Gives the file's SHA-256, hex. */
  finish(expectedSha256: string | undefined): string {
    for (const entry of this.#archive.entries.values()) {
      if ((this.#crcs.get(entry) ?? 0) !== entry.crc32) throw damaged(`${entry.name} does not match its checksum`);
    }
    const pieces = this.#structure.map((kept) => Buffer.concat(kept));
    requireZipStructure([...this.#archive.entries.values()], pieces);
    if (this.#dump.digest('hex') !== this.#archive.manifest.dump.sha256) throw damaged('the dump is another one');
    const sha256 = this.#wholeFile.digest('hex');
    if (expectedSha256 !== undefined && expectedSha256 !== sha256) throw damaged('the file is another one');
    return sha256;
  }
}

function damaged(how: string): OperationFailure {
  return new OperationFailure('archive-damaged', `The archive is damaged: ${how}.`);
}
