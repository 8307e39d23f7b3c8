// Content fingerprints: the sum modulo 2^128 of XXH128 over each document's raw BSON. Independent of the order of documents,
// and a pair of equal documents counts twice (with XOR it would vanish). Finds damage; it is no defence against an adversary.
import { createXXHash128, type IHasher } from 'hash-wasm';

/** A fingerprint that whole documents are added to. */
export interface Fingerprint {
  /** Adds one document's raw BSON. */
  add(document: Uint8Array): void;
  /** 32 hex digits. */
  hex(): string;
}

/** A fingerprint of nothing. */
export async function createFingerprint(): Promise<Fingerprint> {
  const hasher = await createDocumentHasher();
  const sum = new FingerprintSum();
  return {
    add: (document) => hasher.add(document, sum),
    hex: () => sum.hex(),
  };
}

/** Sums of 2^21 halves of 2^32 stay exact in a double; carries are moved up before that. */
const exactAdditions = 2 ** 20;

/** The running sum of one namespace. Many may share one `DocumentHasher`. */
export class FingerprintSum {
  /** 32 bits each, most significant first, with carries not yet moved up. */
  readonly #limbs = new Float64Array(4);
  #additions = 0;

  /** Adds a digest: 16 bytes, big-endian. */
  add(digest: Uint8Array): void {
    const limbs = this.#limbs;
    for (let limb = 0; limb < 4; limb += 1) limbs[limb] = (limbs[limb] ?? 0) + wordAt(digest, limb * 4);
    this.#countAddition();
  }

  /** Adds another sum, as its `words`. */
  addWords(words: Float64Array): void {
    for (let limb = 0; limb < 4; limb += 1) this.#limbs[limb] = (this.#limbs[limb] ?? 0) + (words[limb] ?? 0);
    this.#countAddition();
  }

  /** Four words of 32 bits, most significant first: what goes from thread to thread. */
  words(): Float64Array {
    this.#carry();
    return this.#limbs.slice();
  }

  /** 32 hex digits. */
  hex(): string {
    this.#carry();
    return Array.from(this.#limbs, (limb) => limb.toString(16).padStart(8, '0')).join('');
  }

  #countAddition(): void {
    this.#additions += 1;
    if (this.#additions === exactAdditions) this.#carry();
  }

  #carry(): void {
    let carry = 0;
    for (let limb = 3; limb >= 0; limb -= 1) {
      const value = (this.#limbs[limb] ?? 0) + carry;
      this.#limbs[limb] = value % 2 ** 32;
      carry = Math.floor(value / 2 ** 32);
    }
    this.#additions = 0;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** Hashes one document at a time, whole or in pieces. */
export class DocumentHasher {
  readonly #hash: IHasher;

  constructor(hash: IHasher) {
    this.#hash = hash;
  }

  add(document: Uint8Array, sum: FingerprintSum): void {
    sum.add(this.digest(document));
  }

  /** XXH128 of the bytes: 16 bytes, big-endian. */
  digest(bytes: Uint8Array): Uint8Array {
    return this.#hash.init().update(bytes).digest('binary');
  }

  /** Begins a document that comes in pieces: `begin`, any number of `update`, `finish`. */
  begin(piece: Uint8Array): void {
    this.#hash.init().update(piece);
  }

  update(piece: Uint8Array): void {
    this.#hash.update(piece);
  }

  finish(sum: FingerprintSum): void {
    sum.add(this.#hash.digest('binary'));
  }
}

export async function createDocumentHasher(): Promise<DocumentHasher> {
  return new DocumentHasher(await createXXHash128());
}
