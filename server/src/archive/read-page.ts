// A page of a collection's documents: from a document's number on, all or those that a filter matches. A page ends by its own
// limits, also while it has looked for long and found little: whoever asked goes on from there.
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArchiveCollection, CollectionFrame } from './archive-collections.ts';
import { endOfDocument } from './bson-elements.ts';
import type { DocumentFilter } from './document-filter.ts';
import { extendedJson, type JsonFormat } from './extended-json.ts';
import type { FrameDocuments } from './frame-documents.ts';

export interface PageRequest {
  /** The document to begin at, by its number in the collection, from 0. */
  readonly from: number;
  readonly limit: number;
  readonly format: JsonFormat;
  readonly filter?: DocumentFilter | undefined;
  /** Characters of text; the first document is given whole whatever its size. */
  readonly maxText: number;
  /** What may be spent on looking. */
  readonly budget: { readonly ms: number; readonly bytes: number };
  readonly signal?: AbortSignal | undefined;
}

export interface FoundDocument {
  /** Its number in the collection. */
  readonly position: number;
  /** Of its BSON. */
  readonly bytes: number;
  /** Extended JSON. */
  readonly json: string;
}

export interface DocumentPage {
  readonly documents: readonly FoundDocument[];
  /** Where the next page begins; null at the end of the collection. */
  readonly next: number | null;
  /**
   * `limit`, `size`: the page is full. `found`: the one document that was asked for by its `_id` is there. `budget`: it was
   * looked for long enough. `end`: there are no more.
   */
  readonly endedBy: 'limit' | 'size' | 'found' | 'budget' | 'end';
}

/** Gives a frame's documents: from a cache, or read. */
export type FrameReader = (frame: CollectionFrame) => Promise<FrameDocuments>;

/** Throws OperationFailure('archive-damaged'), the signal's reason, whatever the source throws. */
export async function readPage(
  collection: ArchiveCollection,
  read: FrameReader,
  request: PageRequest,
): Promise<DocumentPage> {
  const page = new Page(request);
  const { frames } = collection;
  for (let at = collection.frameOf(request.from); at < frames.length; at += 1) {
    const frame = frames[at] as CollectionFrame;
    const documents = await read(frame);
    // The next one is on its way while this one is looked through.
    const ahead = frames[at + 1];
    if (request.filter !== undefined && ahead !== undefined) read(ahead).catch(() => {});
    if (await page.take(frame, documents)) break;
  }
  return page.finish(collection.namespace.documents);
}

/** The event loop is let go after so long. */
const turnMs = 8;
const documentsBetweenLooks = 64;

class Page {
  readonly #request: PageRequest;
  readonly #documents: FoundDocument[] = [];
  readonly #startedAt = performance.now();
  #text = 0;
  #lookedAtBytes = 0;
  #next: number;
  #endedBy: DocumentPage['endedBy'] = 'end';

  constructor(request: PageRequest) {
    this.#request = request;
    this.#next = request.from;
  }

  /** True when the page is at its end. */
  async take({ firstDocument }: CollectionFrame, { bytes, starts }: FrameDocuments): Promise<boolean> {
    let turnEnds = performance.now() + turnMs;
    for (let place = Math.max(0, this.#next - firstDocument); place < starts.length; place += 1) {
      if (place % documentsBetweenLooks === 0 && performance.now() > turnEnds) {
        await nextTurn();
        this.#request.signal?.throwIfAborted();
        turnEnds = performance.now() + turnMs;
      }
      const endedBy = this.#look(bytes, starts[place] as number, firstDocument + place);
      if (endedBy === undefined) continue;
      this.#endedBy = endedBy;
      return true;
    }
    return false;
  }

  finish(total: number): DocumentPage {
    const isEnd = this.#next >= total;
    return { documents: this.#documents, next: isEnd ? null : this.#next, endedBy: isEnd ? 'end' : this.#endedBy };
  }

  #look(bytes: Buffer, start: number, position: number): DocumentPage['endedBy'] | undefined {
    const { filter, limit, format, maxText } = this.#request;
    const size = endOfDocument(bytes, start) - start;
    if (filter?.matches(bytes, start) ?? true) {
      const json = extendedJson(bytes, start, format);
      if (this.#documents.length > 0 && this.#text + json.length > maxText) return 'size';
      this.#documents.push({ position, bytes: size, json });
      this.#text += json.length;
      this.#next = position + 1;
      if (filter?.isForOne) return 'found';
      return this.#documents.length === limit ? 'limit' : undefined;
    }
    this.#next = position + 1;
    this.#lookedAtBytes += size;
    return this.#isSpent(position) ? 'budget' : undefined;
  }

  #isSpent(position: number): boolean {
    const { ms, bytes } = this.#request.budget;
    if (this.#lookedAtBytes >= bytes) return true;
    return position % documentsBetweenLooks === 0 && performance.now() - this.#startedAt >= ms;
  }
}
