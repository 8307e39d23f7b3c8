// A small file system of its own, and folders that turn read-only or vanish like an unmounted disk.
import { execFile } from 'node:child_process';
import { chmod, mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Only root may mount. */
export const mayMount = process.getuid?.() === 0;

export interface SmallDisk extends AsyncDisposable {
  readonly folder: string;
  /** Leaves not one byte; resolves to what gives the space back. */
  fill(): Promise<() => Promise<void>>;
}

/** Mounts one in memory. */
export async function mountSmallDisk(folder: string, mib: number): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', folder]);
  return {
    folder,
    fill: () => fillUp(join(folder, 'filler')),
    async [Symbol.asyncDispose]() {
      await run('umount', ['--lazy', folder]);
    },
  };
}

async function fillUp(file: string): Promise<() => Promise<void>> {
  const handle = await open(file, 'w');
  try {
    for (let size = 16 * 1024 * 1024; size >= 1; size = Math.floor(size / 16)) await writeWhile(handle, size);
  } finally {
    await handle.close();
  }
  return () => rm(file);
}

async function writeWhile(handle: Awaited<ReturnType<typeof open>>, size: number): Promise<void> {
  const block = Buffer.alloc(size);
  try {
    for (;;) if ((await handle.write(block)).bytesWritten < size) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/**
 * Nothing can be made, removed or renamed below the folder; what is open for writing stays so. Resolves to what ends it. Root,
 * whom no mode keeps out, gets it by a mount.
 */
export async function makeReadOnly(folder: string): Promise<() => Promise<void>> {
  if (mayMount) {
    await run('mount', ['--bind', folder, folder]);
    await run('mount', ['-o', 'remount,bind,ro', folder]);
    return async () => {
      await run('umount', ['--lazy', folder]);
    };
  }
  const folders = [folder, join(folder, '.partial')];
  for (const one of folders) await chmod(one, 0o500);
  return async () => {
    for (const one of folders) await chmod(one, 0o700);
  };
}

/** An empty folder is there instead, as where a disk was unmounted. Resolves to what ends it. */
export async function unmount(folder: string): Promise<() => Promise<void>> {
  const away = join(dirname(folder), 'unmounted');
  await rename(folder, away);
  await mkdir(folder);
  return async () => {
    await rmdir(folder);
    await rename(away, folder);
  };
}
