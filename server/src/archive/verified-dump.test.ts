import { serialize } from 'bson';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { chunked, generatedNamespaces } from '../testing/arbitrary-dump.ts';
import { generateDump } from '../testing/generated-dump.ts';
import { memorySource, writeToMemory } from '../testing/memory-archive.ts';
import { generateIdentity } from './age/age-keys.ts';
import { ArchiveProgress } from './archive-progress.ts';
import { type ArchiveSource, type OpenArchive, openArchive } from './open-archive.ts';
import { rewriteArchive } from './rewrite-archive.ts';
import { type VerifiedDumpOptions, verifiedDump } from './verified-dump.ts';

// Much data on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const identities = [generateIdentity()];
const rename = (database: string, collection: string) => ({
  database: `${database}_2`,
  collection: `hf_${collection}`,
});

async function archiveOf(dump: Buffer, encrypted = false) {
  const { file } = await writeToMemory(chunked(dump, [997]), {
    recipients: encrypted ? identities.map(({ recipient }) => recipient) : [],
  });
  return { file, open: (source: ArchiveSource = memorySource(file)) => openArchive(source, { identities }) };
}

async function read(archive: OpenArchive, options: Partial<VerifiedDumpOptions> = {}): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const namespaces = new Set(
    archive.manifest.namespaces.map(({ database, collection }) => `${database}.${collection}`),
  );
  // A piece is written over once the next one is asked for.
  for await (const piece of verifiedDump(archive, { namespaces, rename, ...options })) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

describe('a verified dump', () => {
  it('is what the whole archive would be without the other namespaces, under the new names', async () => {
    const cases = fc.tuple(
      generatedNamespaces,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([namespaces, blockDocuments, share, encrypted]) => {
        const archive = await (await archiveOf(await generateDump(namespaces, { blockDocuments }), encrypted)).open();
        const names = archive.manifest.namespaces.map(({ database, collection }) => `${database}.${collection}`);
        const chosen = new Set(names.filter((_, place) => place % share === 0));
        const keep = (database: string, collection: string) => chosen.has(`${database}.${collection}`);
        const expected = await Array.fromAsync(rewriteArchive(archive.dumpStream(), { keep, rename }));
        expect(await read(archive, { namespaces: chosen })).toStrictEqual(Buffer.concat(expected));
      }),
      { numRuns: 40 },
    );
  });

  it('says of a namespace what it is told to say, and counts what it read', async () => {
    const { open } = await archiveOf(await mixed());
    const progress = new ArchiveProgress();
    const dump = await read(await open(), {
      progress,
      metadata: ({ collection, metadata }) => metadata.replace('"capped"', `"was_${collection}"`),
    });
    expect(dump.includes('was_orders')).toBe(true);
    expect(dump.includes('"capped"')).toBe(false);
    expect(progress.namespaces.get('shop.orders')).toMatchObject({ documents: 3_000, done: true });
    expect(progress.documents).toBe(3_010);
  });
});

async function mixed(): Promise<Buffer> {
  const documents = (count: number) =>
    Array.from({ length: count }, (_, n) => serialize({ _id: n, text: `${Math.sin(n)}` }));
  return await generateDump(
    [
      { database: 'shop', collection: 'orders', documents: documents(3_000), options: { capped: true } },
      { database: 'shop', collection: 'small', documents: documents(10) },
    ],
    { blockDocuments: 700 },
  );
}

describe('damage', () => {
  let file: Buffer;
  let archive: OpenArchive;
  beforeAll(async () => {
    const written = await archiveOf(await mixed());
    file = written.file;
    archive = await written.open();
  });

  it('is found wherever a bit of the dump is flipped, and only where it is read', async () => {
    const { start, end } = archive.entries.get('dump.archive.zst') ?? { start: 0, end: 0 };
    const small = archive.manifest.namespaces.findIndex(({ collection }) => collection === 'small') + 1;
    const outcomes = new Set<string>();
    for (let at = start; at < end; at += 97) {
      const frame = archive.frames.findLast(({ storedOffset }) => start + storedOffset <= at);
      const broken = await openArchive(memorySource(flipped(file, at)));
      await expect(read(broken), `at ${at}`).rejects.toMatchObject({ reason: 'archive-damaged' });
      const isRead = frame?.namespace === 0 || frame?.namespace === small;
      const outcome = await read(broken, { namespaces: new Set(['shop.small']) }).then(
        () => 'passed',
        (error: { reason: string }) => error.reason,
      );
      outcomes.add(`${isRead ? 'read' : 'not read'}: ${outcome}`);
    }
    expect([...outcomes].sort()).toStrictEqual(['not read: passed', 'read: archive-damaged']);
  });

  it.each([
    ['a fingerprint', { fingerprint: 'f'.repeat(32) }],
    ['a count', { documents: 2_999 }],
    ['an option', { options: { capped: false } }],
    ['an index', { indexes: [{ name: 'n_1', key: { n: 1 } }] }],
    ['a checksum', { crc64: '5' }],
  ])('is called what the manifest says otherwise: %s', async (_, change) => {
    const namespaces = archive.manifest.namespaces.map((one) =>
      one.collection === 'orders' ? { ...one, ...change } : one,
    );
    const other = { ...archive, manifest: { ...archive.manifest, namespaces } };
    await expect(read(other)).rejects.toMatchObject({ reason: 'archive-damaged' });
    await read(other, { namespaces: new Set(['shop.small']) });
  });

  it('is called a dump that is another one than the manifest says, when all of it is read', async () => {
    const { dump } = archive.manifest;
    const other = { ...archive, manifest: { ...archive.manifest, dump: { ...dump, sha256: '0'.repeat(64) } } };
    await expect(read(other)).rejects.toThrow('the dump is another one');
    await read(other, { namespaces: new Set(['shop.orders']) });
  });
});

function flipped(file: Buffer, at: number): Buffer {
  const copy = Buffer.from(file);
  copy.writeUInt8(copy.readUInt8(at) ^ 4, at);
  return copy;
}
