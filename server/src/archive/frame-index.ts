// The entry `frames`: where each zstd frame of the dump begins and what it holds, so that a reader fetches only what it wants.
// Stored format, final: see docs/archive-format.md.
import { OperationFailure } from '@holdfast/shared/failures';

/** One zstd frame of the dump. */
export interface Frame {
  /** 0: the prelude; else the namespace's place in the manifest's list, from 1. */
  readonly namespace: number;
  /** Documents that it holds. */
  readonly documents: number;
  /** Decompressed. */
  readonly rawBytes: number;
  readonly storedBytes: number;
  /** From the beginning of the dump entry. */
  readonly storedOffset: number;
}

/** Raw or stored: a document of 16 MiB has a frame alone, and what cannot be compressed grows by little. */
const frameLimitBytes = 32 * 1024 * 1024;
/** Of zstd: magic number, header, one empty block. */
const smallestFrameBytes = 9;

const magic = Buffer.from('HFFRAMES', 'latin1');
const version = 1;

/** Four numbers a frame, as LEB128: a terabyte has some 250,000 frames and an index of about 3 MB. */
export function encodeFrameIndex(frames: readonly Omit<Frame, 'storedOffset'>[]): Buffer {
  const bytes: number[] = [];
  writeNumber(bytes, version);
  writeNumber(bytes, frames.length);
  for (const { namespace, documents, rawBytes, storedBytes } of frames) {
    for (const value of [namespace, documents, rawBytes, storedBytes]) writeNumber(bytes, value);
  }
  return Buffer.concat([magic, Buffer.from(bytes)]);
}

/** Throws OperationFailure('archive-damaged'). */
export function decodeFrameIndex(index: Buffer): Frame[] {
  if (!index.subarray(0, magic.length).equals(magic)) throw damaged('it does not begin like one');
  const next = numberReader(index, magic.length);
  if (next() !== version) throw damaged('its version is unknown');
  const count = next();
  if (count > index.length) throw damaged('it is too short');
  const frames: Frame[] = [];
  let storedOffset = 0;
  for (let at = 0; at < count; at += 1) {
    const [namespace, documents, rawBytes, storedBytes] = [next(), next(), next(), next()];
    requireBounded(rawBytes, storedBytes);
    frames.push({ namespace, documents, rawBytes, storedBytes, storedOffset });
    storedOffset += storedBytes;
  }
  if (next.at() !== index.length) throw damaged('something follows it');
  return frames;
}

/** A crafted index must not make a reader hold more than any archive needs. */
function requireBounded(rawBytes: number, storedBytes: number): void {
  if (rawBytes > frameLimitBytes || storedBytes > frameLimitBytes) throw damaged('a frame is larger than any can be');
  if (storedBytes < smallestFrameBytes) throw damaged('a frame is smaller than any can be');
}

function writeNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function numberReader(bytes: Buffer, start: number): { (): number; at(): number } {
  let at = start;
  const next = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes[at];
      if (byte === undefined) throw damaged('it is too short');
      at += 1;
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw damaged('a number is too large');
      if (byte < 0x80) return value;
    }
  };
  return Object.assign(next, { at: () => at });
}

function damaged(how: string): OperationFailure {
  return new OperationFailure('archive-damaged', `The frame index of the archive is damaged: ${how}.`);
}
