import { serialize } from 'bson';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeBlockHeader } from './encode-archive.ts';
import { createFingerprint, FingerprintSum } from './fingerprint.ts';
import { countDocuments, inspectFrame, openFrame, sealFrame } from './frame-pool.ts';
import { terminator } from './parse-archive.ts';
import { decompressFrame } from './zstd-frames.ts';

// Below 64 KiB the work is done at once, beyond it on a thread.
describe.each([
  ['a small frame', 3],
  ['a large frame', 3_000],
])('%s', (_, count) => {
  let raw: Buffer;
  let fingerprint: string;

  beforeAll(async () => {
    const documents = Array.from({ length: count }, (_, n) =>
      Buffer.from(serialize({ _id: n, text: `document ${n}` })),
    );
    const sum = await createFingerprint();
    for (const document of documents) sum.add(document);
    fingerprint = sum.hex();
    const names = { database: 'shop', collection: 'orders' };
    const block = [encodeBlockHeader({ ...names, end: false, crc: 0n }), ...documents, terminator];
    raw = Buffer.concat([...block, encodeBlockHeader({ ...names, end: true, crc: 7n }), terminator]);
  });

  it('is compressed with the fingerprint of its documents, and what was sealed is found in it again', async () => {
    const shared = Buffer.from(new SharedArrayBuffer(raw.length));
    raw.copy(shared);
    const sealed = await sealFrame({ raw: shared, documents: count });
    expect(hexOf(sealed.fingerprint)).toBe(fingerprint);
    const stored = Buffer.from(sealed.stored);
    expect((await decompressFrame(stored, raw.length, 0)).equals(raw)).toBe(true);
    const { blocks, fingerprint: found } = await inspectFrame(stored, raw.length, 0);
    expect(hexOf(found)).toBe(fingerprint);
    expect(blocks).toMatchObject([
      { database: 'shop', collection: 'orders', end: false, documents: count },
      { database: 'shop', collection: 'orders', end: true, crc: 7n, documents: 0, bytes: 0 },
    ]);
  });

  it('is opened: its bytes, and what inspecting it says', async () => {
    const { stored } = await sealFrame({ raw, documents: count });
    const opened = await openFrame(Buffer.from(stored), raw.length, 0);
    expect(Buffer.from(opened.raw).equals(raw)).toBe(true);
    expect(opened.content).toStrictEqual(await inspectFrame(Buffer.from(stored), raw.length, 0));
    await expect(openFrame(Buffer.from(stored), raw.length - 1, 0)).rejects.toMatchObject({
      reason: 'archive-damaged',
    });
  });

  it('is counted with the same fingerprint when its documents lie in an array, which stays as it is', async () => {
    const documents = Array.from({ length: count }, (_, n) => ({ _id: n, text: `document ${n}` }));
    const answer = Buffer.from(serialize({ documents }));
    const array = answer.subarray(answer.indexOf('documents\0') + 10, -1);
    const before = Buffer.from(array);
    const counted = await countDocuments(array);
    expect(counted).toMatchObject({
      documents: count,
      bytes: documents.reduce((sum, one) => sum + serialize(one).length, 0),
    });
    expect(hexOf(counted.fingerprint)).toBe(fingerprint);
    expect(array.equals(before)).toBe(true);
  });

  it('is called damaged when a bit of it was flipped, when it ends early, and when it holds more', async () => {
    const { stored } = await sealFrame({ raw, documents: count });
    const flipped = Buffer.from(stored);
    flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 1;
    const cut = Buffer.from(stored.subarray(0, stored.length - 1));
    for (const bytes of [flipped, cut, Buffer.concat([stored, stored])]) {
      const inspecting = inspectFrame(bytes, raw.length, 1234);
      await expect(inspecting).rejects.toMatchObject({
        reason: 'archive-damaged',
        message: expect.stringContaining('at byte 1234'),
      });
    }
  });

  it('is called damaged when it is no whole blocks', async () => {
    const { stored } = await sealFrame({ raw: raw.subarray(0, raw.length - 4), documents: 0 });
    await expect(inspectFrame(stored, raw.length - 4, 0)).rejects.toMatchObject({ reason: 'archive-damaged' });
  });

  it('leaves what shares its memory alone', async () => {
    const { stored } = await sealFrame({ raw, documents: count });
    const around = Buffer.concat([Buffer.from('before'), stored, Buffer.from('after')]);
    await inspectFrame(around.subarray(6, 6 + stored.length), raw.length, 0);
    expect(around.subarray(0, 6).toString() + around.subarray(-5).toString()).toBe('beforeafter');
  });
});

function hexOf(words: Float64Array): string {
  const sum = new FingerprintSum();
  sum.addWords(words);
  return sum.hex();
}
