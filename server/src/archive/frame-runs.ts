// Which parts of a dump are read when only some of its frames are wanted.
import type { Frame } from './frame-index.ts';

/** So much is rather read and thrown away than left out by another read. */
const gapBytes = 1024 * 1024;

/** The frames in runs. Each is one read: it begins and ends with a wanted frame, and has no large gaps between them. */
export function runsOf(frames: readonly Frame[], isWanted: (frame: Frame) => boolean): Frame[][] {
  const runs: Frame[][] = [];
  let gap: Frame[] = [];
  let gapped = Number.POSITIVE_INFINITY;
  for (const frame of frames) {
    if (!isWanted(frame)) {
      gap.push(frame);
      gapped += frame.storedBytes;
      continue;
    }
    if (gapped > gapBytes) runs.push([frame]);
    else runs.at(-1)?.push(...gap, frame);
    gap = [];
    gapped = 0;
  }
  return runs;
}

/** Where a run lies in the dump's entry. */
export function rangeOf(run: readonly Frame[]): { start: number; end: number } {
  const [first, last] = [run[0], run.at(-1)];
  if (first === undefined || last === undefined) return { start: 0, end: 0 };
  return { start: first.storedOffset, end: last.storedOffset + last.storedBytes };
}
