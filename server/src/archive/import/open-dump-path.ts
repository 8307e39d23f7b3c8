// What somebody names on the command line -> what is sent to the server. An archive goes as it is; a directory, or the
// documents of one collection with their metadata, become an archive on the way.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { NamespaceName } from '../rewrite-archive.ts';
import { buildArchive } from './build-archive.ts';
import { detectContent, tellingBytes } from './detect-content.ts';
import { documentsOf, type OnRead, readDumpDirectory, readMetadata, readVersions } from './dump-directory.ts';
import { collectionOfBase } from './dump-file-name.ts';
import { gunzip } from './gunzip.ts';
import { unreadable } from './import-failure.ts';
import { PeekedSource } from './peeked-source.ts';

export interface DumpPathOptions {
  /** Asked, with one that the path suggests, when it is the documents of one collection; may throw. */
  readonly namespace: (suggestion: NamespaceName) => NamespaceName;
  /** Told of bytes as they are read. */
  readonly onRead: OnRead;
}

export interface DumpToSend {
  /** What it was made of; null for an archive, which says so itself. */
  readonly kind: 'directory' | 'bson' | null;
  readonly fileName: string;
  /** When it was written, ISO 8601 in UTC. */
  readonly takenAt: string;
  /** What is read from the disk, where that is known before. */
  readonly totalBytes: number | null;
  /** What is sent, where that is known before. */
  readonly sizeBytes: number | null;
  readonly stream: () => AsyncIterable<Buffer>;
  /** Paths that are no part of the dump. */
  readonly ignored: readonly string[];
}

/** Throws `import-unreadable`, what `namespace` throws, and errors of the file system as they are. */
export async function openDumpPath(path: string, options: DumpPathOptions): Promise<DumpToSend> {
  const found = await stat(path);
  if (found.isDirectory()) return await openDirectory(path, options);
  const file = { fileName: basename(resolve(path)), totalBytes: found.size, ignored: [] };
  const takenAt = new Date(found.mtimeMs).toISOString();
  if ((await contentOf(path)) === 'bson') return { ...file, takenAt, ...(await openBson(path, options)) };
  const stream = () => counted(createReadStream(path, { highWaterMark: 1024 * 1024 }), options.onRead);
  return { ...file, takenAt, kind: null, sizeBytes: found.size, stream };
}

async function openDirectory(path: string, { onRead }: DumpPathOptions): Promise<DumpToSend> {
  const { versions, namespaces, sizeBytes: totalBytes, writtenAt, ignored } = await readDumpDirectory(path, onRead);
  return {
    kind: 'directory',
    fileName: basename(resolve(path)),
    takenAt: new Date(writtenAt || Date.now()).toISOString(),
    totalBytes,
    sizeBytes: null,
    stream: () => buildArchive(versions, namespaces),
    ignored,
  };
}

async function openBson(path: string, { namespace, onRead }: DumpPathOptions) {
  const base = basename(path).replace(/\.bson(?:\.gz)?$/, '');
  const folder = dirname(resolve(path));
  const { database, collection } = namespace(suggestedNamespace(base, basename(folder)));
  const metadata = (await metadataBeside(path)) ?? '';
  const isTimeseries = metadata !== '' && JSON.parse(metadata).type === 'timeseries';
  const versions = (await readVersions(folder)) ?? (await readVersions(dirname(folder)));
  const files = {
    database,
    collection,
    type: isTimeseries ? 'timeseries' : 'collection',
    metadata,
    documents: () => documentsOf(path, onRead),
  } as const;
  const stream = () => buildArchive(versions ?? { toolVersion: null, serverVersion: null }, [files]);
  return { kind: 'bson', sizeBytes: null, stream } as const;
}

/** The metadata beside it; a time-series has them under its own name. Null when there are none. */
async function metadataBeside(path: string): Promise<string | null> {
  const own = path.replace(/\.bson(?:\.gz)?$/, '.metadata.json');
  const candidates = [own, own.replace(bucketsPrefix, '')].flatMap((name) => [name, `${name}.gz`]);
  for (const candidate of new Set(candidates)) {
    const isThere = candidate !== path && (await stat(candidate).catch(() => null))?.isFile();
    if (isThere) return await readMetadata(candidate);
  }
  return null;
}

const bucketsPrefix = 'system.buckets.';

function suggestedNamespace(base: string, folder: string): NamespaceName {
  const collection = collectionOfBase(base) ?? base;
  return { database: folder, collection: collection.replace(bucketsPrefix, '') };
}

/** What a file is, inside of gzip too. */
async function contentOf(path: string): Promise<'archive' | 'bson'> {
  const outer = new PeekedSource(createReadStream(path));
  const content = detectContent(await outer.peek(tellingBytes), path);
  if (content !== 'gzip') {
    await outer.close();
    return content;
  }
  const inner = new PeekedSource(gunzip(outer.read(), path));
  try {
    const packed = detectContent(await inner.peek(tellingBytes), `What is compressed in ${path}`);
    if (packed !== 'gzip') return packed;
    throw unreadable(`${path} is compressed twice.`);
  } finally {
    await inner.close();
  }
}

async function* counted(source: AsyncIterable<Buffer>, onRead: OnRead): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    onRead(chunk.length);
    yield chunk;
  }
}
