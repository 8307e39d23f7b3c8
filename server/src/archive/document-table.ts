// Some million documents by the hash of their `_id`, in a few typed arrays: what a comparison remembers of one side while it
// reads the other. Open addressing; nothing is ever removed, only seen.

/** Where a document is in the table, or -1. */
export type Slot = number;

const roomier = 1.4;

/** Its memory is 25 bytes for each document, and two fifths more. */
export class DocumentTable {
  readonly #slots: number;
  /** Of each slot: two words of the id's hash, two of the document's. */
  readonly #words: Uint32Array;
  readonly #positions: Float64Array;
  readonly #state: Uint8Array;
  #size = 0;

  constructor(capacity: number) {
    this.#slots = Math.ceil(capacity * roomier) + 8;
    this.#words = new Uint32Array(this.#slots * 4);
    this.#positions = new Float64Array(this.#slots);
    this.#state = new Uint8Array(this.#slots);
  }

  /** Forgets everything. */
  clear(): void {
    this.#state.fill(slotFree);
    this.#size = 0;
  }

  /** Both are digests of 16 bytes, of which half is kept. Two with the same id both count. */
  add(id: Uint8Array, document: Uint8Array, position: number): void {
    if (this.#size === this.#slots - 1) throw new Error('the table of documents is full');
    let slot = this.#first(id);
    while (this.#state[slot] !== slotFree) slot = this.#next(slot);
    this.#words.set([wordAt(id, 4), wordAt(id, 8), wordAt(document, 4), wordAt(document, 8)], slot * 4);
    this.#positions[slot] = position;
    this.#state[slot] = slotThere;
    this.#size += 1;
  }

  /** Takes the document with this id, each once; -1 where there is none (any more). */
  take(id: Uint8Array): Slot {
    const [high, low] = [wordAt(id, 4), wordAt(id, 8)];
    for (let slot = this.#first(id); this.#state[slot] !== slotFree; slot = this.#next(slot)) {
      if (this.#words[slot * 4] !== high || this.#words[slot * 4 + 1] !== low) continue;
      if (this.#state[slot] !== slotThere) continue;
      this.#state[slot] = slotTaken;
      return slot;
    }
    return -1;
  }

  /** Whether the document that was added there has this digest. */
  isSame(slot: Slot, document: Uint8Array): boolean {
    return this.#words[slot * 4 + 2] === wordAt(document, 4) && this.#words[slot * 4 + 3] === wordAt(document, 8);
  }

  /** Where the document that was added there stood. */
  positionOf(slot: Slot): number {
    return this.#positions[slot] as number;
  }

  /** The positions of those that were not taken. */
  *left(): Generator<number> {
    for (let slot = 0; slot < this.#slots; slot += 1) {
      if (this.#state[slot] === slotThere) yield this.positionOf(slot);
    }
  }

  #first(id: Uint8Array): Slot {
    return wordAt(id, 12) % this.#slots;
  }

  #next(slot: Slot): Slot {
    return slot + 1 === this.#slots ? 0 : slot + 1;
  }
}

const [slotFree, slotThere, slotTaken] = [0, 1, 2];

function wordAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
