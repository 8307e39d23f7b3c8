// The writer's side of the stream: mongodump's bytes -> parse -> filter -> scan -> regroup. Ends well only when the tool did,
// the stream stopped between two blocks, and every namespace of the prelude was seen to its end.
import type { Readable } from 'node:stream';
import type { PreludeNamespace } from './archive-prelude.ts';
import type { ArchiveProgress } from './archive-progress.ts';
import { keepNamespaces, type NamespacePredicate } from './keep-namespaces.ts';
import { ArchiveParser } from './parse-archive.ts';
import { FrameRegrouper, type RawFrame } from './regroup-frames.ts';
import { createNamespaceScan, type ScannedNamespace } from './scan-namespaces.ts';

export interface ReadDumpOptions {
  readonly source: Readable;
  readonly sourceEnded: Promise<unknown>;
  readonly exclude: NamespacePredicate;
  readonly progress: ArchiveProgress | undefined;
  /** As in `writeArchive`. */
  readonly givesChunksAway?: boolean;
  readonly checkCrc?: boolean;
}

/** A dump that is being read. */
export interface Dump {
  /** What it will hold, exclusions left out. */
  readonly namespaces: readonly PreludeNamespace[];
  /** Complete frames, the prelude's first. Throws OperationFailure('dump-incomplete'), or what `sourceEnded` rejects with. */
  readonly frames: AsyncGenerator<RawFrame>;
  /** To be told of every frame: see `NamespaceScan.addFingerprint`. */
  addFingerprint(namespace: number, words: Float64Array): void;
  /** Once `frames` is read to its end, and all fingerprints are added. */
  scanned(): readonly ScannedNamespace[];
}

const reason = 'dump-incomplete';

/** Resolves once the prelude is here. */
export async function readDump(options: ReadDumpOptions): Promise<Dump> {
  const { progress } = options;
  const { checkCrc = true, givesChunksAway = false } = options;
  const scan = await createNamespaceScan({ reason, progress, checkCrc });
  let namespaces: readonly PreludeNamespace[] = [];

  async function* read(): AsyncGenerator<RawFrame> {
    const parser = new ArchiveParser({ reason });
    const keep = keepNamespaces((database, collection) => !options.exclude(database, collection));
    const regrouper = new FrameRegrouper();
    for await (const chunk of chunksOf(options)) {
      for (const found of parser.push(chunk)) {
        const part = keep(found);
        if (part === undefined) continue;
        if (part.kind === 'prelude') namespaces = part.prelude.namespaces;
        scan.take(part);
        yield* regrouper.take(part);
      }
      if (givesChunksAway) free(chunk);
    }
    parser.end();
    // Says what is missing; the fingerprints of the last frames are still to come.
    scan.finish();
  }

  const frames = read();
  const first = await frames.next();
  return {
    namespaces,
    frames: prepend(first, frames),
    addFingerprint: (namespace, words) => scan.addFingerprint(namespace, words),
    scanned: () => scan.finish(),
  };
}

async function* chunksOf({ source, sourceEnded }: ReadDumpOptions): AsyncGenerator<Buffer> {
  try {
    yield* source as AsyncIterable<Buffer>;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  // A tool that failed says more of why its output ends than the output does.
  await sourceEnded;
}

/** At once: left to the collector, a stream of megabytes makes it run all the time. */
function free({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

async function* prepend(first: IteratorResult<RawFrame>, rest: AsyncGenerator<RawFrame>): AsyncGenerator<RawFrame> {
  if (!first.done) yield first.value;
  yield* rest;
}
