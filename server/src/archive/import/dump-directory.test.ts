import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { writeToMemory } from '../../testing/memory-archive.ts';
import { buildArchive } from './build-archive.ts';
import { readDumpDirectory } from './dump-directory.ts';

const documents = Array.from({ length: 300 }, (_, n) => serialize({ _id: n, name: `nr ${n}`, tags: ['a', { b: n }] }));

describe('readDumpDirectory', () => {
  const metadata = (type: string, options = {}) => JSON.stringify({ options, indexes: [], uuid: '', type });

  it('reads views, time-series, the oplog and compressed files; a collection without metadata is one all the same', async () => {
    await using folder = await dumpOf({
      'shop/orders.bson.gz': gzipSync(Buffer.concat(documents)),
      'shop/orders.metadata.json.gz': gzipSync(metadata('collection')),
      'shop/big.metadata.json': metadata('view', { viewOn: 'orders' }),
      'shop/system.buckets.m.bson': '',
      'shop/m.metadata.json': metadata('timeseries', { timeseries: { timeField: 't' } }),
      'shop/plain.bson': documents[0] ?? '',
      'shop/notes.txt': 'hello',
      'oplog.bson': documents[1] ?? '',
      'prelude.json': '{"ServerVersion":"8.0.1","ToolVersion":"100.13.0"}',
    });
    const found = await readDumpDirectory(folder.path);
    expect(found.namespaces.map(({ database, collection, type }) => `${database}.${collection} ${type}`)).toStrictEqual(
      ['shop.big view', 'shop.m timeseries', 'shop.orders collection', 'shop.plain collection', '.oplog collection'],
    );
    expect(found).toMatchObject({
      ignored: ['shop/notes.txt'],
      versions: { serverVersion: '8.0.1', toolVersion: '100.13.0' },
    });
    const { manifest } = await writeToMemory(buildArchive(found.versions, found.namespaces), {
      exclude: (database) => database === '',
    });
    expect(manifest.namespaces.map(({ documents: count }) => count)).toStrictEqual([0, 0, 300, 1]);
  });

  it.each<[string, Record<string, string | Uint8Array>, string]>([
    ['whose documents are missing', { 'shop/a.metadata.json': metadata('collection') }, 'has no .bson file beside it'],
    ['whose metadata are damaged', { 'shop/a.metadata.json': '{', 'shop/a.bson': '' }, 'a.metadata.json is damaged'],
    ['of a time-series without metadata', { 'shop/system.buckets.a.bson': '' }, 'whose .metadata.json is missing'],
    ['with a file twice', { 'shop/a.bson': '', 'shop/a.bson.gz': '' }, 'is there twice'],
    ['that is both a database and a dump', { 'a.bson': '', 'shop/a.bson': '' }, 'name the folder of the dump'],
    ['that is none', { 'shop/readme.txt': '' }, 'There is no dump in'],
  ])('refuses a directory %s', async (_, files, words) => {
    await using folder = await dumpOf(files);
    await expect(readDumpDirectory(folder.path)).rejects.toThrow(words);
  });
});

async function dumpOf(files: Record<string, string | Uint8Array>) {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-dump-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
