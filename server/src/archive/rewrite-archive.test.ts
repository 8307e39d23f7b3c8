import { serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { chunked, generatedNamespaces } from '../testing/arbitrary-dump.ts';
import { type GeneratedNamespace, generateDump } from '../testing/generated-dump.ts';
import { ArchiveProgress } from './archive-progress.ts';
import { type ArchivePart, parseArchive } from './parse-archive.ts';
import { type RewriteOptions, rewriteArchive } from './rewrite-archive.ts';

// Much data on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const everything = () => true;
const same = (database: string, collection: string) => ({ database, collection });

describe('rewriteArchive', () => {
  it('gives the dump that mongodump would have written of the kept namespaces under the new names', async () => {
    const cases = fc.tuple(
      generatedNamespaces,
      fc.integer({ min: 1, max: 9 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 200 })),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([namespaces, blockDocuments, sizes]) => {
        const keep = (database: string, collection: string) => (database.length + collection.length) % 3 > 0;
        const rename = (database: string, collection: string) => ({
          database: `${database}_2`,
          collection: `neu.${collection}`,
        });
        const dump = await generateDump(namespaces, { blockDocuments });
        const expected = await generateDump(
          namespaces
            .filter(({ database, collection }) => keep(database, collection))
            .map((one) => ({ ...one, ...rename(one.database, one.collection) })),
          { blockDocuments },
        );
        // Blocks of one namespace that now follow each other stay two, so compare what they hold.
        const rewritten = await rewrite(chunked(dump, sizes), { keep, rename });
        expect(await summary(rewritten)).toStrictEqual(await summary(expected));
      }),
    );
  });

  it('passes a dump through unchanged when nothing is renamed', async () => {
    const dump = await generateDump(mixed(), { blockDocuments: 1 });
    expect(await rewrite(chunked(dump, [10, 300]), { keep: everything, rename: same })).toStrictEqual(dump);
  });

  it('asks for a time-series by its own name, and renames its buckets with it', async () => {
    const asked: string[] = [];
    const rewritten = await rewrite(chunked(await generateDump(mixed()), [100]), {
      keep: everything,
      rename: (_, collection) => {
        asked.push(collection);
        return { database: 'copy', collection: `${collection}_2` };
      },
    });
    expect(asked).not.toContainEqual(expect.stringContaining('system.buckets'));
    expect(Object.keys((await summary(rewritten)).blocks)).toStrictEqual([
      'copy.orders_2',
      'copy.system.buckets.weather_2',
      'copy.open_2',
    ]);
  });

  it('lets a view follow what it reads, within its database only', async () => {
    const shadow = await rewrite(chunked(await generateDump(mixed()), [100]), {
      keep: everything,
      rename: (database, collection) => ({ database, collection: `hf_${collection}` }),
    });
    expect(metadataOf(await summary(shadow), 'shop.hf_open')).toMatchObject({
      collectionName: 'hf_open',
      options: { viewOn: 'hf_orders' },
    });
    const apart = await rewrite(chunked(await generateDump(mixed()), [100]), {
      keep: everything,
      rename: (database, collection) =>
        collection === 'open' ? { database: 'other', collection } : { database, collection: `x${collection}` },
    });
    expect(metadataOf(await summary(apart), 'other.open')).toMatchObject({ options: { viewOn: 'orders' } });
  });

  it('renames in the metadata and keeps the order of the fields of an index', async () => {
    const indexes = '[{"v":{"$numberInt":"2"},"key":{"b":1,"1":1},"name":"b_1_1_1","ns":"shop.orders"}]';
    const dump = await generateDump([{ database: 'shop', collection: 'orders', documents: [] }]);
    const text = '{"options":{},"indexes":[],"uuid":"","collectionName":"orders","type":"collection"}';
    const long = text.replace('[]', indexes);
    const metadata = serialize({ db: 'shop', collection: 'orders', metadata: long, size: 7, type: '' });
    const start = dump.indexOf(serialize({ db: 'shop', collection: 'orders', metadata: text, size: 0, type: '' }));
    const length = dump.readInt32LE(start);
    const input = Buffer.concat([dump.subarray(0, start), metadata, dump.subarray(start + length)]);
    const rewritten = await rewrite(chunked(input, [1000]), {
      keep: everything,
      rename: () => ({ database: 'copy', collection: 'o"2' }),
    });
    const expected = long
      .replace('"ns":"shop.orders"', '"ns":"copy.o\\"2"')
      .replace('"collectionName":"orders"', '"collectionName":"o\\"2"');
    expect((await summary(rewritten)).prelude).toStrictEqual({ 'copy.o"2': expected });
  });

  it('counts what passes under the names in the archive', async () => {
    const progress = new ArchiveProgress();
    const keep = (_: string, collection: string) => collection === 'weather';
    await rewrite(chunked(await generateDump(mixed()), [100]), {
      keep,
      rename: () => ({ database: 'x', collection: 'y' }),
      progress,
    });
    expect([...progress.namespaces.keys()]).toStrictEqual(['shop.weather']);
    expect(progress.namespaces.get('shop.weather')).toMatchObject({ documents: 2, done: true });
  });

  it('refuses a stream that is not whole', async () => {
    const dump = await generateDump(mixed());
    const options = { keep: everything, rename: same };
    await expect(rewrite(chunked(dump.subarray(0, -2), [100]), options)).rejects.toMatchObject({
      reason: 'archive-damaged',
    });
    const open = await generateDump(mixed(), { withoutEnd: ['shop.weather'] });
    await expect(rewrite(chunked(open, [100]), options)).rejects.toThrow(
      'shop.system.buckets.weather was not seen to its end',
    );
  });

  it('refuses to make one namespace of two', async () => {
    const rename = () => ({ database: 'copy', collection: 'one' });
    const rewriting = rewrite(chunked(await generateDump(mixed()), [100]), { keep: everything, rename });
    await expect(rewriting).rejects.toThrow('two namespaces would both become copy.one');
  });
});

function mixed(): GeneratedNamespace[] {
  const documents = [serialize({ a: 1 }), serialize({ a: 2 })];
  return [
    { database: 'shop', collection: 'orders', documents },
    { database: 'shop', collection: 'weather', type: 'timeseries', documents },
    { database: 'shop', collection: 'open', type: 'view', documents: [], options: { viewOn: 'orders', pipeline: [] } },
  ];
}

async function rewrite(stream: AsyncIterable<Buffer>, options: RewriteOptions): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(rewriteArchive(stream, options)));
}

interface Summary {
  readonly prelude: Record<string, string>;
  /** Documents of each namespace, one after the other, and its checksum. */
  readonly blocks: Record<string, { documents: string; crc: bigint | undefined }>;
}

async function summary(dump: Buffer): Promise<Summary> {
  const parts: ArchivePart[] = await Array.fromAsync(parseArchive(chunked(dump, [])));
  const found: Summary = { prelude: {}, blocks: {} };
  let current: Summary['blocks'][string] = { documents: '', crc: undefined };
  for (const part of parts) {
    if (part.kind === 'prelude') {
      for (const { database, collection, metadata } of part.prelude.namespaces) {
        found.prelude[`${database}.${collection}`] = metadata;
      }
    } else if (part.kind === 'block') {
      const { database, collection, end, crc } = part.header;
      current = found.blocks[`${database}.${collection}`] ??= { documents: '', crc: undefined };
      if (end) current.crc = crc;
    } else if (part.kind === 'documents') current.documents += part.bytes.toString('hex');
  }
  return found;
}

function metadataOf({ prelude }: Summary, name: string): unknown {
  return JSON.parse(prelude[name] ?? 'null');
}
