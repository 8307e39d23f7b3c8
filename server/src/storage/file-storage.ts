// A folder that keeps archives. A marker file holds the destination's id: without it (a disk that is not mounted, another
// server's folder) nothing is written or removed.
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { OperationFailure } from '@holdfast/shared/failures';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import type { ArchiveStorage, Upload } from './archive-storage.ts';
import { asFailure } from './file-failure.ts';
import { moveIntoPlace, startFileUpload } from './file-upload.ts';

export interface FileStorageOptions {
  readonly directory: string;
  /** Bytes that stay free on a disk of this size; writers stop there. */
  readonly reserve?: (totalBytes: number) => number;
}

const markerName = '.holdfast-destination.json';
const partialFolder = '.partial';
const marker = z.object({ format: z.literal('holdfast-destination'), id: z.uuid() });
const gib = 1024 ** 3;

/**
 * The larger of 1 GiB and 5 %. On a disk smaller than 20 GiB that would be out of proportion: there it is 5 %, but at least
 * 32 MiB.
 */
export function defaultReserve(totalBytes: number): number {
  const share = totalBytes * 0.05;
  return totalBytes >= 20 * gib ? Math.max(gib, share) : Math.max(32 * 1024 ** 2, share);
}

/** Opens the folder, making it and its marker when it is new. Throws `storage-unwritable`, `storage-missing`, `disk-full`. */
export async function openFileStorage({
  directory,
  reserve = defaultReserve,
}: FileStorageOptions): Promise<ArchiveStorage> {
  const id = await asFailure(directory, () => openMarker(directory));
  const pathOf = (key: string) => join(directory, ...checkedKey(key).split('/'));
  const partialOf = (token: string) => join(directory, partialFolder, checkedToken(token));
  const requireMarker = async () => {
    const found = await asFailure(directory, () => readMarker(directory));
    if (found !== id)
      throw new OperationFailure('storage-missing', `${directory} is not the destination it was. Is the disk mounted?`);
  };
  const checkSpace = async () => {
    const { freeBytes, totalBytes } = await spaceOf(directory);
    if (freeBytes >= reserve(totalBytes)) return;
    throw new OperationFailure(
      'disk-full',
      `${mib(freeBytes)} free at ${directory}; ${mib(reserve(totalBytes))} are kept in reserve.`,
    );
  };
  return {
    url: `file:${directory}`,
    id,
    async createUpload(key): Promise<Upload> {
      const path = pathOf(key);
      await requireMarker();
      if (await sizeOf(path)) throw new OperationFailure('storage-unwritable', `${key} exists already.`);
      const token = `${uuid()}.part`;
      await asFailure(directory, () => mkdir(join(directory, partialFolder), { recursive: true, mode: 0o700 }));
      return startFileUpload({ directory, path, temporaryPath: partialOf(token), token, checkSpace });
    },
    async finishUpload({ key, token }) {
      await requireMarker();
      const path = pathOf(key);
      if (await sizeOf(path)) return true;
      if (!(await sizeOf(partialOf(token)))) return false;
      await moveIntoPlace(directory, partialOf(token), path);
      return true;
    },
    async discardUpload(token) {
      await requireMarker();
      await asFailure(directory, () => rm(partialOf(token), { force: true }));
    },
    async removePartials(keep) {
      await requireMarker();
      const folder = join(directory, partialFolder);
      const found = (await readdir(folder).catch(() => [])).filter((token) => !keep.has(token));
      for (const token of found) await rm(join(folder, token), { force: true, recursive: true });
      return found;
    },
    stat: (key) => sizeOf(pathOf(key)),
    read: (key, range) => readRange(pathOf(key), key, range),
    async remove(key) {
      await requireMarker();
      const path = pathOf(key);
      await asFailure(directory, () => rm(path, { force: true }));
      await removeEmptyFolders(directory, dirname(path));
    },
    list: () => listArchives(directory),
    space: () => asFailure(directory, () => spaceOf(directory)),
    probe: () => asFailure(directory, () => probeFolder(directory, requireMarker)),
  };
}

async function openMarker(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const known = await readMarker(directory);
  if (known !== undefined) return known;
  const id = uuid();
  const temporary = join(directory, `${markerName}.${id}`);
  await writeFile(temporary, `${JSON.stringify({ format: 'holdfast-destination', id })}\n`, {
    mode: 0o600,
    flush: true,
  });
  await rename(temporary, join(directory, markerName));
  return id;
}

async function readMarker(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, markerName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const parsed = marker.safeParse(safeJson(text));
  if (!parsed.success)
    throw new OperationFailure(
      'storage-unwritable',
      `${join(directory, markerName)} is damaged; restore it or remove it.`,
    );
  return parsed.data.id;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checkedKey(key: string): string {
  const parts = key.split('/');
  const valid = key !== '' && parts.every((part) => part !== '' && !part.startsWith('.') && !/[\\\0]/.test(part));
  if (!valid) throw new TypeError(`not a key: ${JSON.stringify(key)}`);
  return key;
}

function checkedToken(token: string): string {
  if (!/^[0-9a-f-]{36}\.part$/.test(token)) throw new TypeError(`not a token: ${JSON.stringify(token)}`);
  return token;
}

async function sizeOf(path: string): Promise<{ sizeBytes: number } | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? { sizeBytes: found.size } : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function readRange(
  path: string,
  key: string,
  range?: { readonly start: number; readonly end?: number },
): Promise<Readable> {
  if ((await sizeOf(path)) === undefined)
    throw new OperationFailure('storage-missing', `${key} is not at its destination any more.`);
  const { start = 0, end } = range ?? {};
  if (end !== undefined && end <= start) return createReadStream('/dev/null');
  return createReadStream(path, { start, ...(end === undefined ? {} : { end: end - 1 }), highWaterMark: 1024 * 1024 });
}

async function removeEmptyFolders(directory: string, folder: string): Promise<void> {
  for (
    let current = folder;
    relative(directory, current) !== '' && !relative(directory, current).startsWith('..');
    current = dirname(current)
  ) {
    try {
      await rmdir(current);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return;
      if (code !== 'ENOENT') throw error;
    }
  }
}

async function* listArchives(directory: string): AsyncGenerator<{ key: string; sizeBytes: number }> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const key = relative(directory, path).split(sep).join('/');
    if (!entry.isFile() || key.split('/').some((part) => part.startsWith('.')) || !basename(key).endsWith('.zip'))
      continue;
    const found = await sizeOf(path);
    if (found) yield { key, ...found };
  }
}

async function spaceOf(directory: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

async function probeFolder(directory: string, requireMarker: () => Promise<void>): Promise<void> {
  await requireMarker();
  const path = join(directory, `.probe-${uuid()}`);
  const text = 'holdfast';
  await writeFile(path, text, { mode: 0o600, flush: true });
  try {
    await using handle = await open(path, 'r');
    const { buffer } = await handle.read(Buffer.alloc(text.length), 0, text.length, 0);
    if (buffer.toString() !== text)
      throw new OperationFailure('storage-unwritable', `${directory} gives back other bytes than were written.`);
  } finally {
    await rm(path, { force: true });
  }
}

function mib(bytes: number): string {
  return bytes >= gib ? `${(bytes / gib).toFixed(1)} GiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
}
