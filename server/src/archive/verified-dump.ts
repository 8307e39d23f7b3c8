// The chosen namespaces of an archive as a dump under other names, for mongorestore, verified while it is read: every frame is
// what the frame index says, every namespace what the manifest says. When all of the dump is read, its SHA-256 is compared too.
import { createHash } from 'node:crypto';
import { OperationFailure } from '@holdfast/shared/failures';
import type { ArchiveProgress } from './archive-progress.ts';
import type { Frame } from './frame-index.ts';
import { framesAtOnce, openFrame } from './frame-pool.ts';
import { rangeOf, runsOf } from './frame-runs.ts';
import type { OpenedFrame } from './frame-work.ts';
import { inOrder } from './in-order.ts';
import { keepNamespaces } from './keep-namespaces.ts';
import { requireInFrame, requireSame } from './manifest-checks.ts';
import type { OpenArchive } from './open-archive.ts';
import { ArchiveParser } from './parse-archive.ts';
import { splitFrames } from './read-frames.ts';
import { ArchiveRewriter, type RewriteOptions } from './rewrite-archive.ts';
import { createNamespaceScan, type NamespaceScan } from './scan-namespaces.ts';
import { decompressFrame, smallBytes } from './zstd-frames.ts';

export interface VerifiedDumpOptions extends Pick<RewriteOptions, 'rename' | 'metadata'> {
  /** `database.collection`, by the names of the manifest. Only their frames are read. */
  readonly namespaces: ReadonlySet<string>;
  /** Counts what was read, under the names of the manifest. */
  readonly progress?: ArchiveProgress;
}

/**
 * A valid mongodump archive. A piece is written over once the next one is asked for. Throws OperationFailure('archive-damaged'),
 * at the end at the latest: until then nothing of it is to be relied on.
 */
export async function* verifiedDump(archive: OpenArchive, options: VerifiedDumpOptions): AsyncGenerator<Buffer> {
  const scan = await createNamespaceScan({ progress: options.progress, checkCrc: false });
  const reading = new VerifiedReading(archive, scan, options);
  const isAll = archive.manifest.namespaces.every((one) => options.namespaces.has(nameOf(one)));
  for await (const opened of isAll ? allFrames(archive) : chosenFrames(archive, reading)) {
    yield* reading.take(opened);
    // Megabytes, that nobody needs any more: given back at once, and not when the collector comes by.
    if (opened.raw.length >= smallBytes) opened.raw.buffer.transfer(0);
  }
  reading.end();
}

/** A frame and what is in it. Of the prelude's only the bytes. */
type ReadFrame = { readonly frame: Frame } & (
  | OpenedFrame
  | { readonly raw: Buffer<ArrayBuffer>; readonly content?: undefined }
);

async function* allFrames({ dump, frames, manifest, storedDump }: OpenArchive): AsyncGenerator<ReadFrame> {
  const hash = createHash('sha256');
  const hashed = async function* () {
    for await (const piece of storedDump()) {
      hash.update(piece);
      yield piece;
    }
  };
  yield* openFrames(frames, dump.decode(hashed()));
  if (hash.digest('hex') !== manifest.dump.sha256) throw damaged('the dump is another one');
}

async function* chosenFrames({ dump, frames }: OpenArchive, { isWanted }: VerifiedReading): AsyncGenerator<ReadFrame> {
  for (const run of runsOf(frames, isWanted)) yield* openFrames(run, dump.read(rangeOf(run)), isWanted);
}

/** In the order of the frames, several at once. */
function openFrames(
  frames: readonly Frame[],
  stored: AsyncIterable<Buffer>,
  isWanted?: (frame: Frame) => boolean,
): AsyncGenerator<ReadFrame> {
  return inOrder(splitFrames(frames, stored, isWanted), framesAtOnce, async ({ frame, bytes }) => {
    const { namespace, rawBytes, storedOffset } = frame;
    return namespace === 0
      ? { frame, raw: await decompressFrame(bytes, rawBytes, storedOffset) }
      : { frame, ...(await openFrame(bytes, rawBytes, storedOffset)) };
  });
}

class VerifiedReading {
  readonly #archive: OpenArchive;
  readonly #scan: NamespaceScan;
  readonly #rewriter: ArchiveRewriter;
  readonly #keep: ReturnType<typeof keepNamespaces>;
  readonly #prelude = new ArchiveParser();
  /** Of each namespace of the manifest that is wanted, its place among those, from 1. */
  readonly #places = new Map<number, number>();

  constructor(archive: OpenArchive, scan: NamespaceScan, options: VerifiedDumpOptions) {
    this.#archive = archive;
    this.#scan = scan;
    this.#rewriter = new ArchiveRewriter({
      rename: options.rename,
      ...(options.metadata && { metadata: options.metadata }),
    });
    this.#keep = keepNamespaces((database, collection) => options.namespaces.has(nameOf({ database, collection })));
    for (const [place, namespace] of archive.manifest.namespaces.entries())
      if (options.namespaces.has(nameOf(namespace))) this.#places.set(place + 1, this.#places.size + 1);
  }

  readonly isWanted = ({ namespace }: Frame): boolean => namespace === 0 || this.#places.has(namespace);

  *take({ frame, raw, content }: ReadFrame): Generator<Buffer> {
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.length);
    if (content === undefined) return yield* this.#takePrelude(bytes);
    requireInFrame(this.#archive.manifest, frame, content);
    this.#scan.takeFrame(this.#places.get(frame.namespace) ?? 0, content);
    for (const part of new ArchiveParser({ start: 'between-blocks' }).push(bytes)) yield this.#rewriter.take(part);
  }

  end(): void {
    this.#prelude.end();
    this.#rewriter.end();
    const { namespaces } = this.#archive.manifest;
    requireSame(
      namespaces.filter((_, place) => this.#places.has(place + 1)),
      this.#scan.finish(),
    );
  }

  *#takePrelude(raw: Buffer): Generator<Buffer> {
    for (const part of this.#prelude.push(raw)) {
      if (part.kind !== 'prelude') throw damaged('a frame holds another namespace than the frame index says');
      const kept = this.#keep(part);
      if (kept === undefined) continue;
      this.#scan.take(kept);
      yield this.#rewriter.take(kept);
    }
  }
}

function nameOf({ database, collection }: { readonly database: string; readonly collection: string }): string {
  return `${database}.${collection}`;
}

function damaged(how: string): OperationFailure {
  return new OperationFailure('archive-damaged', `The archive is damaged: ${how}.`);
}
