// The few steps that make files outlive a power cut: a name is durable only once its folder is synced, and a folder's own name
// once the folder above it is.
import { mkdir, open, rmdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Makes what a folder lists durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot, and say so; there the server keeps its promises without it.
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** Makes the folders between `root`, which must be there, and `folder`, for the service's user only. Idempotent. */
export async function makeFolders(root: string, folder: string): Promise<void> {
  for (const path of foldersBetween(root, folder)) {
    await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Syncs `folder` and every folder above it up to `root`. */
export async function syncFolders(root: string, folder: string): Promise<void> {
  for (const path of foldersBetween(root, folder).reverse()) await syncFolder(path);
  await syncFolder(root);
}

/** Removes `folder` and those above it below `root`, as far as they are empty. */
export async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (const path of foldersBetween(root, folder).reverse()) {
    try {
      await rmdir(path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT') continue;
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return;
      throw error;
    }
  }
}

/** Below `root` down to `folder` itself. */
function foldersBetween(root: string, folder: string): string[] {
  const parts = relative(root, folder).split(sep).filter(Boolean);
  return parts.map((_, index) => join(root, ...parts.slice(0, index + 1)));
}
