import { OperationFailure } from '@holdfast/shared/failures';
import type { Frame } from './frame-index.ts';
import { framesAtOnce } from './frame-pool.ts';
import { inOrder } from './in-order.ts';
import { decompressFrame } from './zstd-frames.ts';

/** A frame and the bytes of the dump that it holds. */
export interface ReadFrame {
  readonly frame: Frame;
  readonly raw: Buffer;
}

/**
 * Decompresses the wanted ones of the frames that lie one after the other in `stored`, several at once, and yields them in
 * order. Throws OperationFailure('archive-damaged') when `stored` is shorter or longer than they all are together.
 */
export function readFrames(
  frames: readonly Frame[],
  stored: AsyncIterable<Buffer>,
  isWanted: (frame: Frame) => boolean = () => true,
): AsyncGenerator<ReadFrame> {
  return inOrder(splitFrames(frames, stored, isWanted), framesAtOnce, async ({ frame, bytes }) => ({
    frame,
    raw: await decompressFrame(bytes, frame.rawBytes, frame.storedOffset),
  }));
}

/** The stored bytes of each wanted one of the frames that lie one after the other in `stored`. Throws as `readFrames`. */
export async function* splitFrames(
  frames: readonly Frame[],
  stored: AsyncIterable<Buffer>,
  isWanted: (frame: Frame) => boolean = () => true,
): AsyncGenerator<{ frame: Frame; bytes: Buffer }> {
  let pieces: Buffer[] = [];
  let missing = frames[0]?.storedBytes ?? 0;
  let next = 0;
  for await (let piece of stored) {
    while (piece.length > 0) {
      const frame = frames[next];
      if (frame === undefined) throw damaged('the dump is longer');
      const taken = piece.subarray(0, missing);
      pieces.push(taken);
      missing -= taken.length;
      piece = piece.subarray(taken.length);
      if (missing > 0) continue;
      if (isWanted(frame)) yield { frame, bytes: pieces.length === 1 ? taken : Buffer.concat(pieces) };
      pieces = [];
      next += 1;
      missing = frames[next]?.storedBytes ?? 0;
    }
  }
  if (next < frames.length) throw damaged('the dump is shorter');
}

function damaged(how: string): OperationFailure {
  return new OperationFailure('archive-damaged', `The frame index does not match the archive: ${how}.`);
}
