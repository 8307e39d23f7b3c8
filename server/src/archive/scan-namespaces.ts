// Counts, fingerprints and checksums of every namespace: what the manifest says of a dump when it is written, and what a reader
// compares with the manifest. Fed with the parts of a stream, or frame by frame; sees only what is kept, and changes nothing.
import { OperationFailure } from '@holdfast/shared/failures';
import { createCRC64, type IHasher } from 'hash-wasm';
import { blockCollection, type PreludeNamespace } from './archive-prelude.ts';
import type { ArchiveProgress, NamespaceCounter } from './archive-progress.ts';
import type { BlockHeader } from './block-header.ts';
import { FingerprintSum } from './fingerprint.ts';
import type { FrameContent } from './frame-content.ts';
import type { ArchivePart } from './parse-archive.ts';

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
  return new NamespaceScan(crc, options);
}

/**
 * Takes every part of one stream, in order, and the fingerprint of every frame, in any; `finish` says what was in it. Throws
 * OperationFailure.
 */
export class NamespaceScan {
  /** null: believed as it stands. */
  readonly #crc: IHasher | null;
  readonly #options: ScanOptions;
  /** By the name that blocks use. */
  readonly #running = new Map<string, RunningScan>();
  /** In the order of the prelude. */
  readonly #expected: RunningScan[] = [];
  #current: RunningScan | undefined;

  constructor(crc: IHasher | null, options: ScanOptions) {
    this.#crc = crc;
    this.#options = options;
  }

  take(part: ArchivePart): void {
    if (part.kind === 'prelude') for (const namespace of part.prelude.namespaces) this.#expect(namespace);
    else if (part.kind === 'block') this.#begin(part.header);
    else if (part.kind === 'documents') {
      this.#count(part.bytes.length, part.documents);
      this.#crc?.update(part.bytes);
    } else this.#pause();
  }

  /** Takes a whole frame instead of its parts. Knows nothing then of what checksums say. */
  takeFrame(namespace: number, { blocks, fingerprint }: FrameContent): void {
    for (const block of blocks) {
      this.#begin(block);
      if (block.documents > 0) this.#count(block.bytes, block.documents);
      this.#pause();
    }
    this.addFingerprint(namespace, fingerprint);
  }

  /** Of one frame of the namespace with this place in the prelude, from 1; 0 is the prelude itself. */
  addFingerprint(namespace: number, words: Float64Array): void {
    this.#expected[namespace - 1]?.sum.addWords(words);
  }

  /** In the order of the prelude. Throws when a namespace was not seen to its end. */
  finish(): ScannedNamespace[] {
    const open = [...this.#running].filter(([, { ended }]) => !ended).map(([name]) => name);
    if (open.length > 0) {
      throw this.#failure(`${open.length} namespaces were not seen to their end: ${open.slice(0, 5).join(', ')}`);
    }
    return this.#expected.map(({ namespace, documents, bytes, sum, crc64 }) => ({
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
    this.#expected.push(running);
  }

  #begin(header: Omit<BlockHeader, 'raw'>): void {
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

  #count(bytes: number, documents: number): void {
    const scan = this.#current;
    if (scan === undefined) throw this.#failure('documents stand outside of a block');
    scan.documents += documents;
    scan.bytes += bytes;
    scan.counter?.add(bytes, documents);
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
