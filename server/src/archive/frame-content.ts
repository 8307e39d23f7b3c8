// What one frame of a namespace holds, from its bytes alone.
import { type DocumentHasher, FingerprintSum } from './fingerprint.ts';
import { ArchiveParser, type DocumentsPart } from './parse-archive.ts';

/** One block in a frame. Bytes are those of its documents. */
export interface FrameBlock {
  readonly database: string;
  /** As the block names it. */
  readonly collection: string;
  /** It marks the namespace's end. */
  readonly end: boolean;
  /** With `end`: see `BlockHeader.crc`. */
  readonly crc: bigint;
  readonly documents: number;
  readonly bytes: number;
}

export interface FrameContent {
  readonly blocks: readonly FrameBlock[];
  /** Of all documents in it: see `FingerprintSum.words`. */
  readonly fingerprint: Float64Array;
}

/** Throws OperationFailure('archive-damaged') unless it is whole blocks. */
export function frameContent(raw: Buffer, hasher: DocumentHasher): FrameContent {
  const blocks: { -readonly [K in keyof FrameBlock]: FrameBlock[K] }[] = [];
  const sum = new FingerprintSum();
  const parser = new ArchiveParser({ start: 'between-blocks' });
  for (const part of parser.push(raw)) {
    if (part.kind === 'block') {
      const { database, collection, end, crc } = part.header;
      blocks.push({ database, collection, end, crc, documents: 0, bytes: 0 });
    }
    const block = blocks.at(-1);
    if (part.kind !== 'documents' || block === undefined) continue;
    block.documents += part.documents;
    block.bytes += part.bytes.length;
    addDocuments(part, hasher, sum);
  }
  parser.end();
  return { blocks, fingerprint: sum.words() };
}

/** The parser has all bytes at once: it cuts no document. */
function addDocuments({ bytes }: DocumentsPart, hasher: DocumentHasher, sum: FingerprintSum): void {
  for (let at = 0; at < bytes.length; ) {
    const end = at + bytes.readInt32LE(at);
    hasher.add(bytes.subarray(at, end), sum);
    at = end;
  }
}
