// Archives in a folder. Nothing is visible under a key before it is whole and durable: bytes are written in `.partial`, synced,
// and then given their name. See archive-storage.ts for what this owes; archives and folders are for the service's user only.
import { mkdir, open, readdir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { OperationFailure } from '@holdfast/shared/failures';
import { validate as isUuid, v7 as uuid } from 'uuid';
import { isKey, requireKey } from './archive-key.ts';
import type { ArchiveStorage, Upload } from './archive-storage.ts';
import { classifyFileError } from './classify-file-error.ts';
import { type Marker, openMarker, partialFolder, readMarker } from './destination-marker.ts';
import { defaultReserve, diskSpace, type Reserve, ReserveGuard } from './disk-reserve.ts';
import { removeEmptyFolders, syncFolder } from './durable-files.ts';
import { FileReader } from './file-reader.ts';
import { classified, createFileUpload, partialPath } from './file-upload.ts';
import { publishFile } from './publish-file.ts';

export interface FileStorageOptions {
  /** Made when it is not there, unless `id` or `create` say otherwise. */
  readonly directory: string;
  /** Only the destination of this id will do; nothing is made then. */
  readonly id?: string | undefined;
  /** false: only what is a destination already. Default: a new or empty folder becomes one. */
  readonly create?: boolean | undefined;
  /** Marks it as one that several servers use; once marked it stays so. */
  readonly shared?: boolean | undefined;
  /** Bytes that stay free on a disk of this size; default: `defaultReserve`. */
  readonly reserve?: Reserve;
}

/**
 * Opens a folder as a destination; a new or empty one becomes it. Throws OperationFailure: `storage-unwritable` for a folder
 * that is something else, `storage-missing` for one that is no destination, or not the wanted one, where none is to be made.
 */
export async function openFileStorage(options: FileStorageOptions): Promise<ArchiveStorage> {
  const root = resolve(options.directory);
  const marker = await classified(`Opening ${root}`, async () => {
    if (options.id !== undefined || options.create === false) requireKnown(root, await readMarker(root), options.id);
    await mkdir(root, { recursive: true, mode: 0o700 });
    const found = await openMarker(root, { shared: options.shared ?? false });
    await mkdir(join(root, partialFolder), { recursive: true, mode: 0o700 });
    return found;
  });
  return new FileStorage(root, marker, options.reserve ?? defaultReserve);
}

function requireKnown(root: string, found: Marker | undefined, id: string | undefined): void {
  if (found !== undefined && (id === undefined || found.id === id)) return;
  const what = found === undefined ? 'is no destination of Holdfast' : `is the destination ${found.id}, not ${id}`;
  throw new OperationFailure('storage-missing', `${root} ${what}. Is its disk mounted?`);
}

class FileStorage implements ArchiveStorage {
  readonly url: string;
  readonly id: string;
  readonly isShared: boolean;
  readonly #root: string;
  readonly #reserve: Reserve;

  constructor(root: string, marker: Marker, reserve: Reserve) {
    this.#root = root;
    this.id = marker.id;
    this.isShared = marker.shared;
    this.#reserve = reserve;
    this.url = `file:${root}`;
  }

  async createUpload(key: string, token: string): Promise<Upload> {
    requireKey(key);
    requireToken(token);
    return await classified(`Writing to ${this.#root}`, async () => {
      await this.#requireMarker();
      if ((await this.stat(key)) !== undefined)
        throw new OperationFailure('storage-unwritable', `${key} exists already.`);
      const guard = new ReserveGuard(this.#root, this.#reserve);
      return await createFileUpload({
        root: this.#root,
        key,
        token,
        guard,
        requirePlace: () => this.#requireMarker(),
      });
    });
  }

  async finishUpload({ key, token }: { readonly key: string; readonly token: string }): Promise<boolean> {
    const path = this.#path(key);
    const partial = this.#partial(token);
    return await classified(`Writing to ${this.#root}`, async () => {
      await this.#requireMarker();
      return await publishFile(this.#root, partial, path);
    });
  }

  async discardUpload(token: string): Promise<void> {
    await this.#unlink(this.#partial(token));
  }

  async removePartials(owned: () => Promise<ReadonlySet<string>>): Promise<string[]> {
    await this.#requireMarker();
    const found = await this.#names(join(this.#root, partialFolder));
    const kept = await owned();
    const removed = found.filter((name) => isUuid(name) && !kept.has(name));
    for (const token of removed) await this.discardUpload(token);
    for (const name of found.filter((name) => !isUuid(name))) await this.#removeStray(name);
    return removed;
  }

  /** A probe or a marker that a server left half-way. A young one is in use: it lives for moments only. */
  async #removeStray(name: string): Promise<void> {
    const path = join(this.#root, partialFolder, name);
    const madeAt = await classified(`Reading ${path}`, () => modifiedAt(path));
    if (madeAt !== undefined && Date.now() - madeAt > strayAfterMs) await this.#unlink(path);
  }

  async stat(key: string): Promise<{ readonly sizeBytes: number } | undefined> {
    const found = await this.#stat(this.#path(key));
    if (found === undefined) await this.#requireMarker();
    return found;
  }

  async read(key: string, range: { readonly start: number; readonly end?: number } = { start: 0 }): Promise<Readable> {
    const path = this.#path(key);
    if ((await this.#stat(path)) === undefined) {
      throw new OperationFailure('storage-missing', `${key} is not at ${this.url}.`);
    }
    return new FileReader(path, { start: range.start, end: range.end ?? Number.POSITIVE_INFINITY });
  }

  async remove(key: string): Promise<void> {
    const path = this.#path(key);
    await this.#requireMarker();
    await this.#unlink(path);
    await classified(`Removing ${path}`, () => removeEmptyFolders(this.#root, dirname(path)));
  }

  async *list(): AsyncGenerator<{ readonly key: string; readonly sizeBytes: number }> {
    await this.#requireMarker();
    yield* this.#listBelow('');
  }

  async space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    return await classified(`Looking at ${this.#root}`, () => diskSpace(this.#root));
  }

  async probe(): Promise<void> {
    await this.#requireMarker();
    const path = join(this.#root, partialFolder, `probe-${uuid()}`);
    await classified(`Writing to ${this.#root}`, async () => {
      try {
        await writeDurably(path, path);
        if ((await readFile(path, 'utf8')) === path) return;
        throw new OperationFailure('storage-unwritable', `${this.#root} gives back something else than was written.`);
      } finally {
        await rm(path, { force: true });
      }
    });
  }

  async *#listBelow(prefix: string): AsyncGenerator<{ readonly key: string; readonly sizeBytes: number }> {
    for (const name of await this.#names(join(this.#root, prefix))) {
      if (name.startsWith('.') || (prefix === '' && name === 'lost+found')) continue;
      const key = `${prefix}${name}`;
      const found = await this.#stat(join(this.#root, key));
      if (found !== undefined && name.endsWith('.zip') && isKey(key)) yield { key, ...found };
      else if (found === undefined) yield* this.#listBelow(`${key}/`);
    }
  }

  /** In order. None for a folder that is gone, and for what is no folder. */
  async #names(folder: string): Promise<string[]> {
    try {
      return (await readdir(folder)).sort();
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
      throw classifyFileError(error, `Reading ${folder}`);
    }
  }

  async #stat(path: string): Promise<{ readonly sizeBytes: number } | undefined> {
    try {
      const found = await stat(path);
      return found.isFile() ? { sizeBytes: found.size } : undefined;
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw classifyFileError(error, `Reading ${path}`);
    }
  }

  async #unlink(path: string): Promise<void> {
    await classified(`Removing ${path}`, async () => {
      try {
        await unlink(path);
        await syncFolder(dirname(path));
      } catch (error) {
        if (!isCode(error, 'ENOENT', 'ENOTDIR')) throw error;
      }
    });
  }

  /** What is not there is missing only where the destination itself is. */
  async #requireMarker(): Promise<void> {
    const found = await classified(`Reading ${this.#root}`, () => readMarker(this.#root));
    if (found?.id === this.id) return;
    const how = found === undefined ? 'Its marker is gone: is the disk mounted?' : 'Another destination is there now.';
    throw new OperationFailure('storage-missing', `${this.#root} is not the destination that was opened. ${how}`);
  }

  #path(key: string): string {
    return join(this.#root, requireKey(key));
  }

  #partial(token: string): string {
    return partialPath(this.#root, requireToken(token));
  }
}

const strayAfterMs = 3_600_000;

function requireToken(token: string): string {
  if (!isUuid(token)) throw new RangeError(`${JSON.stringify(token)} is not a token of an upload`);
  return token;
}

async function modifiedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}
