// Failures that pass: a server that is busy, a connection that is cut. Each call is tried again as a whole, a read goes on from the
// byte that it reached. What a driver alone can send again (a part of an upload) it is handed the same attempts for.
import type { Readable } from 'node:stream';
import type { ArchiveStorage, Upload } from './archive-storage.ts';
import { type Attempt, isRetryable } from './attempt.ts';
import { decorateStorage } from './decorate-storage.ts';
import { forwardRead } from './forward-stream.ts';

export interface RetryOptions {
  readonly attempt: Attempt;
  /** To go on with a read that was cut off, where more is lost; default: `attempt`. */
  readonly resume?: Attempt;
  /** To give an upload up, which nobody waits for long for: what is left of it is removed later; default: `attempt`. */
  readonly abort?: Attempt;
}

/**
 * The storage whose calls are tried again, on failures that say they are retryable. `probe` and `removePartials` are made once: who
 * probes wants to know, and the pass over the unfinished comes again by itself.
 */
export function withRetry(inner: ArchiveStorage, options: RetryOptions): ArchiveStorage {
  const { attempt, resume = attempt, abort = attempt } = options;
  return decorateStorage(inner, {
    createUpload: async (key, token, expectedBytes) =>
      retriedUpload(await begin(inner, attempt, [key, token, expectedBytes]), { attempt, abort }),
    finishUpload: (sealed) => attempt(() => inner.finishUpload(sealed)),
    discardUpload: (token) => attempt(() => inner.discardUpload(token)),
    stat: (key) => attempt(() => inner.stat(key)),
    read: (key, range) => resumedRead(inner, { attempt, resume }, key, range ?? { start: 0 }),
    remove: (key) => attempt(() => inner.remove(key)),
    list: () => resumedList(inner, attempt),
    space: () => attempt(() => inner.space()),
  });
}

/** The token is the caller's own: what an attempt left under it, although its answer was lost, is taken away before the next. */
function begin(inner: ArchiveStorage, attempt: Attempt, parameters: Parameters<ArchiveStorage['createUpload']>) {
  let hasFailed = false;
  return attempt(async () => {
    if (hasFailed) await inner.discardUpload(parameters[1]);
    try {
      return await inner.createUpload(...parameters);
    } catch (error) {
      hasFailed ||= isRetryable(error);
      throw error;
    }
  });
}

function retriedUpload(
  inner: Upload,
  { attempt, abort }: { readonly attempt: Attempt; readonly abort: Attempt },
): Upload {
  return {
    token: inner.token,
    body: inner.body,
    seal: () => attempt(() => inner.seal()),
    commit: () => attempt(() => inner.commit()),
    abort: () => abort(() => inner.abort()),
  };
}

interface Range {
  readonly start: number;
  readonly end?: number;
}

async function resumedRead(
  inner: ArchiveStorage,
  { attempt, resume }: { readonly attempt: Attempt; readonly resume: Attempt },
  key: string,
  range: Range,
): Promise<Readable> {
  let current = await attempt(() => inner.read(key, range));
  let chunks = iterate(current);
  const reopen = async (start: number) => {
    current = await inner.read(key, { ...range, start });
    chunks = iterate(current);
    return await chunks.next();
  };
  async function* bytes(): AsyncGenerator<Buffer> {
    for (let at = range.start; ; ) {
      const { value, done } = await chunks.next().catch((error) => attemptAfter(error, resume, () => reopen(at)));
      if (done) return;
      at += value.length;
      yield value;
    }
  }
  const forwarded = forwardRead(current, bytes());
  forwarded.once('close', () => current.destroy());
  return forwarded;
}

/** The failure counts as the first attempt: it decides whether there is another one, and after what pause. */
function attemptAfter<T>(failure: unknown, attempt: Attempt, work: () => Promise<T>): Promise<T> {
  let isFirst = true;
  return attempt(() => {
    if (!isFirst) return work();
    isFirst = false;
    return Promise.reject(failure);
  });
}

function iterate(stream: Readable): AsyncIterator<Buffer, undefined> {
  return stream[Symbol.asyncIterator]();
}

async function* resumedList(
  inner: ArchiveStorage,
  attempt: Attempt,
): AsyncGenerator<{ readonly key: string; readonly sizeBytes: number }> {
  const seen = new Set<string>();
  let entries = inner.list()[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await attempt(async () => {
      try {
        return await entries.next();
      } catch (error) {
        // It has ended with its failure: the next attempt begins anew, and passes over what was listed.
        entries = inner.list()[Symbol.asyncIterator]();
        throw error;
      }
    });
    if (done) return;
    if (seen.has(value.key)) continue;
    seen.add(value.key);
    yield value;
  }
}
