import { createHash, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { encryptedEntries } from '@holdfast/shared/manifest';
import { ZipArchive } from 'archiver';
import { serialize } from 'bson';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { chunked } from '../testing/arbitrary-dump.ts';
import { generateDump } from '../testing/generated-dump.ts';
import { MemoryOutput, memorySource, writeToMemory } from '../testing/memory-archive.ts';
import { generateIdentity } from './age/age-keys.ts';
import { decryptBytes, withIdentities } from './age/decrypt.ts';
import { encryptBytes } from './age/encrypt.ts';
import { openArchive } from './open-archive.ts';
import { verifyArchive } from './verify-archive.ts';
import type { WrittenArchive } from './write-archive.ts';

// Much data on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const [identity, other] = [generateIdentity(), generateIdentity()];
const identities = [identity];
const recipients = [identity.recipient, other.recipient];
let dump: Buffer;
let written: WrittenArchive & { readonly file: Buffer };

beforeAll(async () => {
  const documents = Array.from({ length: 30 }, (_, n) => serialize({ n, text: `document ${n}` }));
  dump = await generateDump([
    { database: 'shop', collection: 'orders', documents, indexes: [{ name: '_id_', key: { _id: 1 } }] },
    { database: 'shop', collection: 'weather', type: 'timeseries', documents: documents.slice(7) },
  ]);
  written = await writeToMemory(chunked(dump, [100]), { recipients, fileName: '20261124T020000Z-1.zip' });
});

describe('an encrypted archive', () => {
  it('is opened and verified with any of its keys', async () => {
    for (const identities of [[identity], [generateIdentity(), other]]) {
      const archive = await openArchive(memorySource(written.file), { identities });
      expect(archive).toMatchObject({ isEncrypted: true, manifestDigest: written.manifestDigest });
      expect(archive.manifest).toStrictEqual(written.manifest);
      const { documents } = await verifyArchive({ source: memorySource(written.file), expected: written, identities });
      expect(documents).toBe(53);
    }
  });

  it('holds the dump that a plain one holds, whole or in part', async () => {
    const [plain, encrypted] = [
      await openArchive(memorySource((await writeToMemory(chunked(dump, [100]))).file)),
      await openArchive(memorySource(written.file, { pieceBytes: 10 }), { identities }),
    ];
    expect(plain.isEncrypted).toBe(false);
    expect(encrypted.frames).toStrictEqual(plain.frames);
    for (const options of [{}, { namespaces: new Set(['shop.weather']) }]) {
      const [one, two] = [await joined(plain.dumpStream(options)), await joined(encrypted.dumpStream(options))];
      expect(two.equals(one)).toBe(true);
    }
    const [, frame] = encrypted.frames;
    if (frame === undefined) throw new Error('it has no frame');
    expect((await encrypted.readFrame(frame)).equals(await plain.readFrame(frame))).toBe(true);
  });

  it('tells nobody without a key what is in it', async () => {
    for (const secret of ['shop', 'orders', 'weather', 'document 1', '127.0.0.1', 'holdfast-archive', 'HFFRAMES']) {
      expect(written.file.includes(secret), secret).toBe(false);
    }
    expect(written.file.includes(Buffer.from('28b52ffd', 'hex'))).toBe(false);
  });

  it('explains in RESTORE.txt which key opens it, and how', async () => {
    const { entries } = await openArchive(memorySource(written.file), { identities });
    const { start, end } = entries.get('RESTORE.txt') ?? { start: 0, end: 0 };
    const text = written.file.toString('utf8', start, end);
    expect(text).toContain(
      'unzip -p 20261124T020000Z-1.zip dump.archive.zst.age | age -d -i key.txt | zstd -d | \\\n    mongorestore --archive',
    );
    for (const recipient of recipients) expect(text).toContain(`  ${recipient}\n`);
  });

  it('says in its manifest whom it is for, and what the entry hashes to as it is stored', async () => {
    const { entries } = await openArchive(memorySource(written.file), { identities });
    expect([...entries.keys()]).toStrictEqual(Object.values(encryptedEntries));
    const { start, end } = entries.get('dump.archive.zst.age') ?? { start: 0, end: 0 };
    const { dump, encryption } = written.manifest;
    const entry = written.file.subarray(start, end);
    expect(dump.entry).toBe('dump.archive.zst.age');
    expect(dump.sha256).toBe(createHash('sha256').update(entry).digest('hex'));
    expect((await decryptBytes(entry, withIdentities(identities))).length).toBe(dump.storedBytes);
    expect(encryption).toStrictEqual({ recipients: recipients.map(String) });
  });

  it('is read only where the wanted frames are', async () => {
    const blobs = Array.from({ length: 40 }, () => serialize({ b: randomBytes(1_000_000) }));
    const large = await generateDump([
      { database: 'shop', collection: 'blobs', documents: blobs },
      { database: 'shop', collection: 'small', documents: [serialize({ n: 1 })] },
    ]);
    const { file } = await writeToMemory(chunked(large, [1 << 20]), { recipients });
    const source = memorySource(file);
    const archive = await openArchive(source, { identities });
    await joined(archive.dumpStream({ namespaces: new Set(['shop.small']) }));
    const bytes = source.reads.reduce((total, { start, end }) => total + end - start, 0);
    expect(bytes).toBeLessThan(file.length * 0.02);
  });
});

describe('an encrypted archive that cannot be opened', () => {
  it('asks for the key when no identity fits, and shows none', async () => {
    const stranger = generateIdentity();
    for (const identities of [undefined, [], [stranger]]) {
      const options = identities === undefined ? {} : { identities };
      for (const work of [
        openArchive(memorySource(written.file), options),
        verifyArchive({ source: memorySource(written.file), ...options }),
      ]) {
        const failure = await work.catch((error: unknown) => error);
        expect(failure).toMatchObject({ reason: 'key-missing' });
        expect(inspect(failure, { depth: 9 })).not.toMatch(/AGE-SECRET-KEY/i);
      }
    }
  });

  it('is damaged, and not for another key, wherever a bit was flipped', async () => {
    const { entries } = await openArchive(memorySource(written.file), { identities });
    for (const name of Object.values(encryptedEntries).slice(1)) {
      const { start, end } = entries.get(name) ?? { start: 0, end: 0 };
      expect(end).toBeGreaterThan(start);
      for (let at = start; at < end; at += 1) {
        const file = Buffer.from(written.file);
        file.writeUInt8(file.readUInt8(at) ^ (1 << (at % 8)), at);
        const failure = await verifyArchive({ source: memorySource(file), identities }).catch(
          (error: unknown) => error,
        );
        expect(failure, `byte ${at} of ${name}`).toMatchObject({ reason: 'archive-damaged' });
      }
    }
  });

  it('is damaged when it ends early', async () => {
    for (let length = 0; length < written.file.length; length += 29) {
      const source = memorySource(written.file.subarray(0, length));
      const failure = await verifyArchive({ source, identities }).catch((error: unknown) => error);
      expect(failure, `${length} bytes`).toMatchObject({ reason: 'archive-damaged' });
    }
  });

  it('is damaged when an entry is for other keys than the manifest', async () => {
    const sealed = await sealedEntries();
    for (const name of ['frames.age', 'dump.archive.zst.age']) {
      const plain = await decryptBytes(sealed.get(name) ?? Buffer.alloc(0), withIdentities(identities));
      const changed = new Map(sealed).set(name, await encryptBytes(plain, [generateIdentity().recipient]));
      await expect(openArchive(memorySource(await zipOf(changed)), { identities })).rejects.toMatchObject({
        reason: 'archive-damaged',
        message: expect.stringContaining(`${name} has other keys`),
      });
    }
  });

  it('is damaged when plain and encrypted entries are mixed', async () => {
    const sealed = await sealedEntries();
    const frames = await decryptBytes(sealed.get('frames.age') ?? Buffer.alloc(0), withIdentities(identities));
    const mixed = new Map(
      [...sealed].map(([name, bytes]) => (name === 'frames.age' ? ['frames', frames] : [name, bytes])),
    );
    await expect(openArchive(memorySource(await zipOf(mixed)), { identities })).rejects.toThrow(
      /its entries are RESTORE.txt, dump.archive.zst.age, frames, manifest.json.age/,
    );
  });
});

async function sealedEntries(): Promise<Map<string, Buffer>> {
  const { entries } = await openArchive(memorySource(written.file), { identities });
  return new Map([...entries].map(([name, { start, end }]) => [name, written.file.subarray(start, end)]));
}

async function zipOf(entries: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const zip = new ZipArchive({ store: true, forceZip64: true });
  const output = new MemoryOutput();
  for (const [name, bytes] of entries) zip.append(bytes, { name });
  zip.pipe(output);
  await zip.finalize();
  return output.bytes();
}

async function joined(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(pieces));
}
