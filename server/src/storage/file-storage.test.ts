import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { archiveKey } from './archive-key.ts';
import { describeStorage, stored } from './archive-storage.contract.ts';
import { defaultReserve, openFileStorage } from './file-storage.ts';

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
    await expect(storage.removePartials(new Set())).rejects.toMatchObject({ reason: 'storage-missing' });
    await expect(storage.createUpload('a/2.zip')).rejects.toMatchObject({ reason: 'storage-missing' });
    expect(await storage.stat('a/1.zip')).toStrictEqual({ sizeBytes: 1 });
  });

  it('says that a damaged marker is damaged', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, '.holdfast-destination.json'), '{"format":');
    await expect(openFileStorage({ directory: folder.path })).rejects.toMatchObject({ reason: 'storage-unwritable' });
  });

  it('stops at the reserve of a small disk before the disk is full, and goes on once there is space', async () => {
    await using disk = await smallDisk(160);
    const storage = await openFileStorage({ directory: disk.path });
    const upload = await storage.createUpload('a/1.zip');
    const filling = pipeline(Readable.from(chunks(200)), upload.body);
    await expect(filling).rejects.toMatchObject({ reason: 'disk-full' });
    const space = await storage.space();
    expect(space?.freeBytes).toBeGreaterThan(8 * mib);
    await upload.abort();
    await stored(storage, 'a/1.zip', Buffer.alloc(mib));
    expect(await storage.stat('a/1.zip')).toStrictEqual({ sizeBytes: mib });
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
async function smallDisk(sizeMib: number): Promise<AsyncDisposable & { path: string }> {
  const folder = await temporaryFolder();
  await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', folder.path]);
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
