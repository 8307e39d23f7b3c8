// A directory that mongodump wrote -> what is in it, as files. Looks at names and metadata only; the documents are opened one
// file at a time by who reads them.
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip as gunzipBuffer } from 'node:zlib';
import { requireMetadata, versionOf } from './archive-head.ts';
import type { DumpVersions, NamespaceFiles } from './build-archive.ts';
import { collectionOfBase, dumpFileBase } from './dump-file-name.ts';
import { gunzip } from './gunzip.ts';
import { unreadable } from './import-failure.ts';
import { PeekedSource } from './peeked-source.ts';
import { wholeDocuments } from './whole-documents.ts';

export interface DumpDirectory {
  readonly versions: DumpVersions;
  readonly namespaces: readonly NamespaceFiles[];
  /** Of the files with documents, as they lie there. */
  readonly sizeBytes: number;
  /** When the last of them was written, in milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Paths of what is no part of a dump, relative to the directory. */
  readonly ignored: readonly string[];
}

/** Told of bytes as they are read from a file with documents. */
export type OnRead = (bytes: number) => void;

/** Throws `import-unreadable` for what is no dump, or lacks something that it lists. */
export async function readDumpDirectory(path: string, onRead: OnRead = () => {}): Promise<DumpDirectory> {
  const root = resolve(path);
  const { files, folders } = await listFolder(root);
  const isDatabase = files.some((name) => isDumpFile(name) && !ofRoot.test(name));
  if (isDatabase && folders.length > 0)
    throw unreadable(`${path} holds collections and folders: name the folder of the dump, or that of one database.`);
  const found = new Found(root, onRead);
  if (isDatabase) await found.database(basename(root), root);
  else for (const folder of folders) await found.database(folder, join(root, folder));
  if (!isDatabase) await found.loose(files);
  if (found.namespaces.length === 0) throw unreadable(`There is no dump in ${path}: no folder in it has a .bson file.`);
  const versions = (await readVersions(root)) ?? (await readVersions(dirname(root))) ?? found.versions;
  const { namespaces, sizeBytes, writtenAt, ignored } = found;
  return {
    versions: versions ?? { toolVersion: null, serverVersion: null },
    namespaces,
    sizeBytes,
    writtenAt,
    ignored,
  };
}

/** The documents of one file, decompressed where it is gzip, each of them looked at. */
export async function* documentsOf(path: string, onRead: OnRead): AsyncGenerator<Buffer> {
  const peeked = new PeekedSource(readCounted(path, onRead));
  const isGzip = (await peeked.peek(2)).equals(Buffer.from([0x1f, 0x8b]));
  yield* wholeDocuments(isGzip ? gunzip(peeked.read(), path) : peeked.read(), path);
}

/** The text of a `.metadata.json`, decompressed where it is gzip. Throws `import-unreadable` for one that is none. */
export async function readMetadata(path: string): Promise<string> {
  try {
    const text = (await readSmall(path)).toString('utf8');
    requireMetadata(text);
    return text;
  } catch (error) {
    if (isOfFileSystem(error)) throw error;
    throw unreadable(`${path} is damaged: ${error instanceof Error ? error.message : String(error)}.`, error);
  }
}

/** The versions in the `prelude.json` of newer tools; null where there is none. */
export async function readVersions(folder: string): Promise<DumpVersions | null> {
  for (const name of ['prelude.json', 'prelude.json.gz']) {
    const bytes = await readSmall(join(folder, name)).catch(nullUnlessUnreadable);
    if (bytes === null) continue;
    try {
      const { ServerVersion, ToolVersion } = JSON.parse(bytes.toString('utf8'));
      return { serverVersion: versionOf(ServerVersion), toolVersion: versionOf(ToolVersion) };
    } catch {
      return null;
    }
  }
  return null;
}

/** What is missing or damaged only leaves the versions unknown. */
function nullUnlessUnreadable(error: unknown): null {
  if (isOfFileSystem(error) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return null;
}

const dataEnding = /\.bson(?:\.gz)?$/;
const metadataEnding = /\.metadata\.json(?:\.gz)?$/;
/** Files that stand beside the folders of the databases, or belong to no collection. */
const ofRoot = /^(?:oplog\.bson|prelude\.json)(?:\.gz)?$/;

function isDumpFile(name: string): boolean {
  return dataEnding.test(name) || metadataEnding.test(name);
}

/** What was found so far. */
class Found {
  readonly namespaces: NamespaceFiles[] = [];
  readonly ignored: string[] = [];
  sizeBytes = 0;
  writtenAt = 0;
  versions: DumpVersions | null = null;
  readonly #root: string;
  readonly #onRead: OnRead;

  constructor(root: string, onRead: OnRead) {
    this.#root = root;
    this.#onRead = onRead;
  }

  /** Of the files beside the databases only the oplog is part of the dump. */
  async loose(files: readonly string[]): Promise<void> {
    for (const name of files) {
      if (/^oplog\.bson/.test(name) && dataEnding.test(name))
        await this.#add(
          { database: '', collection: 'oplog', type: 'collection', metadata: '' },
          join(this.#root, name),
        );
      else if (!ofRoot.test(name)) this.ignored.push(name);
    }
  }

  /** A folder with nothing of a dump in it is none of its databases. */
  async database(database: string, folder: string): Promise<void> {
    const { files } = await listFolder(folder);
    const pathOf = (name: string) => join(folder, name);
    const data = byBase(files, dataEnding, pathOf);
    const metadata = byBase(files, metadataEnding, pathOf);
    for (const name of files)
      if (!isDumpFile(name) && !ofRoot.test(name)) this.ignored.push(join(basename(folder), name));
    this.versions ??= await readVersions(folder);
    for (const [base, path] of metadata) await this.#described(database, base, path, data);
    for (const [base, path] of data) {
      const collection = requireCollection(base, path);
      if (collection.startsWith(bucketsPrefix))
        throw unreadable(`${path} belongs to a time-series whose .metadata.json is missing.`);
      await this.#add({ database, collection, type: 'collection', metadata: '' }, path);
    }
  }

  /** One that has metadata; its documents are taken out of `data`. */
  async #described(database: string, base: string, path: string, data: Map<string, string>): Promise<void> {
    const metadata = await readMetadata(path);
    const { collectionName, type, options } = JSON.parse(metadata);
    const collection =
      typeof collectionName === 'string' && collectionName !== '' ? collectionName : requireCollection(base, path);
    const buckets = dumpFileBase(`${bucketsPrefix}${collection}`);
    const where = type === 'timeseries' && data.has(buckets) ? buckets : base;
    const documents = data.get(where);
    data.delete(where);
    const isView = documents === undefined && (type === 'view' || typeof options?.viewOn === 'string');
    if (documents === undefined && !isView)
      throw unreadable(`${path} has no .bson file beside it: the dump is not whole.`);
    const kind = isView ? 'view' : type === 'timeseries' ? 'timeseries' : 'collection';
    await this.#add({ database, collection, type: kind, metadata }, documents ?? null);
  }

  async #add(namespace: Omit<NamespaceFiles, 'documents'>, path: string | null): Promise<void> {
    const documents = path === null ? null : () => documentsOf(path, this.#onRead);
    this.namespaces.push({ ...namespace, documents });
    if (path === null) return;
    const { size, mtimeMs } = await stat(path);
    this.sizeBytes += size;
    this.writtenAt = Math.max(this.writtenAt, mtimeMs);
  }
}

const bucketsPrefix = 'system.buckets.';

function requireCollection(base: string, path: string): string {
  const collection = collectionOfBase(base);
  if (collection !== undefined) return collection;
  throw unreadable(
    `The name of ${path} does not say which collection it is of, and its .metadata.json does not either.`,
  );
}

function byBase(files: readonly string[], ending: RegExp, pathOf: (name: string) => string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of files.filter((file) => ending.test(file) && !ofRoot.test(file)).sort()) {
    const base = name.replace(ending, '');
    if (found.has(base)) throw unreadable(`${pathOf(name)} is there twice, compressed and not.`);
    found.set(base, pathOf(name));
  }
  return found;
}

/** Names in order; what a link leads to counts. */
async function listFolder(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const is = entry.isSymbolicLink() ? await stat(join(folder, entry.name)) : entry;
    if (is.isDirectory()) folders.push(entry.name);
    else if (is.isFile()) files.push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort() };
}

async function* readCounted(path: string, onRead: OnRead): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    onRead(chunk.length);
    yield chunk;
  }
}

const maxSmallBytes = 64 * 1024 * 1024;

async function readSmall(path: string): Promise<Buffer> {
  if ((await stat(path)).size > maxSmallBytes) throw new Error('it is too large');
  const bytes = await readFile(path);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? await promisify(gunzipBuffer)(bytes, { maxOutputLength: maxSmallBytes }) : bytes;
}

function isOfFileSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
