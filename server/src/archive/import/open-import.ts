// A stream that somebody brings along -> a mongodump archive, whatever it was: an archive, one that is gzip as a whole, or the
// documents of one collection. What it is is told by its bytes. Nothing is kept but the list of collections.
import type { DumpOrigin } from '@holdfast/shared/manifest';
import type { NamespaceName } from '../rewrite-archive.ts';
import { type ArchiveHead, readArchiveHead } from './archive-head.ts';
import { buildArchive } from './build-archive.ts';
import { detectContent, tellingBytes } from './detect-content.ts';
import { gunzip } from './gunzip.ts';
import { unreadable } from './import-failure.ts';
import { PeekedSource } from './peeked-source.ts';
import { wholeDocuments } from './whole-documents.ts';

export interface OpenImportOptions {
  readonly source: AsyncIterable<Buffer>;
  /** What it is called, for messages. */
  readonly name: string;
  /** Asked when the bytes are the documents of one collection, which do not say of which; may throw. */
  readonly namespace: () => NamespaceName;
  /** Called with what is decompressed, as it comes; may throw. */
  readonly onBytes?: (bytes: number) => void;
}

export interface OpenedImport extends ArchiveHead {
  readonly kind: Exclude<DumpOrigin['kind'], 'directory'>;
}

/** Reads up to the first documents. Throws `import-unreadable`, what the source throws and what the options throw. */
export async function openImport(options: OpenImportOptions): Promise<OpenedImport> {
  const { name } = options;
  const outer = new PeekedSource(options.source);
  try {
    const content = detectContent(await outer.peek(tellingBytes), name);
    if (content !== 'gzip') return await openPlain(options, outer, content, 'archive');
    const inner = new PeekedSource(gunzip(outer.read(), name));
    const packed = detectContent(await inner.peek(tellingBytes), `What is compressed in ${name}`);
    if (packed === 'gzip') throw unreadable(`${name} is compressed twice.`);
    return await openPlain(options, inner, packed, 'archive-gzip');
  } catch (error) {
    await outer.close();
    throw error;
  }
}

async function openPlain(
  { name, namespace, onBytes }: OpenImportOptions,
  source: PeekedSource,
  content: 'archive' | 'bson',
  archiveKind: 'archive' | 'archive-gzip',
): Promise<OpenedImport> {
  const plain = counted(source.read(), onBytes);
  if (content === 'archive') return { kind: archiveKind, ...(await readArchiveHead(plain, name)) };
  const { database, collection } = namespace();
  const documents = () => wholeDocuments(plain, name);
  const files = { database, collection, type: 'collection', metadata: '', documents } as const;
  const archive = buildArchive({ toolVersion: null, serverVersion: null }, [files]);
  return { kind: 'bson', ...(await readArchiveHead(archive, name)) };
}

async function* counted(source: AsyncIterable<Buffer>, onBytes: ((bytes: number) => void) | undefined) {
  for await (const chunk of source) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}
