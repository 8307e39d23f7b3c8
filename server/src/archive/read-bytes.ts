import { OperationFailure } from '@holdfast/shared/failures';
import type { ArchiveSource } from './open-archive.ts';

/** A few bytes at once. `what` names them in the OperationFailure('archive-damaged') when the source has fewer. */
export async function readBytes(
  source: ArchiveSource,
  range: { readonly start: number; readonly end: number },
  what: string,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readRange(source, range, what)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Exactly the bytes of a range, as they come. Closes the source's stream when the reader stops early. */
export async function* readRange(
  source: ArchiveSource,
  range: { readonly start: number; readonly end: number },
  what: string,
): AsyncGenerator<Buffer> {
  if (range.start === range.end) return;
  const stream = await source.read(range);
  let at = range.start;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    at += piece.length;
    yield piece;
  }
  if (at !== range.end) {
    throw new OperationFailure('archive-damaged', `The archive ends early, at byte ${at}, within ${what}.`);
  }
}
