// About 1.3 GB of mixed data, deterministic: source text, small events with three indexes, nested documents, and blobs that
// do not compress.
import { createCipheriv, createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Db, Document, MongoClient } from 'mongodb';

export interface MixedData {
  readonly database: string;
  readonly documents: number;
  readonly bytes: number;
}

const mb = 1_000_000;
const batchBytes = 8 * mb;

/** Loads it into a database that must be empty; `sizeMb` is the raw BSON size in all. */
export async function loadMixedData(client: MongoClient, database: string, sizeMb = 1_300): Promise<MixedData> {
  const db = client.db(database);
  const share = (part: number) => part * sizeMb * mb;
  const text = sourceText();
  const collections: [string, number, (n: number) => Document, number][] = [
    ['source', share(0.3), (n) => ({ _id: n, path: `file-${n}.ts`, text: slice(text, n, 6_000) }), 6_050],
    ['events', share(0.25), event, 180],
    ['posts', share(0.25), (n) => post(n, text), 1_250],
    ['blobs', share(0.2), (n) => ({ _id: n, blob: noise(n, 64_000) }), 64_020],
  ];
  for (const [name, bytes, make, each] of collections) await fill(db, name, Math.ceil(bytes / each), make, each);
  await db
    .collection('events')
    .createIndexes([{ key: { at: 1 } }, { key: { kind: 1, at: -1 } }, { key: { 'user.id': 1 } }]);
  const stats = await db.command({ dbStats: 1 });
  return { database, documents: Number(stats.objects), bytes: Number(stats.dataSize) };
}

async function fill(db: Db, name: string, count: number, make: (n: number) => Document, each: number): Promise<void> {
  const batch = Math.max(1, Math.floor(batchBytes / each));
  for (let at = 0; at < count; at += batch) {
    const documents = Array.from({ length: Math.min(batch, count - at) }, (_, n) => make(at + n));
    await db.collection(name).insertMany(documents, { ordered: false, writeConcern: { w: 1, j: false } });
  }
}

function event(n: number): Document {
  const at = new Date(Date.UTC(2026, 0, 1) + n * 1_700);
  const kind = ['view', 'cart', 'order', 'refund', 'search'][n % 5];
  return {
    _id: n,
    at,
    kind,
    user: { id: (n * 7_919) % 50_000, session: hash(n).slice(0, 16) },
    value: (n % 997) / 10,
    ok: n % 31 !== 0,
  };
}

function post(n: number, text: string): Document {
  const words = slice(text, n * 31, 280);
  const user = { id: n % 9_000, name: `user-${n % 9_000}`, followers: (n * 13) % 100_000, verified: n % 50 === 0 };
  const entities = {
    tags: [`t${n % 300}`, `t${n % 77}`],
    urls: [{ url: `https://example.org/${hash(n).slice(0, 10)}`, at: [n % 90, n % 140] }],
  };
  const quoted = { id: n - 1, text: slice(text, n * 17, 200), user: { ...user, id: (n + 1) % 9_000 } };
  return {
    _id: n,
    text: words,
    user,
    entities,
    quoted,
    counts: { likes: (n * 3) % 5_000, shares: n % 700 },
    at: new Date(1.7e12 + n * 1_000),
  };
}

/** Bytes that no compressor makes smaller, the same each time. */
function noise(seed: number, length: number): Buffer {
  const key = createHash('sha256').update(`noise ${seed}`).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

function hash(n: number): string {
  return createHash('md5').update(String(n)).digest('hex');
}

function slice(text: string, n: number, length: number): string {
  const at = (n * 4_801) % Math.max(1, text.length - length);
  return text.slice(at, at + length);
}

/** Real program text: this project's own and that of the TypeScript library's declarations. */
function sourceText(): string {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  const folders = [join(root, 'server/src'), join(root, 'shared/src'), join(root, 'node_modules/@types/node')];
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .sort()
      .map((name) => join(folder, name)),
  );
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}
