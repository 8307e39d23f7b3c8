import { buffer } from 'node:stream/consumers';
import { Binary, serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { chunked } from '../../testing/arbitrary-dump.ts';
import { wholeDocuments } from './whole-documents.ts';

const documents = Array.from({ length: 300 }, (_, n) => serialize({ _id: n, name: `nr ${n}`, tags: ['a', { b: n }] }));

describe('wholeDocuments', () => {
  it('gives the same bytes, cut between documents, and names the place of what is broken', async () => {
    const bytes = Buffer.concat(documents);
    const pieces = await Array.fromAsync(wholeDocuments(chunked(bytes, [1, 3, 500, 10_000]), 'orders.bson'));
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    const at = bytes.indexOf('nr 200') - 5;
    const broken = flipped(bytes, at, 0x40);
    await expect(buffer(wholeDocuments(chunked(broken, [4_096]), 'orders.bson'))).rejects.toThrow(
      /^orders\.bson is damaged at byte \d+, in document 201: the length of a string is wrong\.$/,
    );
    await expect(buffer(wholeDocuments(chunked(bytes.subarray(0, -1), [9]), 'orders.bson'))).rejects.toThrow(
      'in document 300: the file ends within it',
    );
  });

  it('takes a document of 16 MB that comes in small pieces', async () => {
    const large = Buffer.from(serialize({ _id: 1, data: new Binary(Buffer.alloc(16 * 1024 * 1024 - 100)) }));
    const pieces = Array.from({ length: 300 }, () => 64 * 1024);
    expect((await buffer(wholeDocuments(chunked(large, pieces), 'f'))).length).toBe(large.length);
  });
});

function flipped(bytes: Buffer, at: number, mask = 1): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}
