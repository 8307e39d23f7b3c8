// Keeps what was read last, up to a number of bytes. What is asked for twice at once is made once.

interface Kept<V> {
  readonly value: Promise<V>;
  /** 0 until it is made. */
  bytes: number;
}

export interface ByteCacheOptions<V> {
  readonly maxBytes: number;
  readonly maxCount?: number;
  readonly weigh: (value: V) => number;
}

/** The least recently used goes first. What is larger than the whole cache is handed out and not kept. */
export class ByteCache<V> {
  readonly #options: ByteCacheOptions<V>;
  readonly #kept = new Map<string, Kept<V>>();
  #bytes = 0;

  constructor(options: ByteCacheOptions<V>) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#kept.size;
  }

  /** What is kept, else what `make` gives. A failure is not kept. */
  get(key: string, make: () => Promise<V>): Promise<V> {
    const found = this.#kept.get(key);
    if (found !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
      return found.value;
    }
    const kept: Kept<V> = { value: make(), bytes: 0 };
    this.#kept.set(key, kept);
    kept.value.then(
      (value) => this.#weigh(key, kept, this.#options.weigh(value)),
      () => this.#remove(key, kept),
    );
    return kept.value;
  }

  forget(key: string): void {
    const kept = this.#kept.get(key);
    if (kept !== undefined) this.#remove(key, kept);
  }

  #weigh(key: string, kept: Kept<V>, bytes: number): void {
    if (this.#kept.get(key) !== kept) return;
    kept.bytes = Math.max(1, bytes);
    this.#bytes += kept.bytes;
    const { maxBytes, maxCount = Number.POSITIVE_INFINITY } = this.#options;
    for (const [oldKey, old] of this.#kept) {
      if (this.#bytes <= maxBytes && this.#kept.size <= maxCount) return;
      // What is being made weighs nothing yet; it is looked at again when it is there.
      if (old.bytes > 0) this.#remove(oldKey, old);
    }
  }

  #remove(key: string, kept: Kept<V>): void {
    if (this.#kept.get(key) !== kept) return;
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
  }
}
