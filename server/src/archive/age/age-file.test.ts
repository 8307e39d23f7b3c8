import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { AgeFailure } from './age-failure.ts';
import { generateIdentity } from './age-keys.ts';
import { payloadSize } from './age-payload.ts';
import { decryptBytes, openSealed, type SealedFile, withIdentities } from './decrypt.ts';
import { encrypt, encryptBytes } from './encrypt.ts';

// Much data on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const identity = generateIdentity();
const chunk = 64 * 1024;
const sealedChunk = chunk + 16;

describe('a file of age', () => {
  it.each([0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 40 * chunk, 33 * chunk + 7])(
    'gives back what was encrypted: %i bytes',
    async (size) => {
      const plain = randomBytes(size);
      const sealed = await encryptBytes(plain, [identity.recipient]);
      expect(sealed.includes('-> X25519 ')).toBe(true);
      expect((await open(sealed)).equals(plain)).toBe(true);
    },
  );

  it('is the same whatever pieces it is made and read in, and wherever one begins to read', async () => {
    const plain = randomBytes(5 * chunk + 123);
    const sizes = fc.array(fc.integer({ min: 999, max: 2 * chunk }), { minLength: 1, maxLength: 6 });
    const range = fc
      .tuple(fc.nat(plain.length), fc.nat(plain.length))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
    const property = fc.asyncProperty(sizes, sizes, range, async (written, read, [start = 0, end = 0]) => {
      const sealed = Buffer.concat(await Array.fromAsync(encrypt(cut(plain, written), [identity.recipient])));
      const file = await openSealed(sealedFile(sealed, read), withIdentities([identity]));
      expect(file.sizeBytes).toBe(plain.length);
      const found = Buffer.concat(await Array.fromAsync(file.read({ start, end })));
      expect(found.equals(plain.subarray(start, end))).toBe(true);
      const all = Buffer.concat(await Array.fromAsync(file.decrypt(asyncly(cut(sealed, read)))));
      expect(all.equals(plain)).toBe(true);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('is read only where the wanted bytes are', async () => {
    const sealed = await encryptBytes(randomBytes(50 * chunk), [identity.recipient]);
    const reads: number[] = [];
    const file = await openSealed(sealedFile(sealed, [chunk], reads), withIdentities([identity]));
    reads.length = 0;
    await Array.fromAsync(file.read({ start: 20 * chunk + 5, end: 21 * chunk + 1 }));
    expect(reads).toStrictEqual([2 * sealedChunk]);
  });

  it('is opened by any of several identities, and by no other', async () => {
    const [other, stranger] = [generateIdentity(), generateIdentity()];
    const sealed = await encryptBytes(Buffer.from('salt'), [identity.recipient, other.recipient]);
    expect(String(await decryptBytes(sealed, withIdentities([stranger, other])))).toBe('salt');
    expect(await kindOf(decryptBytes(sealed, withIdentities([stranger])))).toBe('key-missing');
    expect(await kindOf(decryptBytes(sealed, withIdentities([])))).toBe('key-missing');
  });

  it('leaves turns to other work while much is encrypted and decrypted at once', async () => {
    const plain = randomBytes(512 * chunk);
    let turns = 0;
    let waiting = setImmediate(function count() {
      turns += 1;
      waiting = setImmediate(count);
    });
    try {
      const sealed = await encryptBytes(plain, [identity.recipient]);
      expect(turns).toBeGreaterThan(20);
      turns = 0;
      await open(sealed);
      expect(turns).toBeGreaterThan(20);
    } finally {
      clearImmediate(waiting);
    }
  });

  it('is not made for nobody', async () => {
    await expect(encryptBytes(Buffer.from('salt'), [])).rejects.toThrow(/for nobody/);
  });
});

describe('a file of age that was changed', () => {
  it('is refused whichever bit of header, nonce or chunks it is', async () => {
    const sealed = await encryptBytes(randomBytes(100), [identity.recipient]);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      // Who may open it is in the header: a change there can also look like a file for somebody else.
      expect(['damaged', 'key-missing'], `bit ${bit}`).toContain(await kindOf(open(changed)));
    }
  });

  it('is refused when a header line is added whose MAC nobody could make', async () => {
    const sealed = await encryptBytes(Buffer.from('salt'), [identity.recipient]);
    const end = sealed.indexOf('\n---') + 1;
    const changed = Buffer.concat([sealed.subarray(0, end), Buffer.from('-> other\n\n'), sealed.subarray(end)]);
    await expect(open(changed)).rejects.toThrow(/header was changed/);
  });

  const plain = randomBytes(3 * chunk + 10);
  it.each<[string, (sealed: Buffer, start: number) => Buffer]>([
    ['two chunks changed places', (sealed, start) => swap(sealed, start)],
    [
      'a chunk is missing in the middle',
      (sealed, start) => without(sealed, start + sealedChunk, start + 2 * sealedChunk),
    ],
    ['the last chunk is missing', (sealed, start) => sealed.subarray(0, start + 3 * sealedChunk)],
    ['it ends within a chunk', (sealed) => sealed.subarray(0, -30)],
    ['it ends within the last tag', (sealed) => sealed.subarray(0, -11)],
    ['there is nothing but the header', (sealed, start) => sealed.subarray(0, start)],
    ['it ends within the header', (sealed) => sealed.subarray(0, 60)],
    ['there is nothing', () => Buffer.alloc(0)],
    ['something follows', (sealed) => Buffer.concat([sealed, Buffer.from('x')])],
    ['an empty last chunk follows', (sealed) => Buffer.concat([sealed, sealed.subarray(-16)])],
    ['a chunk follows', (sealed, start) => Buffer.concat([sealed, sealed.subarray(start, start + sealedChunk)])],
  ])('is refused when %s', async (_, change) => {
    const sealed = await encryptBytes(plain, [identity.recipient]);
    const changed = change(sealed, sealed.length - (3 * sealedChunk + 10 + 16));
    expect(await kindOf(open(changed))).toBe('damaged');
  });

  it('is refused when its last chunk is empty although another stands before it', () => {
    expect(() => payloadSize(sealedChunk + 16)).toThrow(/ends early/);
  });

  it('is refused as a stream that has fewer or more bytes than the file had when it was opened', async () => {
    const sealed = await encryptBytes(plain, [identity.recipient]);
    const file = await openSealed(sealedFile(sealed, [chunk]), withIdentities([identity]));
    const read = (bytes: Buffer) => Array.fromAsync(file.decrypt(asyncly([bytes])));
    await expect(read(sealed.subarray(0, -1))).rejects.toThrow(/ends early/);
    await expect(read(Buffer.concat([sealed, Buffer.from('x')]))).rejects.toThrow(/something follows/);
  });
});

function open(sealed: Buffer): Promise<Buffer> {
  return decryptBytes(sealed, withIdentities([identity]));
}

async function kindOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'opened';
  } catch (error) {
    return error instanceof AgeFailure ? error.kind : String(error);
  }
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, next = 0; at < bytes.length; next += 1) {
    const size = sizes[next % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

async function* asyncly(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

function sealedFile(sealed: Buffer, sizes: readonly number[], reads: number[] = []): SealedFile {
  return {
    sizeBytes: sealed.length,
    read: ({ start, end }) => {
      reads.push(end - start);
      return asyncly(cut(sealed.subarray(start, end), sizes));
    },
  };
}

function swap(sealed: Buffer, start: number): Buffer {
  const [one, two] = [start + sealedChunk, start + 2 * sealedChunk];
  return Buffer.concat([
    sealed.subarray(0, start),
    sealed.subarray(one, two),
    sealed.subarray(start, one),
    sealed.subarray(two),
  ]);
}

function without(sealed: Buffer, start: number, end: number): Buffer {
  return Buffer.concat([sealed.subarray(0, start), sealed.subarray(end)]);
}
