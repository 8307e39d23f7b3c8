// The structure of a BSON document, element by element: what can be checked of data that carry no checksum. Values that are
// wrong but well-formed pass.

/** What is wrong with a document, and at which of its bytes. */
export interface BsonFlaw {
  readonly at: number;
  readonly what: string;
}

/** Nested deeper than any server stores it. */
const maxDepth = 250;

/** Looks at every element of the document that begins at `start` and takes up exactly `length` bytes; null when it is sound. */
export function walkBson(bytes: Buffer, start: number, length: number): BsonFlaw | null {
  const flaw = new Walk(bytes, start, start + length).run();
  return flaw === null ? null : { at: flaw.at - start, what: flaw.what };
}

class Walk {
  readonly #bytes: Buffer;
  readonly #end: number;
  /** Where each of the documents that are open ends. */
  readonly #ends: number[] = [];
  #at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  run(): BsonFlaw | null {
    const opening = this.#open(this.#end, true);
    if (opening !== null) return opening;
    while (this.#ends.length > 0) {
      const flaw = this.#element();
      if (flaw !== null) return flaw;
    }
    return null;
  }

  /** A document begins: within `limit`, or up to it exactly. */
  #open(limit: number, exactly: boolean): BsonFlaw | null {
    const at = this.#at;
    if (at + 5 > limit) return { at, what: 'a document is cut' };
    const end = at + this.#bytes.readInt32LE(at);
    if (end < at + 5 || end > limit || (exactly && end !== limit))
      return { at, what: 'the length of a document is wrong' };
    if (this.#bytes[end - 1] !== 0) return { at: end - 1, what: 'a document does not end with a zero byte' };
    if (this.#ends.length >= maxDepth) return { at, what: 'documents are nested too deeply' };
    this.#ends.push(end);
    this.#at = at + 4;
    return null;
  }

  #element(): BsonFlaw | null {
    const bytes = this.#bytes;
    const end = this.#ends[this.#ends.length - 1] as number;
    const at = this.#at;
    const type = bytes[at] as number;
    if (at === end - 1) {
      this.#ends.pop();
      this.#at = end;
      return null;
    }
    if (type === 0) return { at, what: 'a document ends before its length says so' };
    this.#at = at + 1;
    if (!this.#skipName(end)) return { at, what: 'the name of a field has no end' };
    const flaw = this.#value(type, end - 1);
    if (flaw !== null) return flaw;
    return this.#at > end - 1 && type !== document && type !== array && type !== scopedCode
      ? { at, what: 'a value reaches beyond its document' }
      : null;
  }

  /** `limit`: where the document's closing zero stands. */
  #value(type: number, limit: number): BsonFlaw | null {
    const at = this.#at;
    const fixed = fixedBytes[type];
    if (fixed !== undefined) {
      if (type === boolean && (this.#bytes[at] as number) > 1)
        return { at, what: 'a boolean is neither true nor false' };
      this.#at = at + fixed;
      return null;
    }
    switch (type) {
      case document:
      case array:
        return this.#open(limit, false);
      case string:
      case code:
      case symbol:
        return this.#string(limit);
      case pointer:
        return this.#string(limit) ?? this.#skip(12);
      case binary:
        return this.#binary(limit);
      case regex:
        return this.#skipName(limit) && this.#skipName(limit) ? null : { at, what: 'a regular expression has no end' };
      case scopedCode:
        return this.#scopedCode(limit);
      default:
        return { at, what: `a field has the unknown type 0x${type.toString(16).padStart(2, '0')}` };
    }
  }

  #string(limit: number): BsonFlaw | null {
    const at = this.#at;
    if (at + 5 > limit) return { at, what: 'a string is cut' };
    const length = this.#bytes.readInt32LE(at);
    if (length < 1 || at + 4 + length > limit) return { at, what: 'the length of a string is wrong' };
    this.#at = at + 4 + length;
    return this.#bytes[this.#at - 1] === 0
      ? null
      : { at: this.#at - 1, what: 'a string does not end with a zero byte' };
  }

  #binary(limit: number): BsonFlaw | null {
    const at = this.#at;
    if (at + 5 > limit) return { at, what: 'binary data are cut' };
    const length = this.#bytes.readInt32LE(at);
    if (length < 0 || at + 5 + length > limit) return { at, what: 'the length of binary data is wrong' };
    this.#at = at + 5 + length;
    return null;
  }

  #scopedCode(limit: number): BsonFlaw | null {
    const at = this.#at;
    if (at + 4 > limit) return { at, what: 'code is cut' };
    const end = at + this.#bytes.readInt32LE(at);
    if (end < at + 14 || end > limit) return { at, what: 'the length of code is wrong' };
    this.#at = at + 4;
    return this.#string(end) ?? this.#open(end, true);
  }

  #skip(bytes: number): null {
    this.#at += bytes;
    return null;
  }

  #skipName(limit: number): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < limit && bytes[at] !== 0) at += 1;
    this.#at = at + 1;
    return at < limit;
  }
}

const [string, document, array, binary, boolean, regex, pointer] = [0x02, 0x03, 0x04, 0x05, 0x08, 0x0b, 0x0c];
const [code, symbol, scopedCode] = [0x0d, 0x0e, 0x0f];

/** Bytes of the values whose size is always the same, by type. */
const fixedBytes: Readonly<Record<number, number>> = {
  1: 8,
  6: 0,
  7: 12,
  8: 1,
  9: 8,
  10: 0,
  16: 4,
  17: 8,
  18: 8,
  19: 16,
  127: 0,
  255: 0,
};
