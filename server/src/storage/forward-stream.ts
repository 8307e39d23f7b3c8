// Streams around a storage's own: bytes pass through somebody's hands on their way. End, error and destruction are passed on, so
// that a wrapped upload or read behaves as the one beneath.
import { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Upload } from './archive-storage.ts';

/** Handles one chunk: calls `forward` for its bytes, in order; what it throws destroys the stream. */
export type OnWrite = (chunk: Buffer, forward: (bytes: Buffer) => Promise<void>) => Promise<void>;

/** The upload with a body whose chunks go through `onWrite`, and whose end through `onEnd`. */
export function forwardUpload(inner: Upload, onWrite: OnWrite, onEnd: OnEnd = (end) => end()): Upload {
  return {
    token: inner.token,
    body: new ForwardBody(inner.body, onWrite, onEnd),
    seal: () => inner.seal(),
    commit: () => inner.commit(),
    abort: () => inner.abort(),
  };
}

type OnEnd = (end: () => Promise<void>) => Promise<void>;

/** A stream of what `pass` gives; with it the source goes, even when not a byte was read. */
export function forwardRead(source: Readable, pass: AsyncIterable<Buffer>): Readable {
  const forwarded = Readable.from(pass, { objectMode: false, highWaterMark: 1024 * 1024 });
  forwarded.once('close', () => source.destroy());
  return forwarded;
}

class ForwardBody extends Writable {
  readonly #inner: Writable;
  readonly #onWrite: OnWrite;
  readonly #onEnd: OnEnd;

  constructor(inner: Writable, onWrite: OnWrite, onEnd: OnEnd) {
    super();
    this.#inner = inner;
    this.#onWrite = onWrite;
    this.#onEnd = onEnd;
    inner.on('error', (error) => this.destroy(error));
    inner.on('close', () => this.destroy());
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    settle(
      this.#onWrite(chunk, (bytes) => this.#forward(bytes)),
      done,
    );
  }

  override _final(done: Done): void {
    const end = async () => {
      const ended = finished(this.#inner, { readable: false });
      this.#inner.end();
      await ended;
    };
    settle(this.#onEnd(end), done);
  }

  override _destroy(error: Error | null, done: Done): void {
    if (this.#inner.closed) done(error);
    else this.#inner.once('close', () => done(error)).destroy();
  }

  async #forward(bytes: Buffer): Promise<void> {
    if (this.#inner.destroyed) throw new Error('the upload is closed');
    if (!this.#inner.write(bytes)) await drained(this.#inner);
  }
}

type Done = (error?: Error | null) => void;

function settle(work: Promise<void>, done: Done): void {
  work.then(
    () => done(),
    (error: Error) => done(error),
  );
}

function drained(stream: Writable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const closed = () => reject(new Error('the upload is closed'));
  stream.once('drain', resolve).once('error', reject).once('close', closed);
  return promise.finally(() => stream.off('drain', resolve).off('error', reject).off('close', closed));
}
