// A limit on what goes to and comes from a destination, so that backups leave the network to others. Not a matter of any driver.
import type { Readable } from 'node:stream';
import { TokenBucket } from 'limiter';
import type { ArchiveStorage } from './archive-storage.ts';
import { decorateStorage } from './decorate-storage.ts';
import { forwardRead, forwardUpload } from './forward-stream.ts';

/** Bytes go in portions of this time, so that a slow limit is still an even flow. */
const portionMs = 100;

/**
 * The storage with at most so many bytes a second, all its uploads and reads together: wrap it for one operation, or for a whole
 * server. Throws RangeError for what is no positive number.
 */
export function withBandwidthLimit(
  inner: ArchiveStorage,
  { bytesPerSecond }: { readonly bytesPerSecond: number },
): ArchiveStorage {
  if (!(bytesPerSecond > 0)) throw new RangeError(`${bytesPerSecond} bytes a second are no limit`);
  const portionBytes = Math.max(1, Math.ceil((bytesPerSecond * portionMs) / 1_000));
  const bucket = new TokenBucket({
    bucketSize: portionBytes,
    tokensPerInterval: bytesPerSecond,
    interval: 'second',
  });
  async function* paced(chunk: Buffer): AsyncGenerator<Buffer> {
    for (let at = 0; at < chunk.length; at += portionBytes) {
      const portion = chunk.subarray(at, at + portionBytes);
      await bucket.removeTokens(portion.length);
      yield portion;
    }
  }
  return decorateStorage(inner, {
    async createUpload(key, token, expectedBytes) {
      return forwardUpload(await inner.createUpload(key, token, expectedBytes), async (chunk, forward) => {
        for await (const portion of paced(chunk)) await forward(portion);
      });
    },
    async read(key, range) {
      const source = await inner.read(key, range);
      return forwardRead(source, pacedRead(source, paced));
    },
  });
}

async function* pacedRead(source: Readable, paced: (chunk: Buffer) => AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield* paced(chunk);
}
