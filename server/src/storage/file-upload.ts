// An archive on its way into a folder: written under a temporary name, synced, renamed, the folders synced too.
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Writable } from 'node:stream';
import { OperationFailure } from '@holdfast/shared/failures';
import type { Upload } from './archive-storage.ts';
import { asFailure, fileFailure } from './file-failure.ts';

export interface FileUploadOptions {
  readonly directory: string;
  /** Final path. */
  readonly path: string;
  readonly temporaryPath: string;
  readonly token: string;
  /** Throws `disk-full` when free space is below the reserve. */
  readonly checkSpace: () => Promise<void>;
}

/** How many bytes may be written before free space is looked at again. */
const checkEveryBytes = 16 * 1024 * 1024;

/** Begins an upload. */
export async function startFileUpload(options: FileUploadOptions): Promise<Upload> {
  const { directory, path, temporaryPath, token, checkSpace } = options;
  await checkSpace();
  const file = await asFailure(temporaryPath, () => open(temporaryPath, 'wx', 0o600));
  const body = fileBody(file, temporaryPath, checkSpace);
  let sealed: { sizeBytes: number } | undefined;
  return {
    token,
    body,
    async seal() {
      if (!body.writableFinished) throw new Error('the body of the upload has not ended');
      sealed ??= { sizeBytes: (await asFailure(temporaryPath, () => stat(temporaryPath))).size };
      return sealed;
    },
    async commit() {
      if (sealed === undefined) throw new Error('the upload is not sealed');
      await moveIntoPlace(directory, temporaryPath, path);
    },
    async abort() {
      if (!body.destroyed) body.destroy();
      await closed(body);
      await rm(temporaryPath, { force: true });
    },
  };
}

/** Renames, then makes the rename durable. Refuses to replace a file. */
export async function moveIntoPlace(directory: string, temporaryPath: string, path: string): Promise<void> {
  await asFailure(path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(temporaryPath, path);
    await syncFolders(directory, dirname(path));
    await syncFolder(dirname(temporaryPath));
  });
}

/** Syncs a folder and every one above it, up to and with the destination's own. */
async function syncFolders(directory: string, folder: string): Promise<void> {
  const steps = relative(directory, folder).split(sep).filter(Boolean);
  for (let depth = steps.length; depth >= 0; depth -= 1) await syncFolder(join(directory, ...steps.slice(0, depth)));
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** Its end includes fsync: once finished, the bytes survive a power cut. */
function fileBody(file: FileHandle, path: string, checkSpace: () => Promise<void>): Writable {
  let unchecked = 0;
  const write = async (chunks: readonly Buffer[]) => {
    unchecked += chunks.reduce((total, { length }) => total + length, 0);
    if (unchecked >= checkEveryBytes) {
      unchecked = 0;
      await checkSpace();
    }
    await writeAll(file, chunks);
  };
  const settle = (work: Promise<void>, callback: (error?: Error | null) => void) =>
    void work.then(
      () => callback(),
      (error: unknown) => callback(fileFailure(error, path) as Error),
    );
  return new Writable({
    highWaterMark: 8 * 1024 * 1024,
    write: (chunk: Buffer, _encoding, callback) => settle(write([chunk]), callback),
    writev: (chunks, callback) => settle(write(chunks.map(({ chunk }) => chunk as Buffer)), callback),
    final: (callback) => settle(finish(file), callback),
    destroy: (error, callback) =>
      void file.close().then(
        () => callback(error),
        () => callback(error),
      ),
  });
}

async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  let rest = chunks.filter(({ length }) => length > 0);
  while (rest.length > 0) {
    let { bytesWritten } = await file.writev(rest);
    if (bytesWritten === 0) throw new OperationFailure('storage-unwritable', 'The destination takes no more bytes.');
    rest = rest.flatMap((chunk) => {
      const taken = Math.min(bytesWritten, chunk.length);
      bytesWritten -= taken;
      return taken === chunk.length ? [] : [chunk.subarray(taken)];
    });
  }
}

async function finish(file: FileHandle): Promise<void> {
  await file.sync();
}

function closed(body: Writable): Promise<void> {
  return body.closed ? Promise.resolve() : new Promise((resolve) => body.once('close', resolve));
}
