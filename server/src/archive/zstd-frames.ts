import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { OperationFailure } from '@holdfast/shared/failures';

/**
 * Frames under way at once, on Node's thread pool. No more than the pool's default size: files are read and written by the
 * same threads.
 */
export const framesAtOnce = Math.min(Math.max(availableParallelism(), 2), 4);

const compressionLevel = 3;
/** Below this the hand-over to a thread costs more than the work. */
const smallBytes = 64 * 1024;

const compressOnPool = promisify(zstdCompress);
const decompressOnPool = promisify(zstdDecompress);

/** One zstd frame with a checksum of its content. */
export async function compressFrame(raw: Buffer): Promise<Buffer> {
  const options = {
    // Few pieces of output to join, and not much more memory than they need.
    chunkSize: Math.max(Math.ceil(raw.length / 4), 1024),
    params: { [constants.ZSTD_c_compressionLevel]: compressionLevel, [constants.ZSTD_c_checksumFlag]: 1 },
  };
  return raw.length < smallBytes ? zstdCompressSync(raw, options) : await compressOnPool(raw, options);
}

/** Throws OperationFailure('archive-damaged') unless it gives exactly `rawBytes` bytes. */
export async function decompressFrame(stored: Buffer, rawBytes: number, offset: number): Promise<Buffer> {
  // A little more than needed, so that the decoder sees the end of the frame with its first piece of output.
  const options = { chunkSize: rawBytes + 64, maxOutputLength: rawBytes + 1, rejectGarbageAfterEnd: true };
  let raw: Buffer;
  try {
    raw = rawBytes < smallBytes ? zstdDecompressSync(stored, options) : await decompressOnPool(stored, options);
  } catch (cause) {
    throw damaged(offset, 'it cannot be decompressed', cause);
  }
  if (raw.length !== rawBytes) throw damaged(offset, `it has ${raw.length} bytes instead of ${rawBytes}`);
  return raw;
}

function damaged(offset: number, how: string, cause?: unknown): OperationFailure {
  const message = `The frame at byte ${offset} of the archive's dump is damaged: ${how}.`;
  return new OperationFailure('archive-damaged', message, { cause });
}
