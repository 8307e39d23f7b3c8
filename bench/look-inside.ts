// What it takes to look into an archive: documents of any of its collections after opening it anew, from disk; filters; exports.
// `npx pnpm@12 bench:look [--size-mb 300] [--collections 10000] [--json]`
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { generateIdentity } from '../server/src/archive/age/age-keys.ts';
import { type ArchiveCollection, ArchiveCollections } from '../server/src/archive/archive-collections.ts';
import { exportCollection } from '../server/src/archive/export-collection.ts';
import { type ArchiveSource, openArchive } from '../server/src/archive/open-archive.ts';
import { parseFilter } from '../server/src/archive/parse-filter.ts';
import { readPage } from '../server/src/archive/read-page.ts';
import { FileReader } from '../server/src/storage/file-reader.ts';
import { type GeneratedNamespace, generateDump } from '../server/src/testing/generated-dump.ts';
import { writeToMemory } from '../server/src/testing/memory-archive.ts';
import { rawDocument } from '../server/src/testing/raw-document.ts';

const { values: options } = parseArgs({
  options: {
    'size-mb': { type: 'string', default: '300' },
    collections: { type: 'string', default: '10000' },
    json: { type: 'boolean', default: false },
  },
});
const sizeMb = Number(options['size-mb']);
const identities = [generateIdentity()];
const repeats = 7;

const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-look-'));
try {
  const results = {
    mixed: await measure('mixed', mixedCollections(), { encrypted: false }),
    encrypted: await measure('encrypted', mixedCollections(), { encrypted: true }),
    many: await measure('many', manyCollections(), { encrypted: false }),
  };
  process.stdout.write(options.json ? `${JSON.stringify(results)}\n` : '');
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Small events, nested documents with text, bytes that nothing compresses, and a small collection. */
function mixedCollections(): GeneratedNamespace[] {
  const words = Array.from({ length: 400 }, () => randomBytes(3).toString('hex'));
  const text = (count: number, n: number) =>
    Array.from({ length: count }, (_, at) => words[(n * 7 + at * 13) % 400]).join(' ');
  const collection = (name: string, share: number, make: (n: number) => object): GeneratedNamespace => {
    const documents: Uint8Array[] = [];
    for (let bytes = 0, n = 0; bytes < sizeMb * 1e6 * share; n += 1) {
      const document = rawDocument(Object.entries(make(n)));
      bytes += document.length;
      documents.push(document);
    }
    return { database: 'bench', collection: name, documents };
  };
  return [
    collection('events', 0.3, (n) => ({
      _id: n,
      user: n % 5_000,
      kind: `kind ${n % 12}`,
      at: new Date(n * 1_000),
      text: text(25, n),
    })),
    collection('posts', 0.5, (n) => ({
      _id: n,
      by: { id: n % 900, name: text(2, n) },
      tags: [n % 7, n % 11],
      text: text(60, n),
    })),
    collection('blobs', 0.2, (n) => ({ _id: n, bytes: randomBytes(200_000) })),
    collection('small', 0.0001, (n) => ({ _id: n, name: text(3, n) })),
  ];
}

function manyCollections(): GeneratedNamespace[] {
  return Array.from({ length: Number(options.collections) }, (_, n) => ({
    database: 'many',
    collection: `collection-${n}`,
    indexes: [{ v: 2, key: { _id: 1 }, name: '_id_' }],
    documents: Array.from({ length: 20 }, (_, at) => rawDocument(Object.entries({ _id: at, n }))),
  }));
}

interface Counted extends ArchiveSource {
  bytesRead: number;
}

async function fileSource(path: string): Promise<Counted> {
  const { size } = await stat(path);
  const source: Counted = {
    sizeBytes: size,
    bytesRead: 0,
    read(range) {
      source.bytesRead += range.end - range.start;
      return new FileReader(path, range);
    },
  };
  return source;
}

async function measure(name: string, namespaces: GeneratedNamespace[], { encrypted }: { readonly encrypted: boolean }) {
  const path = join(folder, `${name}.zip`);
  const recipients = encrypted ? identities.map(({ recipient }) => recipient) : [];
  const { file } = await writeToMemory(Readable.from([await generateDump(namespaces, { blockDocuments: 10_000 })]), {
    recipients,
  });
  await writeFile(path, file);
  say(`${name}: ${namespaces.length} collections, ${mb(file.length)} MB${encrypted ? ', encrypted' : ''}`);
  const chosen = namespaces.length > 10 ? [namespaces[7_777 % namespaces.length] as GeneratedNamespace] : namespaces;
  const pages = [];
  for (const { database, collection } of chosen) pages.push(await measurePages(path, `${database}.${collection}`));
  const largest = namespaces.length > 10 ? null : await measureScans(path, 'bench.posts');
  return { sizeMb: mb(file.length), pages, scans: largest };
}

/** Twenty documents, the archive opened anew each time. */
async function measurePages(path: string, namespace: string) {
  const facts = { namespace, firstMs: 0, middleMs: 0, middleCpuMs: 0, percentRead: 0 };
  for (const place of ['firstMs', 'middleMs'] as const) {
    const times: number[] = [];
    const cpuTimes: number[] = [];
    for (let at = 0; at < repeats; at += 1) {
      const source = await fileSource(path);
      const startedAt = performance.now();
      cpuTimes.push(
        await timed(async () => {
          const collection = await openedCollection(source, namespace);
          await page(collection, place === 'firstMs' ? 0 : collection.namespace.documents >> 1);
        }),
      );
      times.push(performance.now() - startedAt);
      if (place === 'firstMs') facts.percentRead = Math.round((source.bytesRead / source.sizeBytes) * 1e4) / 100;
    }
    facts[place] = median(times);
    if (place === 'middleMs') facts.middleCpuMs = median(cpuTimes);
  }
  say(
    `  ${namespace}: 20 documents in ${facts.firstMs} ms, in its middle ${facts.middleMs} ms (${facts.middleCpuMs} ms of CPU), ${facts.percentRead} % of the file read`,
  );
  return facts;
}

async function measureScans(path: string, namespace: string) {
  const collection = await openedCollection(await fileSource(path), namespace);
  const { bytes } = collection.namespace;
  const rate = (ms: number) => Math.round(bytes / 1e6 / (ms / 1_000));
  const delays = monitorEventLoopDelay({ resolution: 2 });
  delays.enable();
  const filterMs = await timed(() => page(collection, 0, '{"by.name": "nobody"}'));
  delays.disable();
  const bsonMs = await timed(() => drain(exportCollection(collection, 'bson')));
  const jsonlMs = await timed(() => drain(exportCollection(collection, 'jsonl')));
  const facts = {
    namespace,
    filterMbPerSecond: rate(filterMs),
    filterLoopDelayP99Ms: Math.round(delays.percentile(99) / 1e5) / 10,
    bsonMbPerSecond: rate(bsonMs),
    jsonlMbPerSecond: rate(jsonlMs),
  };
  say(
    `  ${namespace}, ${mb(bytes)} MB: filter ${facts.filterMbPerSecond} MB/s (event loop p99 ${facts.filterLoopDelayP99Ms} ms), as BSON ${facts.bsonMbPerSecond} MB/s, as JSON lines ${facts.jsonlMbPerSecond} MB/s, each by CPU time`,
  );
  return facts;
}

async function openedCollection(source: ArchiveSource, namespace: string): Promise<ArchiveCollection> {
  const found = new ArchiveCollections(await openArchive(source, { identities })).find(namespace);
  if (found === undefined) throw new Error(`there is no ${namespace}`);
  return found;
}

async function page(collection: ArchiveCollection, from: number, filter?: string): Promise<void> {
  await readPage(collection, (frame) => collection.read(frame), {
    ...{ from, limit: 20, format: 'relaxed', maxText: 1e9 },
    filter: filter === undefined ? undefined : parseFilter(filter),
    budget: { ms: 1e9, bytes: 1e15 },
  });
}

async function drain(pieces: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of pieces);
}

/** In processor time of this process, all threads: what other work of the machine takes does not count. */
async function timed(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function median(times: number[]): number {
  return Math.round(times.sort((a, b) => a - b)[times.length >> 1] ?? 0);
}

function mb(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function say(line: string): void {
  if (!options.json) process.stdout.write(`${line}\n`);
}
