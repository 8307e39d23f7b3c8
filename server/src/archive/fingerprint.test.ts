import { createXXHash128 } from 'hash-wasm';
import { describe, expect, it } from 'vitest';
import { createDocumentHasher, createFingerprint, FingerprintSum } from './fingerprint.ts';

describe('createFingerprint', () => {
  it('is zero for nothing, and XXH128 for one document', async () => {
    const fingerprint = await createFingerprint();
    expect(fingerprint.hex()).toBe('0'.repeat(32));
    fingerprint.add(Buffer.alloc(0));
    // From the reference implementation: XXH128 of nothing, seed 0.
    expect(fingerprint.hex()).toBe('99aa06d3014798d86001c324468d497f');
  });

  it('does not depend on the order, but on how often a document is there', async () => {
    const [a, b] = [Buffer.from('a'), Buffer.from('b')];
    expect(await of(a, b)).toBe(await of(b, a));
    expect(await of(a, a)).not.toBe(await of(b, b));
    expect(await of(a, a)).not.toBe(await of());
  });

  it('is the sum of the hashes modulo 2^128', async () => {
    const documents = Array.from({ length: 5_000 }, (_, n) => Buffer.from(`document ${n}`));
    const hasher = await createXXHash128();
    const sum = documents.reduce((total, one) => total + BigInt(`0x${hasher.init().update(one).digest()}`), 0n);
    expect(await of(...documents)).toBe((sum % 2n ** 128n).toString(16).padStart(32, '0'));
  });

  it('carries exactly, however many documents there are', () => {
    const sum = new FingerprintSum();
    const largest = new Uint8Array(16).fill(0xff);
    const times = 3_000_000;
    for (let n = 0; n < times; n += 1) sum.add(largest);
    expect(sum.hex()).toBe((2n ** 128n - BigInt(times)).toString(16));
  });
});

describe('DocumentHasher', () => {
  it('hashes a document in pieces as it does the whole', async () => {
    const hasher = await createDocumentHasher();
    const document = Buffer.from('x'.repeat(100_000));
    const [whole, pieces] = [new FingerprintSum(), new FingerprintSum()];
    hasher.add(document, whole);
    hasher.begin(document.subarray(0, 3));
    hasher.update(document.subarray(3, 70_000));
    hasher.update(document.subarray(70_000));
    hasher.finish(pieces);
    expect(pieces.hex()).toBe(whole.hex());
  });
});

async function of(...documents: Buffer[]): Promise<string> {
  const fingerprint = await createFingerprint();
  for (const document of documents) fingerprint.add(document);
  return fingerprint.hex();
}
