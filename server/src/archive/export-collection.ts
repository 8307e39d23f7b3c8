// One collection out of an archive, as a stream: the very BSON that was dumped, or a line of canonical extended JSON for each
// document. It ends well only when everything that the manifest counts went through.
import { OperationFailure } from '@holdfast/shared/failures';
import type { ArchiveCollection, CollectionFrame } from './archive-collections.ts';
import { endOfDocument } from './bson-elements.ts';
import { extendedJson } from './extended-json.ts';
import { createDocumentHasher, type DocumentHasher, FingerprintSum } from './fingerprint.ts';
import type { FrameDocuments } from './frame-documents.ts';
import { inOrder } from './in-order.ts';

export type ExportFormat = 'bson' | 'jsonl';

/** A piece holds at least so much, if there is so much, and one document at least. */
const pieceBytes = 256 * 1024;
/** Frames in memory: the one that is written and the one that is read meanwhile. */
const framesAhead = 2;

/**
 * The collection's documents, one after the other, in pieces. Throws OperationFailure('archive-damaged') also at the end, when
 * counts or fingerprint are not those of the manifest: what was given until then is not the collection.
 */
export async function* exportCollection(collection: ArchiveCollection, format: ExportFormat): AsyncGenerator<Buffer> {
  const proof = new ExportProof(await createDocumentHasher());
  const frames = inOrder(inTurn(collection.frames), framesAhead, (frame) => collection.read(frame));
  // The last piece is held back until everything is compared: who counts bytes must not have them all before.
  let held: Buffer | undefined;
  for await (const frame of frames) {
    for (const piece of format === 'bson' ? bsonPieces(frame, proof) : jsonPieces(frame, proof)) {
      if (held !== undefined) yield held;
      held = piece;
    }
  }
  proof.compare(collection);
  if (held !== undefined) yield held;
}

async function* inTurn(frames: readonly CollectionFrame[]): AsyncGenerator<CollectionFrame> {
  yield* frames;
}

function* bsonPieces({ bytes, starts }: FrameDocuments, proof: ExportProof): Generator<Buffer> {
  let [from, to] = [0, 0];
  for (const start of starts) {
    const end = endOfDocument(bytes, start);
    // Documents of one block lie side by side; between blocks stands what is no document.
    if (start !== to || to - from >= pieceBytes) {
      if (to > from) yield bytes.subarray(from, to);
      from = start;
    }
    to = end;
    proof.add(bytes.subarray(start, end));
  }
  if (to > from) yield bytes.subarray(from, to);
}

function* jsonPieces({ bytes, starts }: FrameDocuments, proof: ExportProof): Generator<Buffer> {
  let lines = '';
  for (const start of starts) {
    proof.add(bytes.subarray(start, endOfDocument(bytes, start)));
    lines += `${extendedJson(bytes, start, 'canonical')}\n`;
    if (lines.length < pieceBytes) continue;
    yield Buffer.from(lines);
    lines = '';
  }
  if (lines !== '') yield Buffer.from(lines);
}

class ExportProof {
  readonly #hasher: DocumentHasher;
  readonly #sum = new FingerprintSum();
  #documents = 0;
  #bytes = 0;

  constructor(hasher: DocumentHasher) {
    this.#hasher = hasher;
  }

  add(document: Buffer): void {
    this.#hasher.add(document, this.#sum);
    this.#documents += 1;
    this.#bytes += document.length;
  }

  compare({ namespace }: ArchiveCollection): void {
    const { database, collection, documents, bytes, fingerprint } = namespace;
    if (this.#documents === documents && this.#bytes === bytes && this.#sum.hex() === fingerprint) return;
    const message = `The archive is damaged: ${database}.${collection} is not what its manifest says.`;
    throw new OperationFailure('archive-damaged', message);
  }
}
