// Makes a mongodump archive of documents that were dumped into files: prelude, one block for each namespace, and the
// checksum that mongodump would have written. One file is open at a time.
import { serialize } from 'bson';
import { createCRC64, type IHasher } from 'hash-wasm';
import { blockCollection, type PreludeNamespace } from '../archive-prelude.ts';
import { encodeBlockHeader } from '../encode-archive.ts';
import { archiveMagic, terminator } from '../parse-archive.ts';

/** One namespace and where its documents are. */
export interface NamespaceFiles {
  readonly database: string;
  /** The name that people know; never `system.buckets.<name>` of a time-series. */
  readonly collection: string;
  readonly type: PreludeNamespace['type'];
  /** The text of its `.metadata.json`; empty when there is none. */
  readonly metadata: string;
  /** Its documents, cut anywhere between two of them; null when it has none to have. */
  readonly documents: (() => AsyncIterable<Buffer>) | null;
}

/** What is known of the dump; null where nothing is. */
export interface DumpVersions {
  readonly toolVersion: string | null;
  readonly serverVersion: string | null;
}

/** A whole archive. Throws what reading the documents throws. */
export async function* buildArchive(
  versions: DumpVersions,
  namespaces: readonly NamespaceFiles[],
): AsyncGenerator<Buffer> {
  yield Buffer.concat([archiveMagic, encodeHeader(versions), ...namespaces.map(encodeMetadata), terminator]);
  const crc = await createCRC64();
  for (const namespace of namespaces) yield* blocksOf(namespace, crc);
}

async function* blocksOf(namespace: NamespaceFiles, crc: IHasher): AsyncGenerator<Buffer> {
  const names = { database: namespace.database, collection: blockCollection(namespace) };
  let isEmpty = true;
  crc.init();
  for await (const documents of namespace.documents?.() ?? []) {
    if (isEmpty) yield encodeBlockHeader({ ...names, end: false, crc: 0n });
    isEmpty = false;
    crc.update(documents);
    yield documents;
  }
  if (!isEmpty) yield terminator;
  const sum = isEmpty ? 0n : BigInt.asIntN(64, BigInt(`0x${crc.digest('hex')}`));
  yield Buffer.concat([encodeBlockHeader({ ...names, end: true, crc: sum }), terminator]);
}

function encodeHeader({ toolVersion, serverVersion }: DumpVersions): Buffer {
  const versions = { server_version: serverVersion ?? '', tool_version: toolVersion ?? '' };
  return Buffer.from(serialize({ concurrent_collections: 1, version: '0.1', ...versions }));
}

function encodeMetadata({ database, collection, type, metadata }: NamespaceFiles): Buffer {
  const document = { db: database, collection, metadata, size: 0, type: type === 'collection' ? '' : type };
  return Buffer.from(serialize(document));
}
