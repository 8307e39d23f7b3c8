// The marker that makes a folder, or a bucket, a destination. It carries its id: without it a folder is an unmounted disk or
// something of somebody else's, and nothing there is believed to be missing.
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationFailure } from '@holdfast/shared/failures';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { syncFolder } from './durable-files.ts';
import { NameTaken, publishFile } from './publish-file.ts';

export const markerName = '.holdfast-destination.json';
/** Where unfinished files lie, in every destination. */
export const partialFolder = '.partial';

const marker = z.object({
  format: z.literal('holdfast-destination'),
  id: z.uuid(),
  /** It lies on a file system that several servers share. */
  shared: z.boolean().default(false),
});
export type Marker = z.infer<typeof marker>;

/**
 * The destination's marker; a new or empty folder becomes a destination, and one that is `shared` stays so. Throws
 * OperationFailure('storage-unwritable') for a folder that holds something and has no marker; file system errors as they are.
 */
export async function openMarker(root: string, options: { readonly shared: boolean }): Promise<Marker> {
  const found = await readMarker(root);
  if (found !== undefined) return options.shared && !found.shared ? await markShared(root, found) : found;
  const others = (await readdir(root)).filter((name) => name !== partialFolder && name !== 'lost+found');
  if (others.length > 0) {
    const message = `${root} is not empty and is no destination of Holdfast. Choose an empty folder.`;
    throw new OperationFailure('storage-unwritable', message);
  }
  await createMarker(root, options);
  return (await readMarker(root)) ?? (await openMarker(root, options));
}

/** The folder's marker; undefined when there is none. */
export async function readMarker(root: string): Promise<Marker | undefined> {
  const path = join(root, markerName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return parseMarker(text, path);
}

/** Reads a marker's text. Throws OperationFailure('storage-unwritable'), which names `where` it lies. */
export function parseMarker(text: string, where: string): Marker {
  try {
    return marker.parse(JSON.parse(text));
  } catch (cause) {
    throw new OperationFailure('storage-unwritable', `${where} is not a marker that this version knows.`, { cause });
  }
}

/** Of several servers at once the first one's marker stands. */
async function createMarker(root: string, { shared }: { readonly shared: boolean }): Promise<void> {
  const temporary = await writeMarker(root, newMarker(shared));
  try {
    await publishFile(root, temporary, join(root, markerName));
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    await unlink(temporary);
  }
}

/** A marker with a new id. */
export function newMarker(shared: boolean): Marker {
  return { format: 'holdfast-destination', id: uuid(), shared };
}

async function markShared(root: string, found: Marker): Promise<Marker> {
  const shared = { ...found, shared: true };
  await rename(await writeMarker(root, shared), join(root, markerName));
  await syncFolder(root);
  return shared;
}

/** Durably, under a temporary name, which it returns. */
async function writeMarker(root: string, content: Marker): Promise<string> {
  await mkdir(join(root, partialFolder), { recursive: true, mode: 0o700 });
  const temporary = join(root, partialFolder, `marker-${uuid()}`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
}
