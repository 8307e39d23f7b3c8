// A destination that takes or gives no byte for long, without an error: a mount that hangs, a server that went without a word. Only
// the time counts in which a byte is waited for, not that in which nobody wants one.
import type { Readable } from 'node:stream';
import { OperationFailure } from '@holdfast/shared/failures';
import type { ArchiveStorage } from './archive-storage.ts';
import { decorateStorage } from './decorate-storage.ts';
import { forwardRead, forwardUpload } from './forward-stream.ts';

/** The storage whose uploads and reads fail as `stalled` when no byte moves for so long; a read that stalled may be tried again. */
export function withStallDetection(inner: ArchiveStorage, { limitMs }: { readonly limitMs: number }): ArchiveStorage {
  const stalled = (what: string) => {
    const message = `${what} ${inner.url.split('?')[0]}: no byte moved for ${Math.round(limitMs / 1_000)} s.`;
    return new OperationFailure('stalled', message, { isRetryable: true });
  };
  const within = <T>(work: Promise<T>, what: string) => settledWithin(work, limitMs, () => stalled(what));
  return decorateStorage(inner, {
    async createUpload(key, token, expectedBytes) {
      return forwardUpload(
        await inner.createUpload(key, token, expectedBytes),
        (chunk, forward) => within(forward(chunk), 'Writing to'),
        (end) => within(end(), 'Writing to'),
      );
    },
    async read(key, range) {
      const source = await inner.read(key, range);
      return forwardRead(
        source,
        watched(source, (next) => within(next, `Reading ${key} from`)),
      );
    },
  });
}

async function* watched(source: Readable, within: <T>(work: Promise<T>) => Promise<T>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const { value, done } = await within(chunks.next());
    if (done) return;
    yield value;
  }
}

async function settledWithin<T>(work: Promise<T>, limitMs: number, error: () => Error): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(error()), limitMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
