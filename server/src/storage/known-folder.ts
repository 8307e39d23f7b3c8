// The destination that a server has used before. An empty folder in its place is the mount point of a disk that is away, not a
// new destination: without this, backups would silently go to the disk below.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OperationFailure } from '@holdfast/shared/failures';
import { z } from 'zod';
import type { ArchiveStorage } from './archive-storage.ts';
import { readMarker } from './destination-marker.ts';
import { type FileStorageOptions, openFileStorage } from './file-storage.ts';
import { classified } from './file-upload.ts';

export interface KnownFolderOptions extends FileStorageOptions {
  /** Where the server remembers its destination; made when it is not there. */
  readonly record: string;
}

const recordSchema = z.object({ url: z.string(), id: z.uuid() });
type DestinationRecord = z.infer<typeof recordSchema>;

/** The record's place. */
export function recordIn(dataDir: string): string {
  return join(dataDir, 'destination.json');
}

/** As `openFileStorage`; also throws `storage-missing` where a destination was opened before and is not there now. */
export async function openKnownFolder({ record, ...options }: KnownFolderOptions): Promise<ArchiveStorage> {
  const root = resolve(options.directory);
  const known = await readRecord(record);
  if (known?.url === `file:${root}` && (await markerIn(root)) === undefined) {
    throw new OperationFailure(
      'storage-missing',
      `${root} was the destination ${known.id}, and is empty or gone: is its disk mounted? ` +
        `To begin anew in an empty folder, remove ${record} first.`,
    );
  }
  const storage = await openFileStorage(options);
  if (known?.url !== storage.url || known.id !== storage.id) await writeRecord(record, storage);
  return storage;
}

function markerIn(root: string) {
  return classified(`Reading ${root}`, () => readMarker(root));
}

/** One that cannot be read says nothing. */
async function readRecord(path: string): Promise<DestinationRecord | null> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

async function writeRecord(path: string, { url, id }: DestinationRecord): Promise<void> {
  try {
    await writeFile(`${path}.new`, `${JSON.stringify({ url, id })}\n`, { mode: 0o600 });
  } catch (error) {
    // The doctor looks before there is a data folder.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rename(`${path}.new`, path);
}
