// Counts, fingerprints and checksums of every namespace, from the parts of a stream: what the manifest says of a dump when it
// is written, and what a reader compares with the manifest. Sees only what is kept, and changes nothing.
import { OperationFailure } from '@holdfast/shared/failures';
import { createCRC64, type IHasher } from 'hash-wasm';
import { blockCollection, type PreludeNamespace } from './archive-prelude.ts';
import type { ArchiveProgress, NamespaceCounter } from './archive-progress.ts';
import type { BlockHeader } from './block-header.ts';
import { createDocumentHasher, type DocumentHasher, FingerprintSum } from './fingerprint.ts';
import type { ArchivePart, DocumentsPart } from './parse-archive.ts';

/** What a namespace turned out to hold. */
export interface ScannedNamespace {
  readonly namespace: PreludeNamespace;
  readonly documents: number;
  readonly bytes: number;
  /** 32 hex digits: see fingerprint.ts. */
  readonly fingerprint: string;
  /** Signed decimal, as the archive gives it. */
  readonly crc64: string;
}

export interface ScanOptions {
  readonly reason?: 'archive-damaged' | 'dump-incomplete';
  readonly progress?: ArchiveProgress | undefined;
  /**
   * Whether documents are compared with the CRC-64 that their namespace ends with: by default they are. Left to a reader that
   * compares the fingerprint, which is stronger, with one that it trusts.
   */
  readonly checkCrc?: boolean;
}

export async function createNamespaceScan(options: ScanOptions = {}): Promise<NamespaceScan> {
  const crc = options.checkCrc === false ? null : await createCRC64();
  return new NamespaceScan(await createDocumentHasher(), crc, options);
}

/** Takes every part of one stream, in order; `finish` says what was in it. Throws OperationFailure. */
export class NamespaceScan {
  readonly #hasher: DocumentHasher;
  /** null: believed as it stands. */
  readonly #crc: IHasher | null;
  readonly #options: ScanOptions;
  /** By the name that blocks use. */
  readonly #running = new Map<string, RunningScan>();
  #current: RunningScan | undefined;
  /** Bytes still to come of a document that is cut. */
  #remaining = 0;

  constructor(hasher: DocumentHasher, crc: IHasher | null, options: ScanOptions) {
    this.#hasher = hasher;
    this.#crc = crc;
    this.#options = options;
  }

  take(part: ArchivePart): void {
    if (part.kind === 'prelude') for (const namespace of part.prelude.namespaces) this.#expect(namespace);
    else if (part.kind === 'block') this.#begin(part.header);
    else if (part.kind === 'documents') this.#count(part);
    else this.#pause();
  }

  /** In the order of the prelude. Throws when a namespace was not seen to its end. */
  finish(): ScannedNamespace[] {
    const open = [...this.#running].filter(([, { ended }]) => !ended).map(([name]) => name);
    if (open.length > 0) {
      throw this.#failure(`${open.length} namespaces were not seen to their end: ${open.slice(0, 5).join(', ')}`);
    }
    return Array.from(this.#running.values(), ({ namespace, documents, bytes, sum, crc64 }) => ({
      namespace,
      documents,
      bytes,
      fingerprint: sum.hex(),
      crc64: String(crc64),
    }));
  }

  #expect(namespace: PreludeNamespace): void {
    const { database, collection } = namespace;
    const counter = this.#options.progress?.namespace(`${database}.${collection}`);
    const sum = new FingerprintSum();
    const running: RunningScan = {
      namespace,
      counter,
      sum,
      documents: 0,
      bytes: 0,
      crc64: 0n,
      crcState: undefined,
      ended: false,
    };
    this.#running.set(`${database}.${blockCollection(namespace)}`, running);
  }

  #begin(header: BlockHeader): void {
    const name = `${header.database}.${header.collection}`;
    const scan = this.#running.get(name);
    if (scan === undefined) throw this.#failure(`${name} has documents but is not in the list of namespaces`);
    if (scan.ended) throw this.#failure(`${name} goes on after its end`);
    if (header.end) this.#end(scan, name, header.crc);
    else {
      this.#current = scan;
      if (scan.crcState === undefined) this.#crc?.init();
      else this.#crc?.load(scan.crcState);
    }
  }

  #end(scan: RunningScan, name: string, expected: bigint): void {
    if (this.#crc === null) scan.crc64 = expected;
    else if (scan.crcState !== undefined) {
      const digest = this.#crc.load(scan.crcState).digest('hex');
      scan.crc64 = BigInt.asIntN(64, BigInt(`0x${digest}`));
      scan.crcState = undefined;
    }
    if (scan.crc64 !== expected) throw this.#failure(`the documents of ${name} do not match their checksum`);
    scan.ended = true;
    if (scan.counter) scan.counter.done = true;
  }

  #count({ bytes, continues, documents }: DocumentsPart): void {
    const scan = this.#current;
    if (scan === undefined) throw this.#failure('documents stand outside of a block');
    scan.documents += documents;
    scan.bytes += bytes.length;
    scan.counter?.add(bytes.length, documents);
    this.#crc?.update(bytes);
    if (continues > 0) this.#continue(bytes.subarray(0, continues), scan.sum);
    let at = continues;
    while (at < bytes.length) {
      const length = bytes.readInt32LE(at);
      const end = at + length;
      if (end <= bytes.length) this.#hasher.add(bytes.subarray(at, end), scan.sum);
      else {
        this.#hasher.begin(bytes.subarray(at));
        this.#remaining = end - bytes.length;
      }
      at = end;
    }
  }

  #continue(piece: Buffer, sum: FingerprintSum): void {
    this.#hasher.update(piece);
    this.#remaining -= piece.length;
    if (this.#remaining === 0) this.#hasher.finish(sum);
  }

  #pause(): void {
    if (this.#current === undefined) return;
    this.#current.crcState = this.#crc?.save();
    this.#current = undefined;
  }

  #failure(what: string): OperationFailure {
    return new OperationFailure(this.#options.reason ?? 'archive-damaged', `The dump is damaged: ${what}.`);
  }
}

interface RunningScan {
  readonly namespace: PreludeNamespace;
  readonly counter: NamespaceCounter | undefined;
  readonly sum: FingerprintSum;
  documents: number;
  bytes: number;
  crc64: bigint;
  /** The checksum between two blocks; undefined before the first document. */
  crcState: Uint8Array | undefined;
  ended: boolean;
}
