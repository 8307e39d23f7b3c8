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
}

/** A dump that is being read. */
export interface Dump {
  /** What it will hold, exclusions left out. */
  readonly namespaces: readonly PreludeNamespace[];
  /** Complete frames, the prelude's first. Throws OperationFailure('dump-incomplete'), or what `sourceEnded` rejects with. */
  readonly frames: AsyncGenerator<RawFrame>;
  /** Once `frames` is read to its end. */
  scanned(): readonly ScannedNamespace[];
}

const reason = 'dump-incomplete';

/** Resolves once the prelude is here. */
export async function readDump(options: ReadDumpOptions): Promise<Dump> {
  const { progress } = options;
  const scan = await createNamespaceScan({ reason, progress });
  let namespaces: readonly PreludeNamespace[] = [];
  let scanned: readonly ScannedNamespace[] = [];

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
    }
    parser.end();
    scanned = scan.finish();
  }

  const frames = read();
  const first = await frames.next();
  return { namespaces, frames: prepend(first, frames), scanned: () => scanned };
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

async function* prepend(first: IteratorResult<RawFrame>, rest: AsyncGenerator<RawFrame>): AsyncGenerator<RawFrame> {
  if (!first.done) yield first.value;
  yield* rest;
}
