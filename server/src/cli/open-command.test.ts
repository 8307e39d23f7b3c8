import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Int32, Long, serialize } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateIdentity } from '../archive/age/age-keys.ts';
import { openArchive } from '../archive/open-archive.ts';
import { loadConfig } from '../config.ts';
import { generateDump } from '../testing/generated-dump.ts';
import { memorySource, writeToMemory } from '../testing/memory-archive.ts';
import { runCommandLine } from './run-command-line.ts';
import { memorySink } from './testing/memory-sink.ts';

const orders = Array.from({ length: 30 }, (_, n) =>
  serialize({ _id: new Int32(n), total: Long.fromNumber(n), state: n % 3 === 0 ? 'paid' : 'open' }),
);
const key = generateIdentity();

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-open-'));
  const dump = await generateDump([
    { database: 'shop', collection: 'orders', documents: orders, indexes: [{ name: '_id_' }] },
    { database: 'shop', collection: 'odd "\u202e/name', documents: [serialize({ text: 'a\u009b\u202eb' })] },
    { database: 'shop', collection: 'view', type: 'view', documents: [] },
  ]);
  const plain = await writeToMemory(Readable.from([dump]));
  await writeFile(join(folder, 'plain.zip'), plain.file);
  const encrypted = await writeToMemory(Readable.from([dump]), { recipients: [key.recipient] });
  await writeFile(join(folder, 'encrypted.zip'), encrypted.file);
  await writeFile(join(folder, 'key.txt'), `# a key\n${key}\n`);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...args: string[]) {
  const [stdout, stderr] = [memorySink(), memorySink()];
  const config = { ...loadConfig({}), workingDir: folder };
  const io = { stdin: Readable.from([]) as never, stdout: stdout.stream, stderr: stderr.stream };
  const status = await runCommandLine({ args: ['open', ...args], config, ...io });
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

async function answer(...args: string[]) {
  const { status, stdout, stderr } = await run(...args, '--json');
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

async function failed(...args: string[]) {
  const { status, stderr } = await run(...args, '--json');
  return { status, ...JSON.parse(stderr) };
}

describe('an archive file', () => {
  it('says what it is and what it holds', async () => {
    const found = await answer('plain.zip');
    expect(found).toMatchObject({ deployment: { name: 'shop' }, encrypted: false });
    expect(found.collections).toContainEqual({
      ...{ database: 'shop', collection: 'orders', type: 'collection', documents: 30 },
      ...{ bytes: orders.reduce((sum, { length }) => sum + length, 0), indexes: 1 },
    });
    const { stdout } = await run('plain.zip');
    expect(stdout).toMatch(/^Encrypted +no$/m);
    expect(stdout).toMatch(/^shop\.orders +collection +30 /m);
    expect(stdout).not.toContain('\u202e');
  });

  it('shows documents as lines of JSON, with types or without', async () => {
    const { stdout, stderr } = await run('plain.zip', 'shop.orders', '--limit', '2', '--after', '3');
    expect(stdout).toBe('{"_id":3,"total":3,"state":"paid"}\n{"_id":4,"total":4,"state":"open"}\n');
    expect(stderr).toBe('Documents 4 to 5 of 30. There are more: --after 5\n');
    const canonical = await run('plain.zip', 'shop.orders', '--limit', '1', '--canonical');
    expect(canonical.stdout).toBe('{"_id":{"$numberInt":"0"},"total":{"$numberLong":"0"},"state":"paid"}\n');
  });

  it('finds documents, and writes nothing that could move the cursor', async () => {
    const paid = await answer('plain.zip', 'shop.orders', '--filter', '{"state": "paid"}');
    expect(paid.documents.map(({ position }: { position: number }) => position)).toEqual([
      0, 3, 6, 9, 12, 15, 18, 21, 24, 27,
    ]);
    expect(paid).toMatchObject({ nextCursor: null, endedBy: 'end' });
    const none = await run('plain.zip', 'shop.orders', '--filter', '{"state": "lost"}');
    expect([none.stdout, none.stderr]).toEqual(['', 'Nothing matches so far: 30 of 30 documents were looked at.\n']);
    const odd = await run('plain.zip', 'shop.odd "\u202e/name');
    expect(odd.stdout).toBe('{"text":"a\\u009b\\u202eb"}\n');
    expect(JSON.parse(odd.stdout)).toEqual({ text: 'a\u009b\u202eb' });
  });

  it('gives a collection whole: exact BSON, or lines of JSON', async () => {
    expect(await answer('plain.zip', 'shop.orders', '--export', 'bson')).toMatchObject({ documents: 30 });
    expect((await readFile(join(folder, 'shop.orders.bson'))).equals(Buffer.concat(orders))).toBe(true);
    expect(await failed('plain.zip', 'shop.orders', '--export', 'bson')).toMatchObject({
      status: 5,
      code: 'FILE_EXISTS',
    });
    const { stdout } = await run('plain.zip', 'shop.orders', '--export', 'jsonl', '--output', '-');
    expect(stdout.trimEnd().split('\n')).toHaveLength(30);
    expect(await answer('plain.zip', 'shop.odd "\u202e/name', '--export', 'jsonl')).toMatchObject({ documents: 1 });
    expect(await answer('plain.zip', 'shop.view', '--export', 'jsonl', '--output', 'view')).toMatchObject({ bytes: 0 });
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is verified', async () => {
    const found = await answer('plain.zip', '--verify');
    expect(found).toMatchObject({ documents: 31, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});

describe('an encrypted archive', () => {
  it('is read with its key, and says what is missing without', async () => {
    expect(await failed('encrypted.zip')).toMatchObject({ status: 1, details: { reason: 'key-missing' } });
    const withKey = ['encrypted.zip', '--identity', 'key.txt'];
    expect(await answer(...withKey)).toMatchObject({ encrypted: true });
    const { stdout } = await run('encrypted.zip', 'shop.orders', '--identity', 'key.txt', '--filter', '{"_id": 7}');
    expect(stdout).toBe('{"_id":7,"total":7,"state":"open"}\n');
    expect(await answer(...withKey, '--verify')).toMatchObject({ documents: 31 });
  });

  it('is not opened with what is no key', async () => {
    await writeFile(join(folder, 'public.txt'), `${key.recipient}\n`);
    const refused = await failed('encrypted.zip', '--identity', 'public.txt');
    expect(refused).toMatchObject({ status: 2, code: 'IDENTITY_INVALID' });
    expect(await failed('encrypted.zip', '--identity', 'none.txt')).toMatchObject({
      status: 2,
      code: 'FILE_UNREADABLE',
    });
  });
});

describe('what cannot be done', () => {
  it.each([
    [['none.zip'], 2, 'FILE_UNREADABLE'],
    [['key.txt'], 1, 'OPERATION_FAILED'],
    [['plain.zip', 'shop.nothing'], 4, 'COLLECTION_NOT_FOUND'],
    [['plain.zip', 'shop.orders', '--filter', '{state: 1}'], 2, 'FILTER_INVALID'],
    [['plain.zip', '--filter', '{}'], 2, 'USAGE'],
    [['plain.zip', '--export', 'bson'], 2, 'USAGE'],
    [['plain.zip', 'shop.orders', '--output', 'x'], 2, 'USAGE'],
    [['plain.zip', 'shop.orders', '--verify'], 2, 'USAGE'],
    [['plain.zip', 'shop.orders', '--limit', '0'], 2, 'USAGE'],
  ])('%j exits with %i', async (args, status, code) => {
    expect(await failed(...args)).toMatchObject({ status, code });
  });

  it('leaves nothing of a collection whose frame is damaged', async () => {
    const bytes = await readFile(join(folder, 'plain.zip'));
    const { entries, frames } = await openArchive(memorySource(bytes));
    const frame = frames.find(({ namespace }) => namespace === 1);
    const at = (entries.get('dump.archive.zst')?.start ?? 0) + (frame?.storedOffset ?? 0) + 20;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(join(folder, 'damaged.zip'), bytes);
    const refused = await failed('damaged.zip', 'shop.orders', '--export', 'bson', '--output', 'damaged.bson');
    expect(refused).toMatchObject({ status: 1, details: { reason: 'archive-damaged' } });
    expect((await readdir(folder)).filter((name) => name.startsWith('damaged.bson'))).toEqual([]);
  });
});
