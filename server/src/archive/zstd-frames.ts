import { promisify } from 'node:util';
import { constants, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { OperationFailure } from '@holdfast/shared/failures';

const compressionLevel = 3;
/** Below this the hand-over to a thread costs more than the work. */
export const smallBytes = 64 * 1024;

const decompressOnPool = promisify(zstdDecompress);

/** One zstd frame with a checksum of its content. */
export function compressFrameSync(raw: Buffer): Buffer<ArrayBuffer> {
  const stored = zstdCompressSync(raw, {
    // Room for whatever comes out: only then zstd works on the input where it lies, which takes a fifth less time.
    chunkSize: compressBound(raw.length),
    pledgedSrcSize: raw.length,
    params: { [constants.ZSTD_c_compressionLevel]: compressionLevel, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  // The room that was not needed is given back at once, and not when the collector comes by. Small ones share theirs.
  return raw.length < smallBytes ? Buffer.from(stored) : Buffer.from(stored.buffer.transfer(stored.length));
}

/** Throws OperationFailure('archive-damaged') unless it gives exactly `rawBytes` bytes. */
export async function decompressFrame(stored: Buffer, rawBytes: number, offset: number): Promise<Buffer<ArrayBuffer>> {
  if (rawBytes < smallBytes) return decompressFrameSync(stored, rawBytes, offset);
  const raw = await decompressOnPool(stored, decompressOptions(rawBytes)).catch((cause: unknown) => {
    throw undecodable(offset, cause);
  });
  return requireLength(raw, rawBytes, offset);
}

/** The same, at once. */
export function decompressFrameSync(stored: Buffer, rawBytes: number, offset: number): Buffer<ArrayBuffer> {
  let raw: Buffer<ArrayBuffer>;
  try {
    raw = zstdDecompressSync(stored, decompressOptions(rawBytes));
  } catch (cause) {
    throw undecodable(offset, cause);
  }
  return requireLength(raw, rawBytes, offset);
}

/** The most that zstd makes of so many bytes: `ZSTD_COMPRESSBOUND` of zstd.h. */
function compressBound(bytes: number): number {
  const margin = bytes < 128 * 1024 ? Math.ceil((128 * 1024 - bytes) / 2048) : 0;
  return bytes + Math.ceil(bytes / 256) + margin;
}

/** A little more room than needed, so that the decoder sees the end of the frame with its first piece of output. */
function decompressOptions(rawBytes: number) {
  return { chunkSize: rawBytes + 64, maxOutputLength: rawBytes + 1, rejectGarbageAfterEnd: true };
}

function requireLength(raw: Buffer<ArrayBuffer>, rawBytes: number, offset: number): Buffer<ArrayBuffer> {
  if (raw.length !== rawBytes) throw damaged(offset, `it has ${raw.length} bytes instead of ${rawBytes}`);
  return raw;
}

function undecodable(offset: number, cause: unknown): OperationFailure {
  return damaged(offset, 'it cannot be decompressed', cause);
}

function damaged(offset: number, how: string, cause?: unknown): OperationFailure {
  const message = `The frame at byte ${offset} of the archive's dump is damaged: ${how}.`;
  return new OperationFailure('archive-damaged', message, { cause });
}
