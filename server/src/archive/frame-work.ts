// What is done to one frame, on whatever thread. Knows nothing of threads.
import { OperationFailure } from '@holdfast/shared/failures';
import { elementsOf } from './bson-elements.ts';
import { createDocumentHasher, FingerprintSum } from './fingerprint.ts';
import { type FrameContent, frameContent } from './frame-content.ts';
import { compressFrameSync, decompressFrameSync, smallBytes } from './zstd-frames.ts';

/** Task and result of each kind of work; both can go from thread to thread. */
export interface FrameWork {
  readonly seal: [SealTask, SealedFrame];
  readonly inspect: [InspectTask, FrameContent | Damage];
  readonly open: [InspectTask, OpenedFrame | Damage];
  readonly count: [Uint8Array, CountedDocuments];
}

/** A frame, decompressed, and what is in it. */
export interface OpenedFrame {
  readonly raw: Uint8Array<ArrayBuffer>;
  readonly content: FrameContent;
}

/** Documents that lie one after the other in an array, as a server answers them. Bytes are raw BSON. */
export interface CountedDocuments {
  readonly documents: number;
  readonly bytes: number;
  /** See `FingerprintSum.words`. */
  readonly fingerprint: Float64Array;
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
export function inspect(task: InspectTask): FrameContent | Damage {
  const opened = open(task);
  if ('damage' in opened) return opened;
  // Megabytes, that nobody has seen: given back at once, and not when the collector comes by.
  if (task.rawBytes >= smallBytes) opened.raw.buffer.transfer(0);
  return opened.content;
}

/** Decompresses a frame, says what is in it, and gives it. */
export function open({ stored, rawBytes, offset }: InspectTask): OpenedFrame | Damage {
  try {
    const raw = decompressFrameSync(asBuffer(stored), rawBytes, offset);
    return { raw, content: frameContent(raw, hasher) };
  } catch (error) {
    if (error instanceof OperationFailure) return { damage: error.message };
    throw error;
  }
}

/** Counts and fingerprints the documents of a BSON array. */
export function count(array: Uint8Array): CountedDocuments {
  const bytes = asBuffer(array);
  const sum = new FingerprintSum();
  let [documents, documentBytes] = [0, 0];
  for (const { start, end } of elementsOf(bytes, 0)) {
    hasher.add(bytes.subarray(start, end), sum);
    documents += 1;
    documentBytes += end - start;
  }
  return { documents, bytes: documentBytes, fingerprint: sum.words() };
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
