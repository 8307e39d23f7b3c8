import { link, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolders, syncFolder, syncFolders } from './durable-files.ts';

/** Something else has the name already. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}

/**
 * Gives a durable file below `root` its final name, durably, and takes the other name away. Never replaces a file: throws
 * NameTaken. Idempotent, from wherever an earlier run stopped; false when the file is there under neither name.
 */
export async function publishFile(root: string, from: string, to: string): Promise<boolean> {
  if (!(await give(root, from, to))) return false;
  await syncFolders(root, dirname(to));
  await unlink(from).catch(ignoreMissing);
  await syncFolder(dirname(from));
  return true;
}

/** Others may remove the folders as empty before the name is in them. */
const attempts = 5;

async function give(root: string, from: string, to: string): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    await makeFolders(root, dirname(to));
    try {
      await linkOrRename(from, to);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST' && (await isSameFile(from, to))) return true;
      if (code === 'EEXIST') throw new NameTaken(`${to} exists already`, { cause: error });
      if (code !== 'ENOENT') throw error;
      if ((await fileId(from)) === undefined) return (await fileId(to)) !== undefined;
      if (attempt === attempts) throw error;
    }
  }
}

/** A link refuses a name that exists. File systems without links get the next best. */
async function linkOrRename(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
    if ((await fileId(to)) !== undefined) throw Object.assign(new Error(`${to} exists`), { code: 'EEXIST' });
    await rename(from, to);
  }
}

/** Also when the first name is gone: then an earlier run came to its end. */
async function isSameFile(from: string, to: string): Promise<boolean> {
  const id = await fileId(from);
  return id === undefined || id === (await fileId(to));
}

async function fileId(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    return ignoreMissing(error as NodeJS.ErrnoException);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
