// The parser of mongodump's archive format (mongo-tools, common/archive), over chunks cut anywhere. First in the stream, in
// both directions: it knows bytes and bounds, never counts, names to keep or where the bytes go. Documents pass through as
// slices of the chunks, so a document of 16 MB costs no memory here.
import { OperationFailure } from '@holdfast/shared/failures';
import { type ArchivePrelude, parsePrelude } from './archive-prelude.ts';
import { type BlockHeader, parseBlockHeader } from './block-header.ts';

/**
 * What the parser finds, in stream order: one `prelude`, then for each block `block`, any number of `documents`, `block-end`.
 * The bytes of consecutive `documents` parts are contiguous; the four length bytes of a document are always in one part.
 */
export type ArchivePart =
  | { readonly kind: 'prelude'; readonly prelude: ArchivePrelude }
  | { readonly kind: 'block'; readonly header: BlockHeader }
  | DocumentsPart
  | { readonly kind: 'block-end' };

export interface DocumentsPart {
  readonly kind: 'documents';
  readonly bytes: Buffer;
  /** So many of the first bytes belong to a document that began in an earlier part. */
  readonly continues: number;
  /** Documents that begin in this part. */
  readonly documents: number;
  /** So many bytes of the last document are still to come, in later parts. */
  readonly remaining: number;
}

export const archiveMagic = Buffer.from([0x6d, 0xe2, 0x99, 0x81]);
/** Ends the prelude and every block. */
export const terminator = Buffer.from([0xff, 0xff, 0xff, 0xff]);
/** The largest document that a server stores: 16 MiB for users, and 16 KiB more for its own. */
export const maxDocumentBytes = 16 * 1024 * 1024 + 16 * 1024;

const minDocumentBytes = 5;
const lengthBytes = 4;

/** `reason` is what damage is called here: `dump-incomplete` while dumping. */
export interface ParseOptions {
  readonly reason?: 'archive-damaged' | 'dump-incomplete';
  /** Where it begins: by default with the magic number; between blocks for a part of an archive. */
  readonly start?: 'magic' | 'between-blocks';
}

/** Parses a whole stream. Throws OperationFailure, with the offset, for input that is malformed or ends early. */
export async function* parseArchive(
  source: AsyncIterable<Buffer>,
  options: ParseOptions = {},
): AsyncGenerator<ArchivePart> {
  const parser = new ArchiveParser(options);
  for await (const chunk of source) yield* parser.push(chunk);
  parser.end();
}

type Place = 'magic' | 'header' | 'metadata' | 'between-blocks' | 'documents';

/**
 * Push parser: every chunk's parts must be taken before the next chunk is pushed; parts hold slices of the chunk.
 *
 * place           document            terminator
 * magic           (four bytes) -> header
 * header          -> metadata         damage
 * metadata        -> metadata         -> between-blocks
 * between-blocks  -> documents        damage
 * documents       -> documents        -> between-blocks
 */
export class ArchiveParser {
  readonly #reason: 'archive-damaged' | 'dump-incomplete';
  readonly #length = Buffer.alloc(lengthBytes);
  #lengthFilled = 0;
  #place: Place;
  #consumed = 0;
  /** Bytes of the current document that are still to come, in the place `documents`. */
  #remaining = 0;
  /** A document that is needed whole (all but those of collections), and how much of it is here. */
  #whole: Buffer | undefined;
  #wholeFilled = 0;
  #blockIsEnd = false;
  #header: Buffer = Buffer.alloc(0);
  #metadata: Buffer[] = [];

  constructor(options: ParseOptions = {}) {
    this.#reason = options.reason ?? 'archive-damaged';
    this.#place = options.start ?? 'magic';
  }

  /** True where one block has ended and none has begun: the only places at which a stream may end. */
  get isBetweenBlocks(): boolean {
    return this.#place === 'between-blocks' && this.#lengthFilled === 0 && this.#whole === undefined;
  }

  *push(chunk: Buffer): Generator<ArchivePart> {
    let at = 0;
    while (at < chunk.length) {
      const from = at;
      let part: ArchivePart | undefined;
      if (this.#whole !== undefined) [at, part] = this.#fillWhole(this.#whole, chunk, at);
      else if (this.#place === 'documents' && this.#lengthFilled === 0) [at, part] = this.#takeDocuments(chunk, at);
      if (part === undefined && at === from) [at, part] = this.#fillLength(chunk, at);
      this.#consumed += at - from;
      if (part !== undefined) yield part;
    }
  }

  /** The stream is over. Throws when that is in the middle of something. */
  end(): void {
    if (!this.isBetweenBlocks) throw this.#failure('it ends early');
  }

  #fillLength(chunk: Buffer, at: number): [number, ArchivePart | undefined] {
    const copied = chunk.copy(this.#length, this.#lengthFilled, at);
    this.#lengthFilled += copied;
    if (this.#lengthFilled < lengthBytes) return [at + copied, undefined];
    this.#lengthFilled = 0;
    return [at + copied, this.#startDocument()];
  }

  /** Four bytes are here: the magic number, a terminator or the length of a document. */
  #startDocument(): ArchivePart | undefined {
    if (this.#place === 'magic') {
      if (!this.#length.equals(archiveMagic)) throw this.#failure('it does not begin like a mongodump archive');
      this.#place = 'header';
      return undefined;
    }
    const length = this.#length.readInt32LE(0);
    if (length === -1) return this.#terminate();
    this.#requireBounds(length, this.#consumed);
    if (this.#place === 'documents') {
      this.#remaining = length - lengthBytes;
      return {
        kind: 'documents',
        bytes: Buffer.from(this.#length),
        continues: 0,
        documents: 1,
        remaining: this.#remaining,
      };
    }
    this.#whole = Buffer.allocUnsafe(length);
    this.#wholeFilled = this.#length.copy(this.#whole);
    return undefined;
  }

  #fillWhole(whole: Buffer, chunk: Buffer, at: number): [number, ArchivePart | undefined] {
    const copied = chunk.copy(whole, this.#wholeFilled, at);
    this.#wholeFilled += copied;
    if (this.#wholeFilled < whole.length) return [at + copied, undefined];
    this.#whole = undefined;
    if (whole[whole.length - 1] !== 0) throw this.#failure('a document does not end with a zero byte');
    return [at + copied, this.#takeWhole(whole)];
  }

  #takeWhole(document: Buffer): ArchivePart | undefined {
    if (this.#place === 'header') {
      this.#header = document;
      this.#place = 'metadata';
      return undefined;
    }
    if (this.#place === 'metadata') {
      this.#metadata.push(document);
      return undefined;
    }
    const header = this.#understand(() => parseBlockHeader(document));
    this.#blockIsEnd = header.end;
    this.#place = 'documents';
    return { kind: 'block', header };
  }

  #terminate(): ArchivePart {
    if (this.#place === 'metadata') {
      const prelude = this.#understand(() => parsePrelude(this.#header, this.#metadata));
      this.#metadata = [];
      this.#place = 'between-blocks';
      return { kind: 'prelude', prelude };
    }
    if (this.#place !== 'documents') throw this.#failure('a terminator stands where a document must begin');
    this.#place = 'between-blocks';
    return { kind: 'block-end' };
  }

  /** The longest run of document bytes from `at`; leaves a cut length or a terminator to `#fillLength`. */
  #takeDocuments(chunk: Buffer, at: number): [number, DocumentsPart | undefined] {
    const continues = Math.min(this.#remaining, chunk.length - at);
    let next = at + this.#remaining;
    if (next <= chunk.length && next > at) this.#requireZero(chunk, next);
    let documents = 0;
    while (next + lengthBytes <= chunk.length) {
      const length = chunk.readInt32LE(next);
      if (length === -1) break;
      this.#requireBounds(length, this.#consumed + next - at);
      next += length;
      documents += 1;
      if (next <= chunk.length) this.#requireZero(chunk, next);
    }
    const end = Math.min(next, chunk.length);
    this.#remaining = next - end;
    if (end === at) return [at, undefined];
    return [
      end,
      { kind: 'documents', bytes: chunk.subarray(at, end), continues, documents, remaining: this.#remaining },
    ];
  }

  #requireZero(chunk: Buffer, end: number): void {
    if (chunk[end - 1] !== 0) throw this.#failure('a document does not end with a zero byte');
  }

  #requireBounds(length: number, offset: number): void {
    if (length < minDocumentBytes || length > maxDocumentBytes) {
      throw this.#failure(`a document cannot have ${length} bytes`, offset);
    }
    if (this.#place === 'documents' && this.#blockIsEnd)
      throw this.#failure('a namespace goes on after its end', offset);
  }

  #understand<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw this.#failure(error instanceof Error ? error.message : String(error), this.#consumed, error);
    }
  }

  #failure(what: string, offset = this.#consumed, cause?: unknown): OperationFailure {
    return new OperationFailure(this.#reason, `The dump is damaged at byte ${offset}: ${what}.`, { cause });
  }
}
