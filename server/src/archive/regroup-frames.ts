// Regroups the blocks of a dump so that each frame holds blocks of one namespace only: a later reader takes what it wants by
// the frame index. One after the other the frames are again a valid archive; documents keep their order, and no more namespaces
// are open at once than in the dump (a namespace's last frame is made when its end is seen). Compresses nothing.
import { blockCollection } from './archive-prelude.ts';
import type { BlockHeader } from './block-header.ts';
import { encodeBlockHeader } from './encode-archive.ts';
import { type ArchivePart, archiveMagic, type DocumentsPart, maxDocumentBytes, terminator } from './parse-archive.ts';

/** What becomes one zstd frame: whole blocks of one namespace, or a piece of the prelude. */
export interface RawFrame {
  /** 0: the prelude; else the namespace's place in the prelude, from 1. */
  readonly namespace: number;
  readonly documents: number;
  readonly raw: Buffer;
  /** To be called once `raw` is not needed any more: its memory is used again. */
  release(): void;
}

/** A frame is closed before the document that would begin beyond this. */
export const frameTargetBytes = 4 * 1024 * 1024;
/** A frame that has documents takes no more than this; one alone may be larger. */
const frameLimitBytes = 16 * 1024 * 1024;
/** Together, namespaces that are open at once hold back no more than this. */
const heldLimitBytes = 64 * 1024 * 1024;
/** mongodump has as many namespaces open as it dumps in parallel: four, unless it is told otherwise. */
const openSlabs = 12;
/** Below this a frame gathers small pieces, beyond it it gets a slab. */
const smallBytes = 256 * 1024;

/** Takes every part of one stream, in order, and returns the frames that became complete. */
export class FrameRegrouper {
  readonly #slabs = new SlabPool();
  readonly #open = new Map<string, OpenFrame>();
  #current: OpenFrame | undefined;
  #heldBytes = 0;

  take(part: ArchivePart): RawFrame[] {
    if (part.kind === 'prelude') return this.#takePrelude(part);
    if (part.kind === 'block') return this.#begin(part.header);
    if (part.kind === 'documents') return this.#add(part);
    this.#current = undefined;
    return [];
  }

  #takePrelude({ prelude }: Extract<ArchivePart, { kind: 'prelude' }>): RawFrame[] {
    for (const [index, namespace] of prelude.namespaces.entries()) {
      const { database } = namespace;
      const collection = blockCollection(namespace);
      const header = encodeBlockHeader({ database, collection, end: false, crc: 0n });
      this.#open.set(`${database}.${collection}`, new OpenFrame(index + 1, header, this.#slabs));
    }
    const documents = [archiveMagic, prelude.header, ...prelude.namespaces.map(({ raw }) => raw), terminator];
    return cutPrelude(documents);
  }

  #begin(header: BlockHeader): RawFrame[] {
    const name = `${header.database}.${header.collection}`;
    const frame = this.#open.get(name);
    if (frame === undefined) throw new Error(`${name} is not in the prelude`);
    this.#current = frame;
    if (!header.end) return [];
    this.#open.delete(name);
    this.#heldBytes -= frame.bytes;
    return [frame.close([header.raw, terminator])];
  }

  #add({ bytes, continues, documents, remaining }: DocumentsPart): RawFrame[] {
    const frame = this.#current;
    if (frame === undefined) throw new Error('documents stand outside of a block');
    this.#heldBytes += bytes.length;
    const closed: RawFrame[] = [];
    if (frame.bytes + bytes.length + remaining <= frameTargetBytes) frame.add(bytes, documents);
    else this.#addCut(frame, bytes, continues, closed);
    while (this.#heldBytes > heldLimitBytes || this.#slabs.areScarce) {
      const largest = this.#largestBut(frame);
      if (largest === undefined) break;
      this.#close(largest, closed);
    }
    return closed;
  }

  /** Walks the documents to find the one before which the frame is closed. */
  #addCut(frame: OpenFrame, bytes: Buffer, continues: number, closed: RawFrame[]): void {
    let from = 0;
    let at = continues;
    let documents = 0;
    while (at < bytes.length) {
      const length = bytes.readInt32LE(at);
      const filled = frame.bytes + at - from;
      if (filled >= frameTargetBytes || (filled > 0 && filled + length > frameLimitBytes)) {
        frame.add(bytes.subarray(from, at), documents);
        this.#close(frame, closed);
        from = at;
        documents = 0;
      }
      documents += 1;
      at += length;
    }
    frame.add(bytes.subarray(from), documents);
  }

  #close(frame: OpenFrame, closed: RawFrame[]): void {
    this.#heldBytes -= frame.bytes;
    closed.push(frame.close([]));
  }

  /** A document of `current` may be cut in two right now; its frame is closed by size alone. */
  #largestBut(current: OpenFrame): OpenFrame | undefined {
    let largest: OpenFrame | undefined;
    const onlySlabs = this.#heldBytes <= heldLimitBytes;
    for (const frame of this.#open.values()) {
      if (frame === current || (onlySlabs && !frame.hasSlab)) continue;
      if (frame.bytes > (largest?.bytes ?? 0)) largest = frame;
    }
    return largest;
  }
}

class OpenFrame {
  readonly #namespace: number;
  readonly #header: Buffer;
  readonly #slabs: SlabPool;
  #pieces: Buffer[] = [];
  #slab: Buffer | undefined;
  #filled = 0;
  #documents = 0;
  /** Of documents only. */
  bytes = 0;

  constructor(namespace: number, header: Buffer, slabs: SlabPool) {
    this.#namespace = namespace;
    this.#header = header;
    this.#slabs = slabs;
  }

  get hasSlab(): boolean {
    return this.#slab !== undefined;
  }

  /** Copies: whoever keeps slices of the source's chunks for long makes them costly to collect. */
  add(bytes: Buffer, documents: number): void {
    if (bytes.length === 0) return;
    this.#documents += documents;
    if (this.bytes === 0) this.#append(this.#header);
    this.bytes += bytes.length;
    this.#append(bytes);
  }

  /** The frame so far, and `after` it; what follows begins another. */
  close(after: readonly Buffer[]): RawFrame {
    for (const piece of this.bytes === 0 ? after : [terminator, ...after]) this.#append(piece);
    const slab = this.#slab;
    const raw = slab === undefined ? Buffer.concat(this.#pieces) : slab.subarray(0, this.#filled);
    if (slab !== undefined) this.#slabs.closed();
    const release = () => (slab === undefined ? undefined : this.#slabs.give(slab));
    const frame = { namespace: this.#namespace, documents: this.#documents, raw, release };
    this.#pieces = [];
    this.#slab = undefined;
    this.#filled = 0;
    this.#documents = 0;
    this.bytes = 0;
    return frame;
  }

  #append(bytes: Buffer): void {
    if (this.#slab === undefined && this.#filled + bytes.length <= smallBytes) this.#pieces.push(Buffer.from(bytes));
    else {
      this.#slab ??= this.#moveIntoSlab();
      bytes.copy(this.#slab, this.#filled);
    }
    this.#filled += bytes.length;
  }

  #moveIntoSlab(): Buffer {
    const slab = this.#slabs.take();
    let at = 0;
    for (const piece of this.#pieces) at += piece.copy(slab, at);
    this.#pieces = [];
    return slab;
  }
}

/**
 * Memory for frames, used again and again: fresh memory for each would have to be cleared by the system and collected by the
 * runtime. What a frame does not fill costs nothing.
 */
class SlabPool {
  readonly #free: Buffer[] = [];
  /** In frames that are still open. */
  #open = 0;

  /** So many open frames have one that some should be closed. */
  get areScarce(): boolean {
    return this.#open > openSlabs;
  }

  /** For an open frame, until `closed`; `give` makes it free again. */
  take(): Buffer {
    this.#open += 1;
    // Shared: the threads that compress it see it where it lies.
    return this.#free.pop() ?? Buffer.from(new SharedArrayBuffer(slabBytes));
  }

  closed(): void {
    this.#open -= 1;
  }

  give(slab: Buffer): void {
    this.#free.push(slab);
  }
}

/** The largest frame: one document of the largest size, between the two blocks' headers and terminators. */
const slabBytes = maxDocumentBytes + 64 * 1024;

function cutPrelude(documents: readonly Buffer[]): RawFrame[] {
  const frames: RawFrame[] = [];
  let pieces: Buffer[] = [];
  let bytes = 0;
  for (const document of documents) {
    pieces.push(document);
    bytes += document.length;
    if (bytes < frameTargetBytes) continue;
    frames.push(preludeFrame(pieces));
    pieces = [];
    bytes = 0;
  }
  if (pieces.length > 0) frames.push(preludeFrame(pieces));
  return frames;
}

function preludeFrame(pieces: readonly Buffer[]): RawFrame {
  return { namespace: 0, documents: 0, raw: Buffer.concat(pieces), release: () => {} };
}
