// What is done to one frame, on whatever thread. Knows nothing of threads.
import { OperationFailure } from '@holdfast/shared/failures';
import { createDocumentHasher } from './fingerprint.ts';
import { type FrameContent, frameContent } from './frame-content.ts';
import { compressFrameSync, decompressFrameSync, smallBytes } from './zstd-frames.ts';

/** Task and result of each kind of work; both can go from thread to thread. */
export interface FrameWork {
  readonly seal: [SealTask, SealedFrame];
  readonly inspect: [InspectTask, FrameContent | Damage];
}

export interface SealTask {
  readonly raw: Uint8Array;
  /** Without any it may be no blocks at all, but a piece of the prelude. */
  readonly documents: number;
}

export interface SealedFrame {
  /** One zstd frame. */
  readonly stored: Uint8Array<ArrayBuffer>;
  /** Of its documents: see `FingerprintSum.words`. */
  readonly fingerprint: Float64Array;
}

export interface InspectTask {
  readonly stored: Uint8Array;
  readonly rawBytes: number;
  /** Names the frame in what is said of it. */
  readonly offset: number;
}

/** An OperationFailure does not survive the way to another thread; its message does. */
export interface Damage {
  readonly damage: string;
}

const hasher = await createDocumentHasher();
const nothing = new Float64Array(4);

/** Compresses a frame and fingerprints its documents. */
export function seal({ raw, documents }: SealTask): SealedFrame {
  const bytes = asBuffer(raw);
  const fingerprint = documents === 0 ? nothing : frameContent(bytes, hasher).fingerprint;
  return { stored: compressFrameSync(bytes), fingerprint };
}

/** Decompresses a frame and says what is in it. */
export function inspect({ stored, rawBytes, offset }: InspectTask): FrameContent | Damage {
  try {
    const raw = decompressFrameSync(asBuffer(stored), rawBytes, offset);
    const content = frameContent(raw, hasher);
    // Megabytes, that nobody has seen: given back at once, and not when the collector comes by.
    if (rawBytes >= smallBytes) raw.buffer.transfer(0);
    return content;
  } catch (error) {
    if (error instanceof OperationFailure) return { damage: error.message };
    throw error;
  }
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
