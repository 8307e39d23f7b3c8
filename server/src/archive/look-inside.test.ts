// Pages and exports of single collections, read out of archives that hold more than them.
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { EJSON, Int32, serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { generatedNamespaces } from '../testing/arbitrary-dump.ts';
import { type GeneratedNamespace, generateDump } from '../testing/generated-dump.ts';
import { memorySource, writeToMemory } from '../testing/memory-archive.ts';
import { generateIdentity } from './age/age-keys.ts';
import { type ArchiveCollection, ArchiveCollections } from './archive-collections.ts';
import { exportCollection } from './export-collection.ts';
import { openArchive } from './open-archive.ts';
import { parseFilter } from './parse-filter.ts';
import { type PageRequest, readPage } from './read-page.ts';

const generous = { format: 'canonical', limit: 100, maxText: 1e6, budget: { ms: 60_000, bytes: 1e12 } } as const;

const identities = [generateIdentity()];

interface Form {
  readonly blockDocuments?: number;
  readonly encrypted?: boolean;
}

async function archiveOf(namespaces: readonly GeneratedNamespace[], { encrypted = false, ...dumping }: Form = {}) {
  const dump = await generateDump(namespaces, dumping);
  const recipients = encrypted ? identities.map(({ recipient }) => recipient) : [];
  const { file } = await writeToMemory(Readable.from([dump]), { recipients });
  const source = memorySource(file);
  return { file, source, collections: new ArchiveCollections(await openArchive(source, { identities })) };
}

function page(collection: ArchiveCollection, request: Partial<PageRequest> = {}) {
  return readPage(collection, (frame) => collection.read(frame), { ...generous, from: 0, ...request });
}

async function exported(collection: ArchiveCollection, format: 'bson' | 'jsonl'): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(exportCollection(collection, format)));
}

function collectionOf(collections: ArchiveCollections, name: string): ArchiveCollection {
  const found = collections.find(name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** Documents that do not compress, `bytes` large each. */
function noise(count: number, bytes: number): Uint8Array[] {
  return Array.from({ length: count }, (_, n) => serialize({ _id: new Int32(n), noise: randomBytes(bytes) }));
}

// Much data on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe('any archive', () => {
  it('gives each collection whole, page by page and as a stream', async () => {
    await fc.assert(
      fc.asyncProperty(
        generatedNamespaces,
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (namespaces, limit, encrypted) => {
          const { collections } = await archiveOf(namespaces, { blockDocuments: limit, encrypted });
          for (const { database, collection, documents } of namespaces) {
            const found = collectionOf(collections, `${database}.${collection}`);
            expect(await exported(found, 'bson')).toEqual(Buffer.concat(documents));
            const texts = await textsOf(found, limit);
            const back = texts.map((text) => Buffer.from(serialize(EJSON.parse(text, { relaxed: false }))));
            expect(back).toEqual(documents.map((document) => Buffer.from(document)));
            expect((await exported(found, 'jsonl')).toString()).toBe(texts.map((text) => `${text}\n`).join(''));
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

async function textsOf(collection: ArchiveCollection, limit: number): Promise<string[]> {
  const texts: string[] = [];
  for (let from: number | null = 0; from !== null; ) {
    const { documents, next } = await page(collection, { from, limit });
    expect(documents.map(({ position }) => position)).toEqual(documents.map((_, place) => texts.length + place));
    texts.push(...documents.map(({ json }) => json));
    from = next;
  }
  return texts;
}

describe('a large collection beside a small one', () => {
  const small = Array.from({ length: 50 }, (_, n) => serialize({ _id: n, name: `n${n % 7}`, tags: [n, { x: n % 3 }] }));
  const namespaces = [
    { database: 'shop', collection: 'large', documents: noise(600, 64 * 1024) },
    { database: 'shop', collection: 'small', documents: small },
  ];
  const opening = archiveOf(namespaces);

  it.each([
    ['plain', opening],
    ['encrypted', archiveOf(namespaces, { encrypted: true })],
  ])(
    'reads at most 2 %% of the %s file for twenty documents of the small one, opening included',
    async (_, written) => {
      const { file } = await written;
      const source = memorySource(file);
      const collections = new ArchiveCollections(await openArchive(source, { identities }));
      const { documents } = await page(collectionOf(collections, 'shop.small'), { limit: 20 });
      expect(documents).toHaveLength(20);
      const read = source.reads.reduce((sum, { start, end }) => sum + end - start, 0);
      expect(file.length).toBeGreaterThan(35e6);
      expect(read / file.length).toBeLessThan(0.02);
    },
  );

  it('reads one frame of the large one for a page in its middle', async () => {
    const { source, collections } = await opening;
    const collection = collectionOf(collections, 'shop.large');
    const before = source.reads.length;
    const { documents, next } = await page(collection, { from: 300, limit: 2 });
    expect(documents.map(({ json }) => JSON.parse(json)._id)).toEqual([{ $numberInt: '300' }, { $numberInt: '301' }]);
    expect(next).toBe(302);
    expect(collection.frames.length).toBeGreaterThan(3);
    expect(source.reads.length - before).toBe(1);
  });

  it('finds by a field, in order, and says where it stopped', async () => {
    const collection = collectionOf((await opening).collections, 'shop.small');
    const filter = parseFilter('{"name": "n3"}');
    const first = await page(collection, { filter, limit: 3 });
    expect(first.documents.map(({ position }) => position)).toEqual([3, 10, 17]);
    expect(first).toMatchObject({ next: 18, endedBy: 'limit' });
    const rest = await page(collection, { filter, from: 18 });
    expect(rest.documents.map(({ position }) => position)).toEqual([24, 31, 38, 45]);
    expect(rest).toMatchObject({ next: null, endedBy: 'end' });
  });

  it('stops at the document whose _id was asked for', async () => {
    const collection = collectionOf((await opening).collections, 'shop.large');
    const found = await page(collection, { filter: parseFilter('{"_id": 5.0}') });
    expect(found.documents.map(({ position }) => position)).toEqual([5]);
    expect(found).toMatchObject({ next: 6, endedBy: 'found' });
  });

  it('stops looking when its budget is spent, and goes on from there', async () => {
    const collection = collectionOf((await opening).collections, 'shop.large');
    const filter = parseFilter('{"_id": 599}');
    const first = await page(collection, { filter, budget: { ms: 60_000, bytes: 10e6 } });
    expect(first).toMatchObject({ documents: [], endedBy: 'budget' });
    expect(first.next).toBeGreaterThan(100);
    expect(first.next).toBeLessThan(200);
    let [from, asked] = [first.next, 1];
    for (; from !== null; asked += 1) {
      const more = await page(collection, { filter, from, budget: { ms: 60_000, bytes: 10e6 } });
      from = more.next;
      if (more.documents.length > 0) expect(more.documents[0]?.position).toBe(599);
    }
    expect(asked).toBeGreaterThan(3);
  });

  it('ends a page before it grows too large, and gives the first document whatever its size', async () => {
    const collection = collectionOf((await opening).collections, 'shop.large');
    const one = await page(collection, { maxText: 1 });
    expect(one).toMatchObject({ next: 1, endedBy: 'size' });
    expect(one.documents).toHaveLength(1);
    const two = await page(collection, { maxText: 200_000 });
    expect(two).toMatchObject({ next: 2, endedBy: 'size' });
  });

  it('gives nothing behind the end', async () => {
    const collection = collectionOf((await opening).collections, 'shop.small');
    expect(await page(collection, { from: 50 })).toEqual({ documents: [], next: null, endedBy: 'end' });
    expect(await page(collection, { from: 1e9 })).toEqual({ documents: [], next: null, endedBy: 'end' });
  });
});

describe('thousands of collections', () => {
  it('are opened and read one by one, without a look at the others', async () => {
    const namespaces = Array.from({ length: 2_000 }, (_, n) => ({
      database: 'many',
      collection: `c${n}`,
      documents: [serialize({ n })],
    }));
    const { file } = await archiveOf(namespaces);
    const source = memorySource(file);
    const collections = new ArchiveCollections(await openArchive(source));
    const opened = source.reads.length;
    const { documents } = await page(collectionOf(collections, 'many.c1777'));
    expect(documents.map(({ json }) => json)).toEqual(['{"n":{"$numberInt":"1777"}}']);
    expect(source.reads.length - opened).toBe(1);
  });
});

describe('a damaged archive', () => {
  it('breaks the export off, wherever a bit of the collection is wrong', async () => {
    const { file, collections } = await archiveOf([
      { database: 'shop', collection: 'small', documents: Array.from({ length: 50 }, (_, n) => serialize({ n })) },
    ]);
    const { archive } = collections;
    const dump = archive.entries.get(archive.manifest.dump.entry);
    const frame = collectionOf(collections, 'shop.small').frames[0];
    if (dump === undefined || frame === undefined) throw new Error('nothing to damage');
    for (let at = 0; at < frame.storedBytes; at += 7) {
      const bad = Buffer.from(file);
      const place = dump.start + frame.storedOffset + at;
      bad.writeUInt8(bad.readUInt8(place) ^ 1, place);
      const collection = collectionOf(new ArchiveCollections(await openArchive(memorySource(bad))), 'shop.small');
      await expect(exported(collection, 'bson'), `byte ${at}`).rejects.toMatchObject({ reason: 'archive-damaged' });
      await expect(page(collection), `byte ${at}`).rejects.toMatchObject({ reason: 'archive-damaged' });
    }
  });

  it('gives no collection whose fingerprint is another one', async () => {
    const { collections } = await archiveOf([
      { database: 'shop', collection: 'small', documents: [serialize({ a: 1 }), serialize({ a: 2 })] },
    ]);
    const [namespace] = collections.archive.manifest.namespaces;
    Object.assign(namespace as object, { fingerprint: '0'.repeat(32) });
    const collection = collectionOf(collections, 'shop.small');
    await expect(exported(collection, 'jsonl')).rejects.toMatchObject({ reason: 'archive-damaged' });
    // Who was told how many bytes to expect does not get them all.
    const pieces: Buffer[] = [];
    const reading = (async () => {
      for await (const piece of exportCollection(collection, 'bson')) pieces.push(piece);
    })();
    await expect(reading).rejects.toMatchObject({ reason: 'archive-damaged' });
    expect(Buffer.concat(pieces).length).toBeLessThan(collection.namespace.bytes);
  });
});
