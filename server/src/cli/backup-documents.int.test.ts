import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Backup } from '@holdfast/shared/backup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failCommand } from '../testing/fail-point.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { runCommandLine } from './run-command-line.ts';
import { memorySink } from './testing/memory-sink.ts';

let source: TestMongo;
let holdfast: TestHoldfast;
let backup: Backup;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-documents-'));
  source = await startReplicaSet();
  const shop = source.client.db('shop');
  await shop
    .collection<{ _id: number }>('orders')
    .insertMany(Array.from({ length: 30 }, (_, _id) => ({ _id, odd: _id % 2 })));
  await shop.collection('blobs').insertMany(Array.from({ length: 30 }, () => ({ blob: randomBytes(1_000_000) })));
  holdfast = await startHoldfast({ mongodbUri: source.uri });
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  backup = await holdfast.backupEnd(id);
}, 180_000);

afterAll(async () => {
  await holdfast?.[Symbol.asyncDispose]();
  await source?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const [stdout, stderr] = [memorySink(), memorySink()];
  const config = { ...holdfast.config, url: holdfast.served.url, workingDir: folder };
  const io = { stdin: Readable.from([]) as never, stdout: stdout.stream, stderr: stderr.stream };
  const status = await runCommandLine({ args: ['backups', ...args], config, ...io });
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

describe('documents of a backup', () => {
  it('are shown and found', async () => {
    const { stdout, stderr } = await run(
      'documents',
      backup.id,
      'shop.orders',
      '--filter',
      '{"odd": 1}',
      '--limit',
      '2',
    );
    expect(stdout).toBe('{"_id":1,"odd":1}\n{"_id":3,"odd":1}\n');
    expect(stderr).toBe('2 found; 4 of 30 documents were looked at. There are more: --after 4\n');
    const page = await answer('documents', backup.id, 'shop.orders', '--after', '29', '--canonical');
    expect(page).toMatchObject({
      nextCursor: null,
      documents: [{ position: 29, json: '{"_id":{"$numberInt":"29"},"odd":{"$numberInt":"1"}}' }],
    });
    expect(
      (await answer('collections', backup.id, '--search', 'ORD')).map(
        ({ collection }: { collection: string }) => collection,
      ),
    ).toEqual(['orders']);
  });

  it.each([
    [['documents', 'ID', 'shop.orders', '--filter', '{"odd": {"$gt": 1}}'], 2, 'FILTER_INVALID'],
    [['documents', 'ID', 'shop.nothing'], 4, 'COLLECTION_NOT_FOUND'],
    [['documents', '019a0000-0000-7000-8000-000000000001', 'shop.orders'], 4, 'BACKUP_NOT_FOUND'],
    [['download', 'ID', '--collection', 'shop.nothing'], 4, 'COLLECTION_NOT_FOUND'],
    [['download', 'ID', '--format', 'bson'], 2, 'USAGE'],
    [['download', 'ID', '--collection', 'shop.orders', '--format', 'zip'], 2, 'USAGE'],
  ])('%j exits with %i', async (args, status, code) => {
    const named = args.map((one) => (one === 'ID' ? backup.id : one));
    expect(await failed(...named)).toMatchObject({ status, code });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a download', () => {
  it('of the archive is the file that the ledger knows, and goes on where it stopped', async () => {
    const stored = await readFile(join(holdfast.config.dataDir, 'backups', String(backup.filePath)));
    expect(await answer('download', backup.id, '--output', 'whole.zip')).toMatchObject({ sha256: backup.sha256 });
    expect((await readFile(join(folder, 'whole.zip'))).equals(stored)).toBe(true);
    expect(await failed('download', backup.id, '--output', 'whole.zip')).toMatchObject({
      status: 5,
      code: 'FILE_EXISTS',
    });
    for (const bytes of [10_000_000, stored.length]) {
      const name = `rest-${bytes}.zip`;
      await writeFile(join(folder, `${name}.part`), stored.subarray(0, bytes));
      const { status, stderr } = await run('download', backup.id, '--output', name);
      expect([status, stderr]).toEqual([0, expect.stringMatching(/MB are here already\./)]);
      expect((await readFile(join(folder, name))).equals(stored)).toBe(true);
    }
  });

  it('of the archive that goes on from something else is found out and removed', async () => {
    await writeFile(join(folder, 'other.zip.part'), randomBytes(1_000));
    const refused = await failed('download', backup.id, '--output', 'other.zip');
    expect(refused).toMatchObject({ status: 1, code: 'DOWNLOAD_DAMAGED' });
    expect((await readdir(folder)).filter((name) => name.startsWith('other'))).toEqual([]);
  });

  it('of one collection is named after it, or goes to standard output', async () => {
    const { bytes } = await answer('download', backup.id, '--collection', 'shop.blobs');
    expect((await stat(join(folder, 'shop.blobs.bson'))).size).toBe(bytes);
    const { stdout } = await run(
      'download',
      backup.id,
      '--collection',
      'shop.orders',
      '--format',
      'jsonl',
      '--output',
      '-',
    );
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)._id.$numberInt),
    ).toEqual(Array.from({ length: 30 }, (_, id) => String(id)));
  });

  it('are put back once they were shown and agreed to', async () => {
    const orders = source.client.db('shop').collection<{ _id: number; odd: number }>('orders');
    await orders.deleteOne({ _id: 7 });
    await orders.updateOne({ _id: 9 }, { $set: { odd: 5 } });
    const seven = ['put-back', backup.id, 'shop.orders', '--filter', '{"_id": 7}'];
    expect(await failed(...seven)).toMatchObject({ status: 5, code: 'NOT_CONFIRMED' });
    expect(await orders.findOne({ _id: 7 })).toBeNull();
    expect(await answer(...seven, '--yes')).toMatchObject({
      outcomes: [{ position: 7, outcome: 'inserted', replaced: null, problem: null }],
      recordProblem: null,
    });
    expect(await orders.findOne({ _id: 7 })).toEqual({ _id: 7, odd: 1 });
    const { stdout, stderr } = await run('put-back', backup.id, 'shop.orders', '--filter', '{"_id": 9}', '--yes');
    expect(stderr).toContain('~ 9 is replaced\n  - {"_id":{"$numberInt":"9"},"odd":{"$numberInt":"5"}}');
    expect(stdout).toBe('0 inserted, 1 replaced.\n');
    expect(await failed('put-back', backup.id, 'shop.orders', '--filter', '{"_id": 99}')).toMatchObject({ status: 4 });
  });

  it('that break off while they are put back are named, with what is not known', async () => {
    const orders = source.client.db('shop').collection<{ _id: number }>('orders');
    await orders.deleteMany({ _id: { $in: [11, 13] } });
    const closing = { appName: 'holdfast', namespace: 'shop.orders', failCommands: ['insert'], closeConnection: true };
    await using _ = await failCommand(source.client, { times: 1 }, closing);
    const filter = '{"odd": 1}';
    const { status, stdout, stderr } = await run('put-back', backup.id, 'shop.orders', '--filter', filter, '--yes');
    expect(stdout).toBe(
      [
        '0 inserted, 0 replaced, 1 broken off, written or not, 1 not tried.',
        '11 broken off, written or not: The connection to the server was lost.',
        '13 not tried: One before it broke off.\n',
      ].join('\n'),
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining('Not written, or not known to be: 2 documents.')]);
  });

  it('that is broken off says so and leaves nothing that looks whole', async () => {
    const handle = await open(join(holdfast.config.dataDir, 'backups', String(backup.filePath)), 'r+');
    await handle.write(Buffer.from('damage'), 0, 6, 25_000_000);
    await handle.close();
    const refused = await failed('download', backup.id, '--collection', 'shop.blobs', '--output', 'broken.bson');
    expect(refused).toMatchObject({
      status: 1,
      code: 'DOWNLOAD_BROKEN',
      hint: expect.stringContaining('verify the backup'),
    });
    expect((await readdir(folder)).filter((name) => name.startsWith('broken'))).toEqual([]);
    expect(await failed('download', backup.id, '--output', 'whole-again.zip')).toMatchObject({
      code: 'DOWNLOAD_DAMAGED',
    });
  });
});
