// What is downloaded or exported lands beside its place first, and gets its name once it is whole.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** The unfinished file beside `path`. */
export function partialOf(path: string): string {
  return `${path}.part`;
}

/** Size of a file; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(noneIfMissing))?.size ?? 0;
}

/** Throws a CliError `FILE_EXISTS`: nothing that is there is ever overwritten. */
export async function requireFree(path: string): Promise<void> {
  const found = await stat(path).catch(noneIfMissing);
  if (found === undefined) return;
  throw new CliError(exitCodes.refused, {
    code: 'FILE_EXISTS',
    message: `${path} exists already.`,
    hint: 'Nothing was changed. Choose another name with --output, or remove it first.',
  });
}

/** What may not be looked at is not free. */
function noneIfMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}

export interface SaveOptions {
  /** Bytes that the unfinished file holds already and that stay. */
  readonly keep?: number;
  readonly onBytes?: (total: number) => void;
}

/** Appends the pieces to the unfinished file, durably. Gives the SHA-256 of all that it holds then, hex. */
export async function savePieces(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  { keep = 0, onBytes }: SaveOptions = {},
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const partial = partialOf(path);
  const hash = createHash('sha256');
  if (keep > 0) await hashFile(partial, keep, hash);
  const handle = await open(partial, keep > 0 ? 'r+' : 'w', 0o600);
  try {
    await handle.truncate(keep);
    const bytes = await appendAll(handle, pieces, { hash, at: keep, onBytes });
    await handle.sync();
    return { sha256: hash.digest('hex'), bytes };
  } finally {
    await handle.close();
  }
}

/** Gives the unfinished file its name. */
export async function finishFile(path: string): Promise<void> {
  await requireFree(path);
  await rename(partialOf(path), path);
}

export async function discardPartial(path: string): Promise<void> {
  await rm(partialOf(path), { force: true });
}

interface Appending {
  readonly hash: Hash;
  readonly at: number;
  readonly onBytes: ((total: number) => void) | undefined;
}

async function appendAll(
  handle: FileHandle,
  pieces: AsyncIterable<Uint8Array>,
  { hash, at, onBytes }: Appending,
): Promise<number> {
  let end = at;
  for await (const piece of pieces) {
    for (let written = 0; written < piece.length; ) {
      const { bytesWritten } = await handle.write(piece, written, piece.length - written, end);
      written += bytesWritten;
      end += bytesWritten;
    }
    hash.update(piece);
    onBytes?.(end);
  }
  return end;
}

async function hashFile(path: string, bytes: number, hash: Hash): Promise<void> {
  for await (const piece of createReadStream(path, { end: bytes - 1, highWaterMark: 1024 * 1024 })) hash.update(piece);
}
