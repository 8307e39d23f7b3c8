// Regroups the blocks of a dump so that each frame holds blocks of one namespace only: a later reader takes what it wants by
// the frame index. One after the other the frames are again a valid archive; documents keep their order, and no more namespaces
// are open at once than in the dump (a namespace's last frame is made when its end is seen). Compresses nothing.
import { blockCollection } from './archive-prelude.ts';
import type { BlockHeader } from './block-header.ts';
import { encodeBlockHeader } from './encode-archive.ts';
import { type ArchivePart, archiveMagic, type DocumentsPart, terminator } from './parse-archive.ts';

/** What becomes one zstd frame: whole blocks of one namespace, or a piece of the prelude. */
export interface RawFrame {
  /** 0: the prelude; else the namespace's place in the prelude, from 1. */
  readonly namespace: number;
  readonly documents: number;
  readonly rawBytes: number;
  readonly pieces: readonly Buffer[];
}

/** A frame is closed before the document that would begin beyond this. */
export const frameTargetBytes = 8 * 1024 * 1024;
/** A frame that has documents takes no more than this; one alone may be larger. */
const frameLimitBytes = 16 * 1024 * 1024;
/** Together, namespaces that are open at once hold back no more than this. */
const heldLimitBytes = 64 * 1024 * 1024;

/** Takes every part of one stream, in order, and returns the frames that became complete. */
export class FrameRegrouper {
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
      this.#open.set(`${database}.${collection}`, new OpenFrame(index + 1, header));
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
    while (this.#heldBytes > heldLimitBytes) {
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
    for (const frame of this.#open.values()) {
      if (frame !== current && frame.bytes > (largest?.bytes ?? 0)) largest = frame;
    }
    return largest;
  }
}

class OpenFrame {
  readonly #namespace: number;
  readonly #header: Buffer;
  #pieces: Buffer[] = [];
  #documents = 0;
  /** Of documents only. */
  bytes = 0;

  constructor(namespace: number, header: Buffer) {
    this.#namespace = namespace;
    this.#header = header;
  }

  add(bytes: Buffer, documents: number): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#documents += documents;
    this.bytes += bytes.length;
  }

  /** The frame so far, and `after` it; what follows begins another. */
  close(after: readonly Buffer[]): RawFrame {
    const block = this.bytes === 0 ? [] : [this.#header, ...this.#pieces, terminator];
    const frame = toFrame(this.#namespace, this.#documents, [...block, ...after]);
    this.#pieces = [];
    this.#documents = 0;
    this.bytes = 0;
    return frame;
  }
}

function cutPrelude(documents: readonly Buffer[]): RawFrame[] {
  const frames: RawFrame[] = [];
  let pieces: Buffer[] = [];
  let bytes = 0;
  for (const document of documents) {
    pieces.push(document);
    bytes += document.length;
    if (bytes < frameTargetBytes) continue;
    frames.push(toFrame(0, 0, pieces));
    pieces = [];
    bytes = 0;
  }
  if (pieces.length > 0) frames.push(toFrame(0, 0, pieces));
  return frames;
}

function toFrame(namespace: number, documents: number, pieces: readonly Buffer[]): RawFrame {
  const rawBytes = pieces.reduce((total, { length }) => total + length, 0);
  return { namespace, documents, rawBytes, pieces };
}
