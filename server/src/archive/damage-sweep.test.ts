// One flipped bit, one cut, anywhere in an archive: found by who knows nothing but the file, plain or encrypted.
import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { OperationFailure } from '@holdfast/shared/failures';
import { archiveEntries } from '@holdfast/shared/manifest';
import { ZipArchive } from 'archiver';
import { serialize } from 'bson';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { chunked } from '../testing/arbitrary-dump.ts';
import { generateDump } from '../testing/generated-dump.ts';
import { MemoryOutput, memorySource, writeToMemory } from '../testing/memory-archive.ts';
import { type AgeIdentity, generateIdentity } from './age/age-keys.ts';
import { encodeFrameIndex } from './frame-index.ts';
import { type OpenArchive, openArchive } from './open-archive.ts';
import { verifyArchive } from './verify-archive.ts';

// Much work on a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** Of age: what is encrypted at once, and what stands behind each. */
const [chunkBytes, tagBytes] = [64 * 1024, 16];
const identity = generateIdentity();

/** Every kind of namespace; the large document spans several chunks of age, and cannot be compressed. */
async function sampleDump(): Promise<Buffer> {
  const documents = Array.from({ length: 12 }, (_, n) => serialize({ n, text: `document ${n}` }));
  const indexes = [{ name: '_id_', key: { _id: 1 } }];
  const large = [serialize({ noise: randomBytes(chunkBytes + 10_000) })];
  return generateDump(
    [
      { database: 'shop', collection: 'orders', documents, indexes, options: { capped: true, size: 4096 } },
      { database: 'shop', collection: 'nothing', documents: [], indexes },
      { database: 'shop', collection: 'weather', type: 'timeseries', documents: documents.slice(7) },
      { database: 'shop', collection: 'open', type: 'view', documents: [], options: { viewOn: 'orders' } },
      { database: 'shop', collection: 'photos', documents: large },
    ],
    { blockDocuments: 5 },
  );
}

describe.each([
  ['a plain', []],
  ['an encrypted', [identity]],
] as const)('%s archive', (_kind, identities: readonly AgeIdentity[]) => {
  let file: Buffer;
  let archive: OpenArchive;

  beforeAll(async () => {
    const recipients = identities.map(({ recipient }) => recipient);
    ({ file } = await writeToMemory(chunked(await sampleDump(), [4_000]), { recipients }));
    archive = await openArchive(memorySource(file), { identities });
    expect(await outcomeOf(file)).toBe('passed');
  });

  async function outcomeOf(damaged: Buffer): Promise<string> {
    try {
      await verifyArchive({ source: memorySource(damaged), identities });
      return 'passed';
    } catch (error) {
      return error instanceof OperationFailure ? error.reason : String(error);
    }
  }

  it('with one flipped bit is damaged, whatever the bit', async () => {
    const [dump] = [...archive.entries.values()].filter(({ name }) => name.startsWith(archiveEntries.dump));
    const { start, end } = dump ?? { start: 0, end: 0 };
    const undetected: string[] = [];
    for (let at = 0; at < file.length; at += 1) {
      if (at > start && at < end && !isTelling(at - start)) continue;
      const damaged = Buffer.from(file);
      damaged.writeUInt8((file[at] ?? 0) ^ (1 << (at % 8)), at);
      const outcome = await outcomeOf(damaged);
      if (outcome !== 'archive-damaged') undetected.push(`${outcome} with byte ${at}`);
    }
    expect(undetected).toStrictEqual([]);
  });

  /** Within the dump: headers, checksums and borders wholly, the rest by samples. */
  function isTelling(at: number): boolean {
    const ofFrames = archive.frames.some(({ storedOffset, storedBytes }) => {
      const fromEnd = storedOffset + storedBytes - at;
      return (at >= storedOffset && at < storedOffset + 20) || (fromEnd > 0 && fromEnd <= 8);
    });
    const inChunk = at % (chunkBytes + tagBytes);
    return at < 1_000 || (archive.isEncrypted ? inChunk < 20 : ofFrames) || at % 499 === 0;
  }

  it('that was cut off, or out of the middle, is damaged, wherever it was', async () => {
    const borders = [...archive.entries.values()].flatMap(({ start, end }) => [start, end]);
    const { start } = archive.entries.get(archive.manifest.dump.entry) ?? { start: 0 };
    const ofFrames = archive.frames.map(({ storedOffset }) => start + storedOffset);
    const places = [...borders, ...ofFrames, start + chunkBytes, start + chunkBytes + tagBytes, file.length].flatMap(
      (at) => [at - 1, at, at + 1].filter((place) => place > 0 && place < file.length),
    );
    for (const at of new Set(places)) {
      expect(await outcomeOf(file.subarray(0, at)), `cut off at ${at}`).toBe('archive-damaged');
      for (const length of [1, 16, 1_000]) {
        const cut = Buffer.concat([file.subarray(0, at), file.subarray(at + length)]);
        if (at + length < file.length)
          expect(await outcomeOf(cut), `${length} cut out at ${at}`).toBe('archive-damaged');
      }
    }
  });
});

describe('a crafted archive', () => {
  it('whose frame holds far more than its index says is refused without being decompressed', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(512 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    const file = await crafted({ frame: bomb, rawBytes: 1_000 });
    expect(await peakWhile(() => damageOf(file))).toMatchObject({ outcome: 'archive-damaged' });
  });

  it('whose frame says that it holds gigabytes is refused before anything is held for it', async () => {
    const file = await crafted({ frame: zstdCompressSync(Buffer.alloc(100)), rawBytes: 8 * 1024 ** 3 });
    const { outcome, grownBytes } = await peakWhile(() => damageOf(file));
    expect([outcome, grownBytes < 64 * 1024 * 1024]).toStrictEqual(['archive-damaged', true]);
  });

  it('whose index says that it has billions of frames is refused at once', async () => {
    const index = encodeFrameIndex([]);
    const count = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7f]);
    const file = await crafted({ frame: zstdCompressSync(Buffer.alloc(100)), rawBytes: 100 }, [
      Buffer.concat([index.subarray(0, 9), count]),
    ]);
    expect(await damageOf(file)).toBe('archive-damaged');
  });

  async function damageOf(file: Buffer): Promise<string> {
    const damage = await verifyArchive({ source: memorySource(file) }).catch((error: unknown) => error);
    return damage instanceof OperationFailure ? damage.reason : String(damage);
  }

  /** How much the process held more at most, seen every few milliseconds. */
  async function peakWhile(work: () => Promise<string>): Promise<{ outcome: string; grownBytes: number }> {
    const before = process.memoryUsage().rss;
    let peak = before;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    const outcome = await work();
    peak = Math.max(peak, process.memoryUsage().rss);
    clearInterval(timer);
    return { outcome, grownBytes: peak - before };
  }

  /** A ZIP file with sound checksums and a manifest that agrees with its index. */
  async function crafted(
    { frame, rawBytes }: { readonly frame: Buffer; readonly rawBytes: number },
    [index] = [encodeFrameIndex([{ namespace: 0, documents: 0, rawBytes, storedBytes: frame.length }])],
  ): Promise<Buffer> {
    const sound = await openArchive(memorySource((await writeToMemory(chunked(await generateDump([]), [100]))).file));
    const dump = { ...sound.manifest.dump, frames: 1, rawBytes, storedBytes: frame.length };
    const output = new MemoryOutput();
    const zip = new ZipArchive({ store: true, forceZip64: true });
    zip.pipe(output);
    const contents = ['restore', frame, index ?? Buffer.alloc(0), JSON.stringify({ ...sound.manifest, dump })];
    for (const [at, name] of Object.values(archiveEntries).entries()) zip.append(contents[at] ?? '', { name });
    const written = new Promise((resolve) => output.once('finish', resolve));
    await Promise.all([zip.finalize(), written]);
    return output.bytes();
  }
});
