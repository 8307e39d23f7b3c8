// Bytes on their way into a bucket: gathered into parts, several of which are sent at once. Memory is bounded: the parts that are
// being sent and the one that fills. Knows nothing of requests.
import { Writable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { partBytes, partsAtOnce } from './s3-part-plan.ts';
import type { SentPart } from './s3-upload-note.ts';

/** A part that is ready to be sent. Its bytes are valid until it is sent or has failed. */
export interface FullPart {
  readonly number: number;
  readonly bytes: Buffer;
  readonly crc32: number;
}

export interface S3UploadBodyOptions {
  /** Sends a part; stops when the signal says so. */
  readonly send: (part: FullPart, signal: AbortSignal) => Promise<SentPart>;
  readonly expectedBytes: number | undefined;
}

/** Finished once every part has arrived. Fails as a whole with the first part that could not be sent. */
export class S3UploadBody extends Writable {
  sizeBytes = 0;
  /** In order; complete once the body has finished. */
  readonly parts: SentPart[] = [];
  readonly #options: S3UploadBodyOptions;
  readonly #stop = new AbortController();
  readonly #onTheirWay = new Set<Promise<void>>();
  readonly #spare: Buffer[] = [];
  #filling: Filling | undefined;
  #count = 0;

  constructor(options: S3UploadBodyOptions) {
    super({ highWaterMark: 1024 * 1024 });
    this.#options = options;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    settle(this.#take(chunk), done);
  }

  override _final(done: Done): void {
    settle(this.#finish(), done);
  }

  /** Closed once nothing is on its way any more. */
  override _destroy(error: Error | null, done: Done): void {
    this.#stop.abort();
    void Promise.allSettled(this.#onTheirWay).then(() => done(error));
  }

  /** Resolves once it is closed. */
  async close(): Promise<void> {
    if (this.closed) return;
    const closed = new Promise<void>((resolve) => this.once('close', resolve));
    this.destroy();
    await closed;
  }

  async #take(chunk: Buffer): Promise<void> {
    for (let rest = chunk; rest.length > 0; ) {
      this.#filling ??= this.#begin();
      const taken = this.#filling.append(rest);
      this.sizeBytes += taken;
      rest = rest.subarray(taken);
      if (this.#filling.isFull) await this.#dispatch(this.#filling);
    }
  }

  /** An archive without a byte is one part without a byte. */
  async #finish(): Promise<void> {
    const last = this.#filling ?? (this.#count === 0 ? this.#begin() : undefined);
    if (last !== undefined) await this.#dispatch(last);
    await Promise.all(this.#onTheirWay);
    if (this.destroyed) throw new Error('the upload was given up');
  }

  #begin(): Filling {
    this.#count += 1;
    const size = partBytes(this.#count, this.#options.expectedBytes);
    // Sizes only grow: one of another size is of no use any more.
    const spare = this.#spare.pop();
    return new Filling(this.#count, spare?.length === size ? spare : Buffer.allocUnsafeSlow(size));
  }

  /** Waits until it may be sent, not until it has arrived. */
  async #dispatch(part: Filling): Promise<void> {
    this.#filling = undefined;
    while (this.#onTheirWay.size >= partsAtOnce(part.buffer.length)) await Promise.race(this.#onTheirWay);
    if (this.destroyed) throw new Error('the upload was given up');
    const sending = this.#send(part).finally(() => this.#onTheirWay.delete(sending));
    this.#onTheirWay.add(sending);
    // Whoever waits for it sees it; else destroying the body is how it is told.
    sending.catch((error: Error) => this.destroy(error));
  }

  async #send(part: Filling): Promise<void> {
    this.parts[part.number - 1] = await this.#options.send(part, this.#stop.signal);
    // Only one that has arrived: what failed may still be in the hands of a socket.
    this.#spare.push(part.buffer);
  }
}

class Filling implements FullPart {
  readonly number: number;
  readonly buffer: Buffer;
  crc32 = 0;
  #length = 0;

  constructor(number: number, buffer: Buffer) {
    this.number = number;
    this.buffer = buffer;
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.#length);
  }

  get isFull(): boolean {
    return this.#length === this.buffer.length;
  }

  /** Copies what there is room for; returns how much that was. */
  append(chunk: Buffer): number {
    const taken = chunk.copy(this.buffer, this.#length);
    this.crc32 = crc32(chunk.subarray(0, taken), this.crc32);
    this.#length += taken;
    return taken;
  }
}

type Done = (error?: Error | null) => void;

function settle(work: Promise<void>, done: Done): void {
  work.then(
    () => done(),
    (error: Error) => done(error),
  );
}
