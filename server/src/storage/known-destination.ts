// The destination that a server has used before. An empty place where it was is the mount point of a disk that is away, not a new
// destination: without this, backups would silently go to the disk below.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const knownDestination = z.object({ url: z.string(), id: z.uuid() });
export type KnownDestination = z.infer<typeof knownDestination>;

/** The record's place. */
export function recordIn(dataDir: string): string {
  return join(dataDir, 'destination.json');
}

/** The destination that the record names; null without a record, and for one that cannot be read. */
export async function readRecord(path: string): Promise<KnownDestination | null> {
  try {
    return knownDestination.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

/** Replaces the record; does nothing while there is no data folder: the doctor looks before there is one. */
export async function writeRecord(path: string, { url, id }: KnownDestination): Promise<void> {
  try {
    await writeFile(`${path}.new`, `${JSON.stringify({ url, id })}\n`, { mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rename(`${path}.new`, path);
}
