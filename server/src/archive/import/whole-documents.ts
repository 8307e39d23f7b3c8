// The documents of a .bson file: nothing but one after the other, without any checksum. So each is walked through.
import { maxDocumentBytes } from '../parse-archive.ts';
import { unreadable } from './import-failure.ts';
import { walkBson } from './walk-bson.ts';

/**
 * The same bytes, cut between documents. Throws `import-unreadable` that names the file, the document and the byte, for a
 * document whose structure is not sound or that is cut.
 */
export async function* wholeDocuments(source: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const reader = new DocumentReader(name);
  for await (const chunk of source) {
    const documents = reader.push(chunk);
    if (documents.length > 0) yield documents;
  }
  reader.end();
}

const lengthBytes = 4;

class DocumentReader {
  readonly #name: string;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** So many bytes are needed before anything more is known. */
  #neededBytes = lengthBytes;
  #documents = 0;
  /** Of what was handed out. */
  #consumed = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** The documents that are whole now, one after the other. */
  push(chunk: Buffer): Buffer {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#neededBytes) return Buffer.alloc(0);
    const bytes = this.#held.length === 1 ? chunk : Buffer.concat(this.#held);
    const end = this.#wholeUntil(bytes);
    this.#consumed += end;
    this.#held = end === bytes.length ? [] : [bytes.subarray(end)];
    this.#heldBytes = bytes.length - end;
    return bytes.subarray(0, end);
  }

  end(): void {
    if (this.#heldBytes > 0) throw this.#damaged(this.#consumed, 'the file ends within it');
  }

  #wholeUntil(bytes: Buffer): number {
    let at = 0;
    this.#neededBytes = lengthBytes;
    while (at + lengthBytes <= bytes.length) {
      const length = bytes.readInt32LE(at);
      if (length < 5 || length > maxDocumentBytes)
        throw this.#damaged(this.#consumed + at, `it cannot have ${length} bytes`);
      this.#neededBytes = length;
      if (at + length > bytes.length) break;
      const flaw = walkBson(bytes, at, length);
      if (flaw !== null) throw this.#damaged(this.#consumed + at + flaw.at, flaw.what);
      this.#documents += 1;
      this.#neededBytes = lengthBytes;
      at += length;
    }
    return at;
  }

  #damaged(at: number, what: string) {
    return unreadable(`${this.#name} is damaged at byte ${at}, in document ${this.#documents + 1}: ${what}.`);
  }
}
