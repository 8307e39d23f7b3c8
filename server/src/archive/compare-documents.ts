// The documents of one collection, in an archive and live, compared by `_id`. Memory is bounded whatever their number: more than
// fit into one table are compared in passes, each of which reads both sides and looks at its share of the ids.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OperationFailure } from '@holdfast/shared/failures';
import type { DocumentDifference } from '@holdfast/shared/restore-plan';
import { type ArchiveCollection, ArchiveCollections, type CollectionFrame } from './archive-collections.ts';
import { endOfDocument } from './bson-elements.ts';
import { DocumentTable } from './document-table.ts';
import { extendedJsonValue } from './extended-json.ts';
import { createDocumentHasher, type DocumentHasher, FingerprintSum } from './fingerprint.ts';
import { idKey, idOf } from './id-key.ts';
import { inOrder } from './in-order.ts';
import type { OpenArchive } from './open-archive.ts';

export interface CompareDocumentsOptions {
  readonly archive: OpenArchive;
  /** `database.collection`, as the manifest names it. */
  readonly namespace: string;
  /** Reads the live documents (a time-series' buckets), raw, in any order; called once for each pass. */
  readonly live: () => AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** How many of each kind are named, those of the archive in its order; default 5. */
  readonly examples?: number;
  /** So many documents of the archive are compared in one pass. */
  readonly documentsPerPass?: number;
}

/** About 70 MB. */
const defaultPerPass = 2_000_000;

/**
 * Equal are documents whose bytes are; numbers as `_id` are the same whatever type holds them, strings whatever a collation says
 * are not. Ids are given as relaxed extended JSON, long ones cut. When live documents change meanwhile, counts are of no one
 * moment. Throws OperationFailure('archive-damaged') also when the archive does not hold what its manifest says; the signal's
 * reason; what `live` and the archive's source throw.
 */
export async function compareDocuments(options: CompareDocumentsOptions): Promise<DocumentDifference> {
  const collection = new ArchiveCollections(options.archive).find(options.namespace);
  if (collection === undefined) throw new Error(`${options.namespace} is not in the archive`);
  const comparison = new Comparison(collection, await createDocumentHasher(), options);
  return await comparison.run();
}

class Comparison {
  readonly #collection: ArchiveCollection;
  readonly #hasher: DocumentHasher;
  readonly #options: CompareDocumentsOptions;
  readonly #passes: number;
  readonly #table: DocumentTable;
  readonly #turns: Turns;
  readonly #wanted: number;
  /** Over all passes: every document of the archive is in one. */
  readonly #fingerprint = new FingerprintSum();
  readonly #counts = { onlyLive: 0, onlyInBackup: 0, changed: 0, same: 0 };
  readonly #onlyLive: string[] = [];
  /** Places in the archive of those that are named. */
  readonly #onlyInBackup: Smallest;
  readonly #changed: Smallest;

  constructor(collection: ArchiveCollection, hasher: DocumentHasher, options: CompareDocumentsOptions) {
    this.#collection = collection;
    this.#hasher = hasher;
    this.#options = options;
    this.#wanted = options.examples ?? 5;
    this.#onlyInBackup = new Smallest(this.#wanted);
    this.#changed = new Smallest(this.#wanted);
    this.#turns = new Turns(options.signal);
    const { documents } = collection.namespace;
    this.#passes = Math.max(1, Math.ceil(documents / (options.documentsPerPass ?? defaultPerPass)));
    // Shares are never quite even.
    const share = Math.ceil(documents / this.#passes);
    this.#table = new DocumentTable(this.#passes === 1 ? share : Math.ceil(share * 1.1) + 1_000);
  }

  async run(): Promise<DocumentDifference> {
    for (let pass = 0; pass < this.#passes; pass += 1) {
      this.#table.clear();
      await this.#readArchive(pass);
      await this.#readLive(pass);
      for (const position of this.#table.left()) {
        this.#counts.onlyInBackup += 1;
        this.#onlyInBackup.add(position);
      }
    }
    this.#requireWhole();
    const [onlyInBackup, changed] = [await this.#idsAt(this.#onlyInBackup), await this.#idsAt(this.#changed)];
    return { ...this.#counts, examples: { onlyLive: this.#onlyLive, onlyInBackup, changed } };
  }

  async #readArchive(pass: number): Promise<void> {
    const frames = inOrder(each(this.#collection.frames), framesAhead, async (frame) => ({
      frame,
      documents: await this.#collection.read(frame),
    }));
    for await (const { frame, documents } of frames) {
      this.#options.signal?.throwIfAborted();
      const { bytes, starts } = documents;
      for (let place = 0; place < starts.length; place += 1) {
        const start = starts[place] as number;
        const document = bytes.subarray(start, endOfDocument(bytes, start));
        this.#remember(document, frame.firstDocument + place, pass);
        if (this.#turns.isOver()) await this.#turns.next();
      }
    }
  }

  #remember(document: Buffer, position: number, pass: number): void {
    const id = this.#idDigest(document);
    if (!this.#isOfPass(id, pass)) return;
    const digest = this.#hasher.digest(document);
    this.#fingerprint.add(digest);
    this.#table.add(id, digest, position);
  }

  async #readLive(pass: number): Promise<void> {
    for await (const raw of this.#options.live()) {
      const document = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
      this.#look(document, pass);
      if (this.#turns.isOver()) await this.#turns.next();
    }
  }

  #look(document: Buffer, pass: number): void {
    const id = this.#idDigest(document);
    if (!this.#isOfPass(id, pass)) return;
    const slot = this.#table.take(id);
    if (slot === -1) {
      this.#counts.onlyLive += 1;
      if (this.#onlyLive.length < this.#wanted) this.#onlyLive.push(idText(document, 0));
    } else if (this.#table.isSame(slot, this.#hasher.digest(document))) this.#counts.same += 1;
    else {
      this.#counts.changed += 1;
      this.#changed.add(this.#table.positionOf(slot));
    }
  }

  /** What has no `_id` is its own. */
  #idDigest(document: Buffer): Uint8Array {
    const id = idOf(document, 0);
    return this.#hasher.digest(id === undefined ? document : idKey(id));
  }

  /** By a part of the hash that the table does not look at. */
  #isOfPass(id: Uint8Array, pass: number): boolean {
    if (this.#passes === 1) return true;
    const [a = 0, b = 0, c = 0, d = 0] = id;
    return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % this.#passes === pass;
  }

  #requireWhole(): void {
    const { database, collection, fingerprint } = this.#collection.namespace;
    if (this.#fingerprint.hex() === fingerprint) return;
    const message = `The archive is damaged: ${database}.${collection} is not what its manifest says.`;
    throw new OperationFailure('archive-damaged', message);
  }

  async #idsAt(positions: Smallest): Promise<string[]> {
    const ids: string[] = [];
    for (const position of positions.sorted()) ids.push(await this.#idAt(position));
    return ids;
  }

  async #idAt(position: number): Promise<string> {
    const frame = this.#collection.frames[this.#collection.frameOf(position)] as CollectionFrame;
    const { bytes, starts } = await this.#collection.read(frame);
    return idText(bytes, starts[position - frame.firstDocument] as number);
  }
}

/** Frames in memory: those that are read and decompressed while another is looked through. */
const framesAhead = 3;
const longestId = 500;

/** The document's `_id` as relaxed extended JSON; what is longer than anybody reads is cut. */
export function idText(bytes: Buffer, start: number): string {
  const id = idOf(bytes, start);
  if (id === undefined) return 'no _id';
  const text = extendedJsonValue(id, 'relaxed');
  return text.length > longestId ? `${text.slice(0, longestId)}…` : text;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** The event loop is let go after so long. */
const turnMs = 8;
const documentsBetweenLooks = 64;

class Turns {
  readonly #signal: AbortSignal | undefined;
  #documents = 0;
  #endsAt = performance.now() + turnMs;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  isOver(): boolean {
    this.#documents += 1;
    return this.#documents % documentsBetweenLooks === 0 && performance.now() > this.#endsAt;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#signal?.throwIfAborted();
    this.#endsAt = performance.now() + turnMs;
  }
}

/** Keeps the smallest of many numbers. */
class Smallest {
  readonly #limit: number;
  #kept: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(value: number): void {
    if (this.#kept.length < this.#limit) this.#kept.push(value);
    else if (this.#limit > 0 && value < (this.#kept.at(-1) as number)) this.#kept[this.#limit - 1] = value;
    else return;
    this.#kept.sort((a, b) => a - b);
  }

  sorted(): readonly number[] {
    return this.#kept;
  }
}
