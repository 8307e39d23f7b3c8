// How an archive is cut into parts: S3 takes at most 10,000, and each waits in memory until it is sent.

const MiB = 1024 * 1024;
const leastPartBytes = 8 * MiB;
const largestPartBytes = 5 * 1024 * MiB;
const sentAtOnceBytes = 64 * MiB;
const sentAtOnce = 4;

/**
 * The size of one part, from 1 to 10,000. It doubles along the archive, so that any archive fits (over 5 TiB). Where a size is
 * expected the first 6,000 parts are even, which keeps the memory of a large upload low; a wrong expectation does no harm.
 */
export function partBytes(partNumber: number, expectedBytes?: number): number {
  if (expectedBytes === undefined) return sizeOf(leastPartBytes * doubled(partNumber, { after: 1_500, every: 1_000 }));
  const evenBytes = Math.max(leastPartBytes, Math.ceil(expectedBytes / 5_000 / MiB) * MiB);
  return sizeOf(evenBytes * doubled(partNumber, { after: 6_000, every: 400 }));
}

function doubled(partNumber: number, { after, every }: { readonly after: number; readonly every: number }): number {
  return 2 ** Math.max(0, Math.ceil((partNumber - after) / every));
}

function sizeOf(bytes: number): number {
  return Math.min(bytes, largestPartBytes);
}

/** How many parts of a size are on their way at once. */
export function partsAtOnce(sizeBytes: number): number {
  return Math.min(sentAtOnce, Math.max(1, Math.floor(sentAtOnceBytes / sizeBytes)));
}
