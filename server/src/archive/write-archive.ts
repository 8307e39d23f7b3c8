// Writes an archive while the dump runs: mongodump's stream -> frames -> zstd -> ZIP -> storage. Nothing is staged, and the
// slowest of them sets the pace. Makes nothing visible and decides nothing: that is the runner's and the storage's part.
import { createHash } from 'node:crypto';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { archiveEntries, encryptedEntries, type Manifest, manifest as manifestSchema } from '@holdfast/shared/manifest';
import { ZipArchive } from 'archiver';
import type { AgeRecipient } from './age/age-keys.ts';
import type { PlainPieces } from './age/age-payload.ts';
import { encrypt } from './age/encrypt.ts';
import type { ArchiveProgress } from './archive-progress.ts';
import { encodeFrameIndex, type Frame } from './frame-index.ts';
import { framesAtOnce, sealFrame } from './frame-pool.ts';
import { inOrder } from './in-order.ts';
import type { NamespacePredicate } from './keep-namespaces.ts';
import { manifestNamespaceOf } from './manifest-namespace.ts';
import { type Dump, readDump } from './read-dump.ts';
import type { RawFrame } from './regroup-frames.ts';
import { encryptedHowto, restoreHowto } from './restore-howto.ts';
import { heldUsersOf } from './users-and-roles.ts';

export { ArchiveProgress } from './archive-progress.ts';

/** What the caller knows for the manifest. */
export type ManifestBase = Pick<
  Manifest,
  'backupId' | 'deployment' | 'database' | 'startedAt' | 'tool' | 'server' | 'ledger' | 'origin' | 'safety'
>;

export interface WriteArchiveOptions {
  /** mongodump's archive, uncompressed. */
  readonly source: AsyncIterable<Uint8Array>;
  /** Its chunks are nobody else's: their memory is freed as soon as they are read. */
  readonly givesChunksAway?: boolean;
  /** Compares documents with the CRC-64 of the source: for one that was stored somewhere, and may be damaged. Default: true. */
  readonly checkCrc?: boolean;
  /** Settles with the tool. When it rejects, the archive is not finished and its error is thrown. */
  readonly sourceEnded: Promise<unknown>;
  /** `Upload.body`. Ended when all is written, destroyed otherwise. */
  readonly output: Writable;
  /** Namespaces that stay out, by the names that people know. */
  readonly exclude: NamespacePredicate;
  readonly manifest: ManifestBase;
  /** What is only known once the dump has ended well. */
  readonly atEnd?: () => Promise<Pick<Manifest, 'optimes'>>;
  /** With any, dump, frame index and manifest are encrypted so that each of these can open them. */
  readonly recipients?: readonly AgeRecipient[];
  readonly progress?: ArchiveProgress;
  readonly signal?: AbortSignal;
  /** The archive's file name, for `RESTORE.txt`. */
  readonly fileName?: string;
}

export interface WrittenArchive {
  readonly manifest: Manifest;
  /** SHA-256 of `manifest.json`, before it is encrypted, hex. */
  readonly manifestDigest: string;
  readonly sizeBytes: number;
  /** SHA-256 of the whole file, hex. */
  readonly sha256: string;
}

/**
 * Resolves once every byte is handed to `output`. Rejects once, with the first thing that went wrong anywhere (the signal's
 * reason, the tool's or the output's error, OperationFailure('dump-incomplete') for a stream that is not whole); source and
 * output are destroyed by then.
 */
export async function writeArchive(options: WriteArchiveOptions): Promise<WrittenArchive> {
  const { output, signal } = options;
  const stop = new AbortController();
  const source = toReadable(options.source);
  const zip = new ZipArchive({ store: true, forceZip64: true });
  // What goes wrong is thrown where the streams are read and written; these keep a late echo of it from ending the process.
  for (const stream of [source, zip, output]) stream.on('error', () => {});
  stop.signal.addEventListener('abort', () => source.destroy());
  const abort = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  options.sourceEnded.catch((error: unknown) => stop.abort(error));

  const meter = new Meter();
  const work = { ...options, source, zip, stop: stop.signal };
  let written: Pick<WrittenArchive, 'manifest' | 'manifestDigest'> | undefined;
  const tasks = [
    pipeline(zip, (chunks: AsyncIterable<Buffer>) => meter.through(chunks), output, { signal: stop.signal }),
    writeEntries(work).then((result) => {
      written = result;
    }),
  ];
  await Promise.all(tasks.map((task) => task.catch((error: unknown) => stop.abort(error))));
  signal?.removeEventListener('abort', abort);
  if (stop.signal.aborted || written === undefined) throw stop.signal.reason;
  return { ...written, sizeBytes: meter.bytes, sha256: meter.sha256() };
}

interface Work extends Omit<WriteArchiveOptions, 'source'> {
  readonly source: Readable;
  readonly zip: ZipArchive;
  readonly stop: AbortSignal;
}

async function writeEntries(work: Work): Promise<Pick<WrittenArchive, 'manifest' | 'manifestDigest'>> {
  const { zip, stop, progress } = work;
  if (stop.aborted) throw stop.reason;
  const sourceEnded = Promise.race([work.sourceEnded, aborted(stop)]);
  // It is awaited only once the source is at its end.
  sourceEnded.catch(() => {});
  const { source, exclude, givesChunksAway = false, checkCrc = true } = work;
  const dump = await readDump({ source, sourceEnded, exclude, progress, givesChunksAway, checkCrc });
  const { names, encode } = entryForm(work.recipients ?? []);
  await appendEntry(work, names.howto, Buffer.from(howtoOf(work, dump)));

  const frames = new StoredFrames();
  const entry = new Meter();
  const stored = entry.through(encode(frames.write(dump)));
  await appendEntry(work, names.dump, Readable.from(stored, { objectMode: false }));
  await appendEntry(work, names.frames, await joined(encode([encodeFrameIndex(frames.index)])));

  const known = (await work.atEnd?.()) ?? {};
  const manifest = describe(work, dump, known, { entry: names.dump, ...frames.sums(), sha256: entry.sha256() });
  const text = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
  await appendEntry(work, names.manifest, await joined(encode([text])));
  // It may never settle; `pipeline` is what says that all is written.
  void zip.finalize();
  return { manifest, manifestDigest: createHash('sha256').update(text).digest('hex') };
}

/** How the entries are stored: as they are, or each as a file of age. */
interface EntryForm {
  readonly names: typeof archiveEntries | typeof encryptedEntries;
  readonly encode: (content: PlainPieces) => PlainPieces;
}

function entryForm(recipients: readonly AgeRecipient[]): EntryForm {
  if (recipients.length === 0) return { names: archiveEntries, encode: (content) => content };
  return { names: encryptedEntries, encode: (content) => encrypt(content, recipients) };
}

function howtoOf({ manifest, recipients = [], fileName }: Work, { namespaces }: Dump): string {
  return recipients.length === 0
    ? restoreHowto({ manifest, namespaces, fileName })
    : encryptedHowto({ manifest, recipients: recipients.map(String), fileName });
}

function describe(
  { manifest, recipients = [] }: Work,
  dump: Dump,
  known: Pick<Manifest, 'optimes'>,
  stored: Manifest['dump'],
): Manifest {
  const namespaces = dump.scanned().map(manifestNamespaceOf);
  const usersAndRoles = heldUsersOf(namespaces);
  return manifestSchema.parse({
    format: 'holdfast-archive',
    version: 1,
    ...manifest,
    finishedAt: new Date().toISOString(),
    consistency: 'per-collection',
    ...known,
    ...(recipients.length === 0 ? {} : { encryption: { recipients: recipients.map(String) } }),
    dump: stored,
    namespaces,
    ...(usersAndRoles === undefined ? {} : { usersAndRoles }),
  });
}

async function joined(pieces: PlainPieces): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(pieces));
}

/** Resolves when the whole entry has gone into the ZIP file. */
function appendEntry({ zip, stop }: Work, name: string, content: Buffer | Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      if (content instanceof Readable) content.destroy();
      reject(error);
    };
    if (stop.aborted) fail(stop.reason);
    stop.addEventListener('abort', () => fail(stop.reason), { once: true });
    if (content instanceof Readable) content.on('error', fail);
    zip.on('entry', (entry) => {
      if (entry.name === name) resolve();
    });
    zip.append(content, { name });
  });
}

/** The frames of the dump while they are written, compressed, and what index and manifest say of them. */
class StoredFrames {
  readonly index: Omit<Frame, 'storedOffset'>[] = [];
  #rawBytes = 0;
  #storedBytes = 0;

  async *write(dump: Dump): AsyncGenerator<Uint8Array> {
    const compressed = inOrder(dump.frames, framesAtOnce, async (frame: RawFrame) => {
      const { namespace, documents, raw } = frame;
      const { stored, fingerprint } = await sealFrame({ raw, documents });
      frame.release();
      return { frame: { namespace, documents, rawBytes: raw.length, storedBytes: stored.length }, stored, fingerprint };
    });
    for await (const { frame, stored, fingerprint } of compressed) {
      dump.addFingerprint(frame.namespace, fingerprint);
      this.index.push(frame);
      this.#rawBytes += frame.rawBytes;
      this.#storedBytes += frame.storedBytes;
      yield stored;
    }
  }

  sums(): Pick<Manifest['dump'], 'rawBytes' | 'storedBytes' | 'frames'> {
    return { rawBytes: this.#rawBytes, storedBytes: this.#storedBytes, frames: this.index.length };
  }
}

/** Size and digest of everything that passes. */
class Meter {
  bytes = 0;
  readonly #hash = createHash('sha256');

  async *through(chunks: PlainPieces): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.bytes += chunk.length;
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}

function toReadable(source: AsyncIterable<Uint8Array>): Readable {
  return source instanceof Readable ? source : Readable.from(source, { objectMode: false });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
