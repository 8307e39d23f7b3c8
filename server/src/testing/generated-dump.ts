import { serialize } from 'bson';
import { createCRC64 } from 'hash-wasm';
import { encodeBlockHeader } from '../archive/encode-archive.ts';
import { archiveMagic, terminator } from '../archive/parse-archive.ts';

export interface GeneratedNamespace {
  readonly database: string;
  readonly collection: string;
  readonly type?: 'collection' | 'view' | 'timeseries';
  readonly options?: Record<string, unknown>;
  readonly indexes?: readonly Record<string, unknown>[];
  /** Raw BSON each. */
  readonly documents: readonly Uint8Array[];
}

/** How a dump deviates from what mongodump would write. */
export interface GeneratedDumpOptions {
  /** Documents in a block before another namespace gets its turn; default: all. */
  readonly blockDocuments?: number;
  /** Namespaces, as `database.collection`, whose last block is left out. */
  readonly withoutEnd?: readonly string[];
}

/** The bytes that mongodump would write for these namespaces, dumped side by side. */
export async function generateDump(
  namespaces: readonly GeneratedNamespace[],
  { blockDocuments = Number.MAX_SAFE_INTEGER, withoutEnd = [] }: GeneratedDumpOptions = {},
): Promise<Buffer> {
  const header = serialize({ concurrent_collections: 4, version: '0.1', server_version: '6.0.5', tool_version: '100' });
  const out: Uint8Array[] = [archiveMagic, header, ...namespaces.map(metadataOf), terminator];
  const waiting = namespaces.map((namespace) => ({ namespace, at: 0 }));
  for (let turn = waiting.shift(); turn !== undefined; turn = waiting.shift()) {
    const { namespace, at } = turn;
    const documents = namespace.documents.slice(at, at + blockDocuments);
    const names = { database: namespace.database, collection: blockName(namespace) };
    if (documents.length > 0) {
      out.push(encodeBlockHeader({ ...names, end: false, crc: 0n }), ...documents, terminator);
      waiting.push({ namespace, at: at + documents.length });
    } else if (!withoutEnd.includes(`${namespace.database}.${namespace.collection}`)) {
      out.push(encodeBlockHeader({ ...names, end: true, crc: await crcOf(namespace.documents) }), terminator);
    }
  }
  return Buffer.concat(out);
}

function blockName({ type, collection }: GeneratedNamespace): string {
  return type === 'timeseries' ? `system.buckets.${collection}` : collection;
}

function metadataOf({ database, collection, type = 'collection', ...rest }: GeneratedNamespace): Uint8Array {
  const metadata = {
    options: rest.options ?? {},
    indexes: rest.indexes ?? [],
    uuid: '',
    collectionName: collection,
    type,
  };
  const text = JSON.stringify(metadata);
  return serialize({ db: database, collection, metadata: text, size: 0, type: type === 'collection' ? '' : type });
}

async function crcOf(documents: readonly Uint8Array[]): Promise<bigint> {
  const crc = (await createCRC64()).init();
  for (const document of documents) crc.update(document);
  return BigInt.asIntN(64, BigInt(`0x${crc.digest('hex')}`));
}
