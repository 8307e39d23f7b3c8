import { deserialize, Long, serialize } from 'bson';
import type { ArchivePrelude, PreludeNamespace } from './archive-prelude.ts';
import type { BlockHeader } from './block-header.ts';
import { archiveMagic, terminator } from './parse-archive.ts';

/** The beginning of an archive, up to its first block. */
export function encodePrelude({ header, namespaces }: ArchivePrelude): Buffer {
  return Buffer.concat([archiveMagic, header, ...namespaces.map(({ raw }) => raw), terminator]);
}

/** The document that begins a block, with the fields in the order in which mongodump writes them. */
export function encodeBlockHeader({ database, collection, end, crc }: Omit<BlockHeader, 'raw'>): Buffer {
  return Buffer.from(serialize({ db: database, collection, EOF: end, CRC: Long.fromBigInt(crc) }));
}

/** An entry of the prelude under other names and with other metadata; whatever else it says stays. */
export function encodeNamespace(
  { raw }: PreludeNamespace,
  { database, collection, metadata }: Pick<PreludeNamespace, 'database' | 'collection' | 'metadata'>,
): Buffer {
  const document = deserialize(raw, { promoteValues: false, validation: { utf8: false } });
  return Buffer.from(serialize({ ...document, db: database, collection, metadata }));
}
