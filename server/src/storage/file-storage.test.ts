import { execFile } from 'node:child_process';
import { link, mkdir, mkdtemp, readdir, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { v7 as uuid } from 'uuid';
import { describe, expect, it, vi } from 'vitest';
import { archiveKey } from './archive-key.ts';
import { describeStorage, stored } from './archive-storage.contract.ts';
import { classifyFileError } from './classify-file-error.ts';
import { defaultReserve } from './disk-reserve.ts';
import { openFileStorage } from './file-storage.ts';

// Much data on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const run = promisify(execFile);
const mib = 1024 ** 2;

describeStorage('a folder', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-storage-'));
  const open = () => openFileStorage({ directory, reserve: () => 0 });
  const storage = await open();
  return { storage, reopen: open, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
});

describe('a folder', () => {
  it('takes its empty folders away with the last archive', async () => {
    await using folder = await temporaryFolder();
    const storage = await openFileStorage({ directory: folder.path, reserve: () => 0 });
    await stored(storage, 'shop/2026/11/a.zip', Buffer.from('x'));
    await storage.remove('shop/2026/11/a.zip');
    expect((await readdir(folder.path)).filter((name) => !name.startsWith('.'))).toStrictEqual([]);
  });

  it('touches nothing when the marker is another one: the disk is not the one it was', async () => {
    await using folder = await temporaryFolder();
    const storage = await openFileStorage({ directory: folder.path, reserve: () => 0 });
    await stored(storage, 'a/1.zip', Buffer.from('x'));
    const marker = join(folder.path, '.holdfast-destination.json');
    await rename(marker, `${marker}.away`);
    await expect(storage.remove('a/1.zip')).rejects.toMatchObject({ reason: 'storage-missing' });
    await expect(storage.removePartials(async () => new Set())).rejects.toMatchObject({ reason: 'storage-missing' });
    await expect(storage.createUpload('a/2.zip', uuid())).rejects.toMatchObject({ reason: 'storage-missing' });
    expect(await storage.stat('a/1.zip')).toStrictEqual({ sizeBytes: 1 });
    await expect(storage.stat('a/none.zip')).rejects.toMatchObject({ reason: 'storage-missing' });
    await expect(Array.fromAsync(storage.list())).rejects.toMatchObject({ reason: 'storage-missing' });
    await rename(folder.path, `${folder.path}-away`);
    await expect(storage.createUpload('a/2.zip', uuid())).rejects.toMatchObject({ reason: 'storage-missing' });
    await expect(storage.probe()).rejects.toMatchObject({ reason: 'storage-missing' });
    await rename(`${folder.path}-away`, folder.path);
  });

  it('becomes one destination when several servers open it at once', async () => {
    await using folder = await temporaryFolder();
    const opened = await Promise.all(Array.from({ length: 8 }, () => openFileStorage({ directory: folder.path })));
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    expect(await readdir(join(folder.path, '.partial'))).toStrictEqual([]);
  });

  it('is refused when it holds something else already, but not for what a fresh disk has', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'lost+found'));
    await writeFile(join(folder.path, 'letter.txt'), 'x');
    await expect(openFileStorage({ directory: folder.path })).rejects.toMatchObject({ reason: 'storage-unwritable' });
    await rm(join(folder.path, 'letter.txt'));
    expect(await Array.fromAsync((await openFileStorage({ directory: folder.path })).list())).toStrictEqual([]);
  });

  it('sweeps a probe that was left half-way, but not one that is under way', async () => {
    await using folder = await temporaryFolder();
    const storage = await openFileStorage({ directory: folder.path });
    const partial = (name: string) => join(folder.path, '.partial', name);
    for (const name of ['probe-old', 'probe-young']) await writeFile(partial(name), 'x');
    const longAgo = new Date(Date.now() - 7_200_000);
    await utimes(partial('probe-old'), longAgo, longAgo);
    expect(await storage.removePartials(async () => new Set())).toStrictEqual([]);
    expect(await readdir(join(folder.path, '.partial'))).toStrictEqual(['probe-young']);
  });

  it('is for its own user only', async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, 'deep/backups');
    const storage = await openFileStorage({ directory, reserve: () => 0 });
    await stored(storage, 'a/1.zip', Buffer.from('x'));
    const modes = await Promise.all(
      ['', '.partial', 'a', 'a/1.zip'].map(async (name) => (await stat(join(directory, name))).mode & 0o077),
    );
    expect(modes).toStrictEqual([0, 0, 0, 0]);
  });

  it('finishes forward from between the two halves of a commit: both names are there', async () => {
    await using folder = await temporaryFolder();
    const storage = await openFileStorage({ directory: folder.path, reserve: () => 0 });
    const upload = await storage.createUpload('a/1.zip', uuid());
    await pipeline(Readable.from([Buffer.from('x')]), upload.body);
    await upload.seal();
    await mkdir(join(folder.path, 'a'));
    await link(join(folder.path, '.partial', upload.token), join(folder.path, 'a/1.zip'));
    expect(await storage.finishUpload({ key: 'a/1.zip', token: upload.token })).toBe(true);
    expect(await readdir(join(folder.path, '.partial'))).toStrictEqual([]);
  });

  it('commits although its folder is removed as empty again and again', async () => {
    await using folder = await temporaryFolder();
    const storage = await openFileStorage({ directory: folder.path, reserve: () => 0 });
    await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        await stored(storage, `a/2026/11/${n}.zip`, Buffer.from('x'));
        await storage.remove(`a/2026/11/${n}.zip`);
      }),
    );
    expect(await Array.fromAsync(storage.list())).toStrictEqual([]);
  });

  it('closes every file that it opened', async () => {
    await using folder = await temporaryFolder();
    const storage = await openFileStorage({ directory: folder.path, reserve: () => 0 });
    await stored(storage, 'a/1.zip', Buffer.alloc(5_000_000));
    const before = (await readdir('/proc/self/fd')).length;
    for (let n = 0; n < 30; n += 1) {
      await storage.read('a/1.zip');
      (await storage.read('a/1.zip')).destroy();
      await pipeline(Readable.from([Buffer.from('x')]), (await storage.createUpload('a/3.zip', uuid())).body);
      for await (const _ of await storage.read('a/1.zip')) break;
      const upload = await storage.createUpload('a/2.zip', uuid());
      upload.body.write(Buffer.from('x'));
      await upload.abort();
    }
    await expect.poll(async () => (await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(before);
  });

  it('says that a damaged marker is damaged', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, '.holdfast-destination.json'), '{"format":');
    await expect(openFileStorage({ directory: folder.path })).rejects.toMatchObject({ reason: 'storage-unwritable' });
  });

  it('stops at the reserve of a small disk before the disk is full, and goes on once there is space', async ({
    skip,
  }) => {
    await using disk = await smallDisk(160, skip);
    const storage = await openFileStorage({ directory: disk.path });
    const upload = await storage.createUpload('a/1.zip', uuid());
    const filling = pipeline(Readable.from(chunks(200)), upload.body);
    await expect(filling).rejects.toMatchObject({
      reason: 'disk-full',
      message: expect.stringContaining('34 MB must stay free'),
    });
    const space = await storage.space();
    expect(space?.freeBytes).toBeGreaterThanOrEqual(32 * mib);
    await expect(storage.createUpload('a/2.zip', uuid())).resolves.toBeDefined();
    await upload.abort();
    await stored(storage, 'a/1.zip', Buffer.alloc(mib));
    expect(await storage.stat('a/1.zip')).toStrictEqual({ sizeBytes: mib });
  });
});

describe('a folder on a disk that goes wrong', () => {
  it('says disk-full when the disk is full before the reserve was seen', async ({ skip }) => {
    await using disk = await smallDisk(20, skip);
    const storage = await openFileStorage({ directory: disk.path, reserve: () => Number.NEGATIVE_INFINITY });
    const upload = await storage.createUpload('a/1.zip', uuid());
    const filling = pipeline(Readable.from(chunks(50)), upload.body);
    await expect(filling).rejects.toMatchObject({
      reason: 'disk-full',
      message: expect.stringContaining('no space is left'),
    });
    await upload.abort();
    expect(await readdir(join(disk.path, '.partial'))).toStrictEqual([]);
  });

  it('says storage-unwritable on a disk that was mounted read-only', async ({ skip }) => {
    await using disk = await smallDisk(80, skip);
    const storage = await openFileStorage({ directory: disk.path });
    await run('mount', ['-o', 'remount,ro', disk.path]);
    const readOnly = { reason: 'storage-unwritable', message: expect.stringContaining('read-only') };
    await expect(storage.createUpload('a/1.zip', uuid())).rejects.toMatchObject(readOnly);
    await expect(storage.probe()).rejects.toMatchObject(readOnly);
  });

  it('says storage-missing when the disk is unmounted before the commit, and makes nothing in its place', async () => {
    await using folder = await temporaryFolder();
    const [path, away] = [join(folder.path, 'disk'), join(folder.path, 'away')];
    await mkdir(path);
    const storage = await openFileStorage({ directory: path });
    const upload = await storage.createUpload('a/1.zip', uuid());
    await pipeline(Readable.from([Buffer.from('sealed')]), upload.body);
    await upload.seal();
    await rename(path, away);
    await mkdir(path);
    await expect(upload.commit()).rejects.toMatchObject({ reason: 'storage-missing' });
    expect(await readdir(path)).toStrictEqual([]);
    await rmdir(path);
    await rename(away, path);
    expect(await storage.finishUpload({ key: 'a/1.zip', token: upload.token })).toBe(true);
  });

  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EROFS', 'storage-unwritable'],
    ['EACCES', 'storage-unwritable'],
    ['EPERM', 'storage-unwritable'],
    ['EIO', 'storage-unwritable'],
    ['ENOENT', 'storage-missing'],
  ])('calls %s %s', (code, reason) => {
    expect(classifyFileError(Object.assign(new Error(code), { code }), 'Writing')).toMatchObject({ reason });
  });

  it('leaves an error that it does not know as it is', () => {
    const defect = new TypeError('defect');
    expect(classifyFileError(defect, 'Writing')).toBe(defect);
  });
});

describe('the reserve', () => {
  it.each([
    [2_000 * 1024 * mib, 100 * 1024 * mib],
    [20 * 1024 * mib, 1024 * mib],
    [1024 * mib, 51.2 * mib],
    [300 * mib, 32 * mib],
  ])('of a disk of %d bytes is %d', (total, reserve) => {
    expect(defaultReserve(total)).toBeCloseTo(reserve, 0);
  });
});

it('names an archive so that a listing is in order of time', () => {
  const backupId = '01970000-0000-7000-8000-000000000001';
  expect(archiveKey({ deploymentName: 'shop', at: '2026-11-24T02:00:00.123Z', backupId })).toBe(
    `shop/2026/11/20261124T020000Z-${backupId}.zip`,
  );
});

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-storage-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A file system of its own, in memory; needs the right to mount. */
async function smallDisk(sizeMib: number, skip: (note: string) => void): Promise<AsyncDisposable & { path: string }> {
  const folder = await temporaryFolder();
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', folder.path]);
  } catch (error) {
    if (process.getuid?.() === 0 && !/permission denied|not permitted/i.test(String(error))) throw error;
    process.stderr.write(
      `[tests] a small disk cannot be mounted here, so what happens when it is full is not tested\n`,
    );
    skip('mounting is not permitted');
  }
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      await run('umount', [folder.path]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

function* chunks(count: number): Generator<Buffer> {
  for (let n = 0; n < count; n += 1) yield Buffer.alloc(mib, n);
}
