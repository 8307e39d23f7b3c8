// The marker that makes a folder a destination. It carries the destination's id: without it a folder is an unmounted disk or
// something of somebody else's, and nothing there is believed to be missing.
import { mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationFailure } from '@holdfast/shared/failures';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { NameTaken, publishFile } from './publish-file.ts';

export const markerName = '.holdfast-destination.json';
/** Where unfinished files lie, in every destination. */
export const partialFolder = '.partial';

const marker = z.object({ format: z.literal('holdfast-destination'), id: z.uuid() });

/**
 * The destination's id; a new or empty folder becomes a destination. Throws OperationFailure('storage-unwritable') for a folder
 * that holds something and has no marker; file system errors as they are.
 */
export async function openMarker(root: string): Promise<string> {
  const id = await readMarker(root);
  if (id !== undefined) return id;
  const others = (await readdir(root)).filter((name) => name !== partialFolder && name !== 'lost+found');
  if (others.length > 0) {
    const message = `${root} is not empty and is no destination of Holdfast. Choose an empty folder.`;
    throw new OperationFailure('storage-unwritable', message);
  }
  await createMarker(root);
  return (await readMarker(root)) ?? (await openMarker(root));
}

/** The id in the folder's marker; undefined when there is none. */
export async function readMarker(root: string): Promise<string | undefined> {
  const path = join(root, markerName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return marker.parse(JSON.parse(text)).id;
  } catch (cause) {
    throw new OperationFailure('storage-unwritable', `${path} is not a marker that this version knows.`, { cause });
  }
}

/** Of several servers at once the first one's marker stands. */
async function createMarker(root: string): Promise<void> {
  await mkdir(join(root, partialFolder), { recursive: true, mode: 0o700 });
  const temporary = join(root, partialFolder, `marker-${uuid()}`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    const content: z.infer<typeof marker> = { format: 'holdfast-destination', id: uuid() };
    await handle.writeFile(`${JSON.stringify(content)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await publishFile(root, temporary, join(root, markerName));
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    await unlink(temporary);
  }
}
