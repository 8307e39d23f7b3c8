import { deserialize, Long } from 'bson';

/** The document that begins a block of the archive. */
export interface BlockHeader {
  readonly database: string;
  /** As the block names it: `system.buckets.<name>` for a time-series. */
  readonly collection: string;
  /** The namespace's last block: it holds no documents. */
  readonly end: boolean;
  /** With `end`: CRC-64 (ECMA) of the namespace's documents; 0 for a view. */
  readonly crc: bigint;
  /** The BSON document, as it stood in the archive. */
  readonly raw: Buffer;
}

/** Throws an Error that says what is wrong with it. */
export function parseBlockHeader(raw: Buffer): BlockHeader {
  const { db, collection, EOF, CRC } = deserialize(raw, { promoteLongs: false, validation: { utf8: false } });
  if (typeof db !== 'string' || typeof collection !== 'string' || collection === '' || typeof EOF !== 'boolean') {
    throw new Error('a block does not say which namespace it belongs to');
  }
  if (!(CRC instanceof Long)) throw new Error(`a block of ${db}.${collection} has no checksum`);
  return { database: db, collection, end: EOF, crc: CRC.toBigInt(), raw };
}
