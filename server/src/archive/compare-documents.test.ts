import { Readable } from 'node:stream';
import { Double, Int32, ObjectId, serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateDump } from '../testing/generated-dump.ts';
import { memorySource, writeToMemory } from '../testing/memory-archive.ts';
import { compareDocuments } from './compare-documents.ts';
import { openArchive } from './open-archive.ts';

const other = { database: 'shop', collection: 'other', documents: [serialize({ _id: 1, of: 'another collection' })] };

async function archived(documents: readonly Uint8Array[]) {
  const dump = await generateDump([other, { database: 'shop', collection: 'orders', documents }]);
  const { file } = await writeToMemory(Readable.from([dump]));
  return { file, archive: await openArchive(memorySource(file)) };
}

async function compared(
  then: readonly Uint8Array[],
  now: readonly Uint8Array[],
  options: { readonly documentsPerPass?: number; readonly examples?: number } = {},
) {
  const { archive } = await archived(then);
  let passes = 0;
  async function* live() {
    passes += 1;
    yield* now;
  }
  const difference = await compareDocuments({ archive, namespace: 'shop.orders', live, ...options });
  return { difference, passes };
}

const numbered = (count: number, text = '') =>
  Array.from({ length: count }, (_, n) => serialize({ _id: new Int32(n), text: `${text}${n}` }));

describe('documents in an archive and live', () => {
  it('are counted and named by what became of them', async () => {
    const id = new ObjectId('64b0c0ffee64b0c0ffee64b0');
    const then = [...numbered(10), serialize({ _id: id, gone: true })];
    const now = [
      ...numbered(8).reverse(),
      serialize({ _id: new Int32(8), text: 'changed' }),
      serialize({ _id: 'new', text: '' }),
    ];
    const { difference, passes } = await compared(then, now);
    expect(difference).toStrictEqual({
      onlyLive: 1,
      onlyInBackup: 2,
      changed: 1,
      same: 8,
      examples: { onlyLive: ['"new"'], onlyInBackup: ['9', '{"$oid":"64b0c0ffee64b0c0ffee64b0"}'], changed: ['8'] },
    });
    expect(passes).toBe(1);
  });

  it('are the same document when only the type of the number in _id differs, but changed', async () => {
    const { difference } = await compared([serialize({ _id: new Int32(1) })], [serialize({ _id: new Double(1) })]);
    expect(difference).toMatchObject({ onlyLive: 0, onlyInBackup: 0, changed: 1, same: 0 });
  });

  it('may have the same _id twice in a dump that was taken while it was written again', async () => {
    const twice = [serialize({ _id: 1, a: 1 }), serialize({ _id: 1, a: 2 })];
    const { difference } = await compared(twice, [serialize({ _id: 1, a: 2 })]);
    expect(difference.onlyInBackup).toBe(1);
    expect(difference.changed + difference.same).toBe(1);
  });

  it('are named at most as often as asked for, those of the backup in its order', async () => {
    const { difference } = await compared(numbered(1_000), [], { examples: 3 });
    expect(difference).toMatchObject({ onlyInBackup: 1_000, examples: { onlyInBackup: ['0', '1', '2'] } });
  });

  it('have long ids cut', async () => {
    const { difference } = await compared([], [serialize({ _id: 'x'.repeat(10_000) })]);
    expect(difference.examples.onlyLive[0]).toHaveLength(501);
  });
});

it('compares any two sides alike in one pass and in many', async () => {
  const side = fc.dictionary(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), fc.integer({ min: 0, max: 3 }));
  const documentsOf = (values: Record<string, number>) =>
    Object.entries(values).map(([_id, value]) => serialize({ _id, value }));
  await fc.assert(
    fc.asyncProperty(side, side, fc.integer({ min: 1, max: 40 }), async (then, now, documentsPerPass) => {
      const [before, after] = [new Map(Object.entries(then)), new Map(Object.entries(now))];
      const both = [...before.keys()].filter((id) => after.has(id));
      const expected = {
        onlyLive: after.size - both.length,
        onlyInBackup: before.size - both.length,
        changed: both.filter((id) => before.get(id) !== after.get(id)).length,
        same: both.filter((id) => before.get(id) === after.get(id)).length,
      };
      const { difference, passes } = await compared(documentsOf(then), documentsOf(now), { documentsPerPass });
      expect(difference).toMatchObject(expected);
      expect(passes).toBe(Math.max(1, Math.ceil(before.size / documentsPerPass)));
    }),
    { numRuns: 60 },
  );
});

describe('what ends a comparison', () => {
  it('an archive whose manifest counts other documents', async () => {
    const { archive } = await archived(numbered(10));
    const [first, orders] = archive.manifest.namespaces;
    const fingerprint = 'f'.repeat(32);
    const manifest = {
      ...archive.manifest,
      namespaces: [first, { ...orders, fingerprint }],
    } as typeof archive.manifest;
    const comparing = compareDocuments({
      archive: { ...archive, manifest },
      namespace: 'shop.orders',
      live: () => Readable.from([]),
    });
    await expect(comparing).rejects.toMatchObject({ reason: 'archive-damaged' });
  });

  it('a signal, while the live side never ends', async () => {
    const { archive } = await archived(numbered(10));
    const controller = new AbortController();
    let closed = false;
    async function* live() {
      try {
        for (let n = 0; ; n += 1) {
          if (n === 1_000) controller.abort(new Error('enough'));
          yield serialize({ _id: n });
        }
      } finally {
        closed = true;
      }
    }
    const comparing = compareDocuments({ archive, namespace: 'shop.orders', live, signal: controller.signal });
    await expect(comparing).rejects.toThrow('enough');
    expect(closed).toBe(true);
  });
});
