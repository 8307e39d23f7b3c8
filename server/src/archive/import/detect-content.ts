// What a stream of bytes is, by its first ones; its name may say something else.
import { archiveMagic, maxDocumentBytes } from '../parse-archive.ts';
import { unreadable } from './import-failure.ts';

export type Content = 'archive' | 'gzip' | 'bson';

/** So many first bytes are enough to tell. */
export const tellingBytes = 22;

/** Throws `import-unreadable`, with what it seems to be instead. */
export function detectContent(first: Buffer, name: string): Content {
  if (first.length === 0) throw unreadable(`${name} is empty.`);
  if (startsWith(first, archiveMagic)) return 'archive';
  if (startsWith(first, Buffer.from([0x1f, 0x8b]))) return 'gzip';
  for (const [magic, advice] of others) if (startsWith(first, magic)) throw unreadable(`${name} is ${advice}`);
  if (looksLikeBson(first)) return 'bson';
  throw unreadable(`${name} does not begin like a mongodump archive, gzip or BSON.`);
}

/** The length of the first document, and the type of its first element. */
function looksLikeBson(first: Buffer): boolean {
  if (first.length < 5) return false;
  const length = first.readInt32LE(0);
  const type = first.readUInt8(4);
  if (length === 5) return type === 0;
  return length > 5 && length <= maxDocumentBytes && ((type >= 0x01 && type <= 0x13) || type === 0x7f || type === 0xff);
}

const others: readonly [Buffer, string][] = [
  [
    Buffer.from('PK\x03\x04', 'latin1'),
    'a ZIP file. If Holdfast wrote it, put it at the destination and adopt it; else unpack it first.',
  ],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'compressed with zstd. Decompress it first: zstd -d.'],
  [Buffer.from('age-encryption.org/v1', 'latin1'), 'encrypted with age. Decrypt it first: age -d.'],
];

function startsWith(first: Buffer, magic: Buffer): boolean {
  return first.subarray(0, magic.length).equals(magic);
}
