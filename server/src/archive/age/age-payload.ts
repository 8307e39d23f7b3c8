// What a file of age holds behind its header: chunks of 64 KiB, each sealed under its number, the last one marked as such.
// So a chunk cannot be changed, moved, left out or added, and each can be opened by itself.
// Format: https://age-encryption.org/v1, "Payload".
import { createSecretKey, type KeyObject } from 'node:crypto';
import { setImmediate as otherWork } from 'node:timers/promises';
import { AgeFailure } from './age-failure.ts';
import { derivedKey, seal, tagBytes, unseal } from './age-primitives.ts';

/** Random, in front of the chunks. */
export const payloadNonceBytes = 16;

const chunkBytes = 64 * 1024;
const sealedChunkBytes = chunkBytes + tagBytes;
/** After so much work the event loop has a turn: about a millisecond. */
const turnChunks = 16;

/** The key of the chunks. */
export function payloadKey(fileKey: Buffer, nonce: Uint8Array): KeyObject {
  return createSecretKey(derivedKey(fileKey, nonce, 'payload'));
}

/** What is to be encrypted, in pieces of any size. */
export type PlainPieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The chunks of all of `plain`, in pieces of about a megabyte. */
export async function* sealChunks(key: KeyObject, plain: PlainPieces): AsyncGenerator<Buffer> {
  const pieces = new Pieces();
  let next = 0;
  for await (const piece of plain) {
    pieces.add(piece);
    // The last chunk is not empty unless all is: what could be the last one waits for what follows.
    while (pieces.bytes > chunkBytes) {
      const count = Math.min(Math.ceil(pieces.bytes / chunkBytes) - 1, turnChunks);
      yield sealFull(key, next, pieces, count);
      next += count;
      if (count === turnChunks) await otherWork();
    }
  }
  yield Buffer.concat(seal(key, chunkNonce(next, true), pieces.take(pieces.bytes)));
}

function sealFull(key: KeyObject, first: number, pieces: Pieces, count: number): Buffer {
  const sealed = Buffer.allocUnsafeSlow(count * sealedChunkBytes);
  for (let at = 0; at < count; at += 1) {
    const [bytes, tag] = seal(key, chunkNonce(first + at, false), pieces.take(chunkBytes));
    bytes.copy(sealed, at * sealedChunkBytes);
    tag.copy(sealed, at * sealedChunkBytes + chunkBytes);
  }
  return sealed;
}

/** How many chunks a payload of `sealedBytes` has, and what they hold. Throws AgeFailure('damaged') for an impossible size. */
export function payloadSize(sealedBytes: number): { readonly chunks: number; readonly plainBytes: number } {
  const chunks = Math.ceil(sealedBytes / sealedChunkBytes);
  const lastBytes = sealedBytes - (chunks - 1) * sealedChunkBytes - tagBytes;
  if (chunks < 1 || lastBytes < 0 || (lastBytes === 0 && chunks > 1)) throw damaged('it ends early');
  return { chunks, plainBytes: sealedBytes - chunks * tagBytes };
}

/** The chunks that hold `start` to `end` (exclusive), and where they are in the payload. */
export function chunksOf(range: { readonly start: number; readonly end: number }, sealedBytes: number): ChunkRange {
  const first = Math.floor(range.start / chunkBytes);
  const last = Math.max(Math.ceil(range.end / chunkBytes), first + 1);
  const { chunks } = payloadSize(sealedBytes);
  return {
    first,
    count: Math.min(last, chunks) - first,
    endsPayload: last >= chunks,
    sealedStart: first * sealedChunkBytes,
    sealedEnd: Math.min(last * sealedChunkBytes, sealedBytes),
    plainStart: first * chunkBytes,
  };
}

/** Some chunks that lie one after the other. Byte places are counted from the payload's beginning. */
export interface ChunkRange {
  readonly first: number;
  readonly count: number;
  /** The last of them is the payload's last. */
  readonly endsPayload: boolean;
  readonly sealedStart: number;
  readonly sealedEnd: number;
  /** Where what they hold begins, decrypted. */
  readonly plainStart: number;
}

/**
 * What the chunks hold, from their bytes. Nothing is given that was not checked. Throws AgeFailure('damaged') when a chunk was
 * changed or `sealed` has fewer or more bytes.
 */
export async function* openChunks(
  key: KeyObject,
  range: ChunkRange,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const pieces = new Pieces();
  const end = range.first + range.count;
  let missing = range.sealedEnd - range.sealedStart;
  let next = range.first;
  for await (const piece of sealed) {
    pieces.add(piece);
    missing -= piece.length;
    if (missing < 0) throw damaged('something follows its end');
    while (pieces.bytes >= sealedChunkBytes || (missing === 0 && pieces.bytes > 0)) {
      const isLast = range.endsPayload && next === end - 1;
      const plain = unseal(key, chunkNonce(next, isLast), pieces.take(Math.min(pieces.bytes, sealedChunkBytes)));
      if (plain === undefined) throw damaged(`its chunk ${next + 1} was changed`);
      next += 1;
      if (plain.length > 0) yield plain;
      if ((next - range.first) % turnChunks === 0) await otherWork();
    }
  }
  if (missing > 0) throw damaged('it ends early');
}

function chunkNonce(chunk: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(chunk, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Bytes that came in pieces of one size, and are taken in pieces of another. */
class Pieces {
  #waiting: Uint8Array[] = [];
  bytes = 0;

  add(piece: Uint8Array): void {
    if (piece.length > 0) this.#waiting.push(piece);
    this.bytes += piece.length;
  }

  /** Copies only where the wanted bytes came in several pieces. */
  take(bytes: number): Uint8Array {
    this.bytes -= bytes;
    if ((this.#waiting[0]?.length ?? 0) >= bytes) return this.#shift(bytes);
    const joined = Buffer.allocUnsafe(bytes);
    for (let at = 0; at < bytes; ) {
      const piece = this.#shift(bytes - at);
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }

  /** No more than `most` bytes of what came first. */
  #shift(most: number): Uint8Array {
    const first = this.#waiting[0] ?? new Uint8Array();
    if (first.length <= most) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(most);
    return first.subarray(0, most);
  }
}

function damaged(how: string): AgeFailure {
  return new AgeFailure('damaged', how);
}
