// Opens a file of age: the header first, then as many chunks as are wanted, wherever the file is kept.
import type { KeyObject } from 'node:crypto';
import { AgeFailure } from './age-failure.ts';
import { decodeHeader, type Header, headerLimitBytes, requireMac, type Stanza } from './age-header.ts';
import type { AgeIdentity } from './age-keys.ts';
import { type ChunkRange, chunksOf, openChunks, payloadKey, payloadNonceBytes, payloadSize } from './age-payload.ts';
import { unwrapWithIdentity } from './x25519-stanza.ts';

/** The bytes of a file of age. */
export interface SealedFile {
  readonly sizeBytes: number;
  /** Exactly the bytes from `start` to `end` (exclusive). */
  read(range: { readonly start: number; readonly end: number }): AsyncIterable<Buffer>;
}

/** Gives the file key when it can unwrap it. */
export type Unwrap = (stanzas: readonly Stanza[]) => Promise<Buffer | undefined>;

/** For these identities. */
export function withIdentities(identities: readonly AgeIdentity[]): Unwrap {
  return async (stanzas) => {
    for (const stanza of stanzas) {
      for (const identity of identities) {
        const fileKey = unwrapWithIdentity(stanza, identity);
        if (fileKey !== undefined) return fileKey;
      }
    }
    return undefined;
  };
}

/**
 * Reads the header only. Throws AgeFailure('key-missing') when the file key is wrapped for others, AgeFailure('damaged'), and
 * whatever `file.read` throws; so does the reading of what it holds.
 */
export async function openSealed(file: SealedFile, unwrap: Unwrap): Promise<OpenSealed> {
  const { header, start } = await readHeader(file);
  const fileKey = await unwrap(header.stanzas);
  if (fileKey === undefined) throw new AgeFailure('key-missing', 'none of the keys opens it');
  requireMac(header, fileKey);
  const chunksStart = header.sizeBytes + payloadNonceBytes;
  const nonce = start.subarray(header.sizeBytes, chunksStart);
  return new OpenSealed(file, payloadKey(fileKey, nonce), chunksStart);
}

/** The same for a few bytes, all of them. */
export async function decryptBytes(sealed: Buffer, unwrap: Unwrap): Promise<Buffer> {
  const file = await openSealed(inMemory(sealed), unwrap);
  return Buffer.concat(await Array.fromAsync(file.read({ start: 0, end: file.sizeBytes })));
}

/** A file of age that a key was found for. */
export class OpenSealed {
  /** Of what it holds. */
  readonly sizeBytes: number;
  readonly #file: SealedFile;
  readonly #key: KeyObject;
  readonly #chunksStart: number;

  constructor(file: SealedFile, key: KeyObject, chunksStart: number) {
    this.#file = file;
    this.#key = key;
    this.#chunksStart = chunksStart;
    this.sizeBytes = payloadSize(file.sizeBytes - chunksStart).plainBytes;
  }

  /** From `start` to `end` (exclusive) of what it holds. Only the chunks that have them are read. */
  async *read({ start, end }: { readonly start: number; readonly end: number }): AsyncGenerator<Buffer> {
    if (start === end && this.sizeBytes > 0) return;
    const range = this.#chunks(start, end);
    const sealed = this.#file.read({
      start: this.#chunksStart + range.sealedStart,
      end: this.#chunksStart + range.sealedEnd,
    });
    let at = range.plainStart;
    for await (const plain of openChunks(this.#key, range, sealed)) {
      yield plain.subarray(Math.max(0, start - at), Math.max(0, end - at));
      at += plain.length;
    }
  }

  /** All that it holds, from the file's bytes: for who reads them anyway. */
  async *decrypt(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    yield* openChunks(this.#key, this.#chunks(0, this.sizeBytes), skip(bytes, this.#chunksStart));
  }

  #chunks(start: number, end: number): ChunkRange {
    return chunksOf({ start, end }, this.#file.sizeBytes - this.#chunksStart);
  }
}

/** Most headers are whole in this. */
const firstReadBytes = 4 * 1024;

/** `start`: the file's first bytes, the header and the nonce behind it among them. */
async function readHeader(file: SealedFile): Promise<{ header: Header; start: Buffer }> {
  for (const limit of [firstReadBytes, headerLimitBytes]) {
    const end = Math.min(limit, file.sizeBytes);
    const start = Buffer.concat(await Array.fromAsync(file.read({ start: 0, end })));
    const header = decodeHeader(start);
    if (header !== undefined && header.sizeBytes + payloadNonceBytes <= end) return { header, start };
    if (end === file.sizeBytes) break;
  }
  throw new AgeFailure('damaged', 'its header has no end');
}

async function* skip(bytes: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let missing = count;
  for await (const piece of bytes) {
    if (missing < piece.length) yield piece.subarray(missing);
    missing = Math.max(0, missing - piece.length);
  }
}

function inMemory(bytes: Buffer): SealedFile {
  return {
    sizeBytes: bytes.length,
    async *read({ start, end }) {
      yield bytes.subarray(start, end);
    },
  };
}
