// What an entry of an archive holds, read from any place in it: stored as it is, or as a file of age.
import { OperationFailure } from '@holdfast/shared/failures';
import { AgeFailure } from './age/age-failure.ts';
import type { AgeIdentity } from './age/age-keys.ts';
import { type OpenSealed, openSealed, withIdentities } from './age/decrypt.ts';
import type { ArchiveSource } from './open-archive.ts';
import { readRange } from './read-bytes.ts';
import type { ZipEntry } from './zip-directory.ts';

export interface EntryContent {
  readonly sizeBytes: number;
  /** From `start` to `end` (exclusive) of what it holds. Throws OperationFailure('archive-damaged'). */
  read(range: { readonly start: number; readonly end: number }): AsyncIterable<Buffer>;
  /** All that it holds, from the bytes of the entry: for who reads the file anyway. Throws OperationFailure('archive-damaged'). */
  decode(stored: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
}

/** Of an entry that is stored as it is. */
export function plainContent(source: ArchiveSource, { name, start, end }: ZipEntry): EntryContent {
  return {
    sizeBytes: end - start,
    read: (range) => readRange(source, { start: start + range.start, end: start + range.end }, name),
    decode: (stored) => stored,
  };
}

/**
 * Of an entry that is a file of age; reads its header. Throws OperationFailure('key-missing') when none of the identities opens
 * it, OperationFailure('archive-damaged'), and whatever `source.read` throws.
 */
export async function decryptedContent(
  source: ArchiveSource,
  entry: ZipEntry,
  identities: readonly AgeIdentity[],
): Promise<EntryContent> {
  const { name } = entry;
  const file = await openEntry(source, entry, identities);
  return {
    sizeBytes: file.sizeBytes,
    read: (range) => inWordsOf(name, file.read(range)),
    decode: (stored) => inWordsOf(name, file.decrypt(stored)),
  };
}

async function openEntry(
  source: ArchiveSource,
  entry: ZipEntry,
  identities: readonly AgeIdentity[],
): Promise<OpenSealed> {
  try {
    return await openSealed(plainContent(source, entry), withIdentities(identities));
  } catch (error) {
    throw archiveFailure(entry.name, error);
  }
}

async function* inWordsOf(name: string, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* content;
  } catch (error) {
    throw archiveFailure(name, error);
  }
}

function archiveFailure(name: string, error: unknown): unknown {
  if (!(error instanceof AgeFailure)) return error;
  if (error.kind === 'damaged') {
    const message = `The archive is damaged: ${name} cannot be decrypted: ${error.message}.`;
    return new OperationFailure('archive-damaged', message, { cause: error });
  }
  const message = 'The archive is encrypted, and no key at hand opens it.';
  return new OperationFailure('key-missing', message, { cause: error });
}
