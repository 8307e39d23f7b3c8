/** A stream whose first bytes are looked at before it is read. */
export class PeekedSource {
  readonly #iterator: AsyncIterator<Buffer>;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #ended = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** The first `length` bytes, fewer only when the stream has no more. They stay in the stream. */
  async peek(length: number): Promise<Buffer> {
    while (this.#bytes < length && !this.#ended) {
      const next = await this.#iterator.next();
      if (next.done) this.#ended = true;
      else {
        this.#pieces.push(next.value);
        this.#bytes += next.value.length;
      }
    }
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return (this.#pieces[0] ?? Buffer.alloc(0)).subarray(0, length);
  }

  /** Everything, from the first byte on. Once. Closes the source when its reader stops early. */
  async *read(): AsyncGenerator<Buffer> {
    try {
      const pieces = this.#pieces;
      this.#pieces = [];
      yield* pieces;
      while (!this.#ended) {
        const next = await this.#iterator.next();
        if (next.done) this.#ended = true;
        else yield next.value;
      }
    } finally {
      await this.close();
    }
  }

  /** For who does not read it to its end. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#iterator.return?.();
    this.#ended = true;
  }
}
