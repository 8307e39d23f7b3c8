import { Readable, Writable } from 'node:stream';
import type { ArchiveSource } from '../archive/open-archive.ts';
import {
  type ManifestBase,
  type WriteArchiveOptions,
  type WrittenArchive,
  writeArchive,
} from '../archive/write-archive.ts';

/** A manifest's part that the caller of `writeArchive` knows. */
export const manifestBase: ManifestBase = {
  backupId: '0193592e-7f6c-7000-8000-000000000001',
  deployment: { id: '0193592e-7f6c-7000-8000-000000000002', name: 'shop', hosts: ['127.0.0.1:27017'] },
  database: null,
  startedAt: '2026-11-24T02:00:00.000Z',
  tool: { name: 'mongodump', version: '100.9.5' },
  server: { version: '6.0.5', featureCompatibilityVersion: '6.0', replicaSet: 'rs0' },
  ledger: { position: 7, hash: 'a'.repeat(64) },
};

/** Writes an archive into memory. */
export async function writeToMemory(
  dump: AsyncIterable<Buffer>,
  options: Partial<WriteArchiveOptions> = {},
): Promise<WrittenArchive & { readonly file: Buffer }> {
  const output = new MemoryOutput();
  const written = await writeArchive({
    source: dump,
    sourceEnded: Promise.resolve(),
    output,
    exclude: () => false,
    manifest: manifestBase,
    ...options,
  });
  return { ...written, file: output.bytes() };
}

/** Keeps what is written to it. */
export class MemoryOutput extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** Reads an archive from memory, in pieces of `pieceBytes`; `reads` lists what was asked for. */
export function memorySource(
  file: Buffer,
  { pieceBytes = 65_536 }: { pieceBytes?: number } = {},
): ArchiveSource & { readonly reads: { start: number; end: number }[] } {
  const reads: { start: number; end: number }[] = [];
  return {
    sizeBytes: file.length,
    reads,
    read({ start, end }) {
      reads.push({ start, end });
      const wanted = file.subarray(start, end);
      const pieces = Array.from({ length: Math.ceil(wanted.length / pieceBytes) }, (_, n) =>
        wanted.subarray(n * pieceBytes, (n + 1) * pieceBytes),
      );
      return Readable.from(pieces);
    },
  };
}
