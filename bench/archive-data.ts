// What the archive is measured on: source text, small events with three indexes, nested documents as of a social network, bytes
// that nothing compresses, and a small collection beside them. The same for the same size.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestMongo } from '../server/src/testing/mongo.ts';

type Insertable = Record<string, unknown>;

export const benchDatabase = 'bench';

/** Fills the database `bench` with about `sizeMb` megabytes of BSON; resolves with what the server counts. */
export async function fillBenchDatabase(
  mongo: TestMongo,
  sizeMb: number,
): Promise<{ documents: number; bytes: number }> {
  const random = mulberry32(7);
  const database = mongo.client.db(benchDatabase);
  const texts = await sourceTexts();
  await insert(mongo, 'sources', sizeMb * 0.27, (n) => sourceDocument(texts, n));
  await insert(mongo, 'events', sizeMb * 0.27, (n) => eventDocument(random, n));
  await database
    .collection('events')
    .createIndexes([{ key: { user: 1, at: -1 } }, { key: { kind: 1 } }, { key: { at: 1 } }]);
  await insert(mongo, 'posts', sizeMb * 0.34, (n) => postDocument(random, texts, n));
  await insert(mongo, 'blobs', sizeMb * 0.12, (n) => ({ _id: n, bytes: randomBytes(random, 200_000) }));
  await insert(mongo, 'settings', 0.1, (n) => ({ _id: n, name: `setting ${n}`, value: random() }));
  const { objects, dataSize } = await database.command({ dbStats: 1 });
  return { documents: objects, bytes: dataSize };
}

async function insert(mongo: TestMongo, name: string, sizeMb: number, make: (n: number) => Insertable): Promise<void> {
  const collection = mongo.client.db(benchDatabase).collection(name);
  let written = 0;
  for (let n = 0; written < sizeMb * 1e6; ) {
    const batch: Insertable[] = [];
    for (let bytes = 0; bytes < Math.min(2_000_000, sizeMb * 1e6); n += 1) {
      const document = make(n);
      bytes += sizeOf(document);
      batch.push(document);
    }
    await collection.insertMany(batch as never, { ordered: false, writeConcern: { w: 1 } });
    written += batch.reduce((total, document) => total + sizeOf(document), 0);
  }
}

/** About what it takes as BSON. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 5;
  if (value instanceof Uint8Array) return value.length + 5;
  if (value === null || typeof value !== 'object' || value instanceof Date) return 8;
  return Object.entries(value).reduce((total, [key, item]) => total + key.length + 2 + sizeOf(item), 5);
}

/** The JavaScript of the installed packages, cut into pieces. */
async function sourceTexts(): Promise<string[]> {
  const folder = fileURLToPath(new URL('../server/node_modules', import.meta.url));
  const texts: string[] = [];
  let bytes = 0;
  for (const name of (await readdir(folder)).sort()) {
    if (name.startsWith('.') || name.startsWith('@holdfast')) continue;
    for (const file of (await readdir(join(folder, name), { recursive: true })).sort()) {
      if (!file.endsWith('.js') || bytes > 60e6) continue;
      const text = await readFile(join(folder, name, file), 'utf8').catch(() => '');
      bytes += text.length;
      for (let at = 0; at < text.length; at += 30_000) texts.push(text.slice(at, at + 30_000).toWellFormed());
    }
  }
  return texts;
}

function sourceDocument(texts: readonly string[], n: number): Insertable {
  const text = texts[n % texts.length] ?? '';
  return { path: `src/module-${n}.js`, revision: n, lines: text.split('\n').length, text: `// revision ${n}\n${text}` };
}

function eventDocument(random: () => number, n: number): Insertable {
  return {
    at: new Date(1.75e12 + n * 731 + random() * 500),
    user: Math.floor(random() * 50_000),
    kind: ['view', 'click', 'order', 'search', 'leave'][Math.floor(random() * 5)],
    ms: random() * 1_000,
    ok: random() > 0.02,
    session: Math.floor(random() * 2 ** 48).toString(16),
  };
}

function postDocument(random: () => number, texts: readonly string[], n: number): Insertable {
  const pick = () => texts[Math.floor(random() * texts.length)] ?? '';
  const words = () => {
    const text = pick();
    const start = Math.floor(random() * text.length * 0.9);
    return text.slice(start, start + 40 + random() * 200).toWellFormed();
  };
  const user = () => {
    const id = Math.floor(random() * 200_000);
    return { id, name: `user${id}`, followers: Math.floor(random() * 1e6), verified: random() > 0.9, url: null };
  };
  return {
    id: n,
    created_at: new Date(1.7e12 + n * 997),
    text: words(),
    user: user(),
    entities: {
      hashtags: Array.from({ length: Math.floor(random() * 4) }, () => ({
        text: words().slice(0, 12),
        indices: [3, 15],
      })),
      mentions: Array.from({ length: Math.floor(random() * 3) }, user),
    },
    place: random() > 0.7 ? { type: 'Point', coordinates: [random() * 360 - 180, random() * 180 - 90] } : null,
    replies: Array.from({ length: Math.floor(random() * 3) }, () => ({
      user: user(),
      text: words(),
      likes: Math.floor(random() * 99),
    })),
  };
}

function randomBytes(random: () => number, length: number): Buffer {
  const words = new Uint32Array(length / 4);
  for (let at = 0; at < words.length; at += 1) words[at] = random() * 2 ** 32;
  return Buffer.from(words.buffer);
}

/** A small generator with a seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
