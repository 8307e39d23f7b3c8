// One archive on its way into a folder: written under a temporary name, made durable, then given its key. Knows nothing of what
// is in it.
import { open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { OperationFailure } from '@holdfast/shared/failures';
import type { Upload } from './archive-storage.ts';
import { classifyFileError } from './classify-file-error.ts';
import { partialFolder } from './destination-marker.ts';
import type { ReserveGuard } from './disk-reserve.ts';
import { syncFolder } from './durable-files.ts';
import { LazyFile } from './lazy-file.ts';
import { NameTaken, publishFile } from './publish-file.ts';

export interface FileUploadOptions {
  readonly root: string;
  readonly key: string;
  readonly token: string;
  readonly guard: ReserveGuard;
  /** Throws unless the destination is there. */
  readonly requirePlace: () => Promise<void>;
}

/** Where the unfinished bytes of an upload lie. */
export function partialPath(root: string, token: string): string {
  return join(root, partialFolder, token);
}

/** Throws OperationFailure('disk-full'), and file system errors as they are. */
export async function createFileUpload(options: FileUploadOptions): Promise<Upload> {
  await options.guard.require(0);
  const handle = await open(partialPath(options.root, options.token), 'wx', 0o600);
  await handle.close();
  return new FileUpload(options);
}

/**
 * writing -> sealed -> committed, or from any of them aborted; abort leaves a committed archive alone.
 */
class FileUpload implements Upload {
  readonly token: string;
  readonly body: UploadBody;
  readonly #options: FileUploadOptions;
  readonly #partial: string;
  #state: 'writing' | 'sealed' | 'committed' | 'aborted' = 'writing';

  constructor(options: FileUploadOptions) {
    this.#options = options;
    this.#partial = partialPath(options.root, options.token);
    this.token = options.token;
    this.body = new UploadBody(this.#partial, options.guard, `Writing to ${options.root}`);
  }

  async seal(): Promise<{ readonly sizeBytes: number }> {
    if (this.#state === 'aborted') throw new Error('the upload was aborted');
    if (!this.body.writableFinished) throw new Error('the body of the upload has not ended');
    await classified(`Writing to ${this.#options.root}`, () => syncFolder(dirname(this.#partial)));
    this.#state = 'sealed';
    return { sizeBytes: this.body.sizeBytes };
  }

  async commit(): Promise<void> {
    if (this.#state === 'committed') return;
    if (this.#state !== 'sealed') throw new Error('the upload is not sealed');
    const { root, key } = this.#options;
    // Else the empty folder under an unmounted disk would be filled.
    await this.#options.requirePlace();
    const found = await classified(`Writing to ${root}`, () => publishFile(root, this.#partial, join(root, key)));
    if (!found) throw new OperationFailure('storage-missing', `The unfinished archive of ${key} was removed.`);
    this.#state = 'committed';
  }

  async abort(): Promise<void> {
    if (this.#state === 'committed') return;
    this.#state = 'aborted';
    await this.body.close();
    await unlink(this.#partial).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw classifyFileError(error, `Removing ${this.#partial}`);
    });
  }
}

/** Runs it, and classifies what it throws. */
export async function classified<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NameTaken) {
      throw new OperationFailure('storage-unwritable', `${error.message}.`, { cause: error });
    }
    throw classifyFileError(error, what);
  }
}

/**
 * Writes what has gathered in one go; its end includes making the bytes durable. The file is open only from the first byte to
 * the end: an upload that is given up before or after leaves nothing open.
 */
class UploadBody extends Writable {
  readonly #file: LazyFile;
  readonly #guard: ReserveGuard;
  readonly #what: string;
  sizeBytes = 0;

  constructor(path: string, guard: ReserveGuard, what: string) {
    super({ highWaterMark: 8 * 1024 * 1024 });
    this.#file = new LazyFile(path, 'r+');
    this.#guard = guard;
    this.#what = what;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#run(() => this.#writeAll([chunk]), done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#run(() => this.#writeAll(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: Done): void {
    this.#run(async () => (await this.#file.open()).sync(), done);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#file.close().then(
      () => done(error),
      (closeError: Error) => done(error ?? closeError),
    );
  }

  /** Resolves once the file is closed. */
  async close(): Promise<void> {
    if (this.closed) return;
    const closed = new Promise<void>((resolve) => this.once('close', resolve));
    this.destroy();
    await closed;
  }

  #run(work: () => Promise<void>, done: Done): void {
    work().then(
      () => done(),
      (error: unknown) => done(classifyFileError(error, this.#what) as Error),
    );
  }

  async #writeAll(buffers: readonly Buffer[]): Promise<void> {
    const bytes = buffers.reduce((total, { length }) => total + length, 0);
    await this.#guard.require(bytes);
    const handle = await this.#file.open();
    let rest = buffers;
    for (let left = bytes; left > 0; ) {
      const { bytesWritten } = await handle.writev(rest);
      this.sizeBytes += bytesWritten;
      left -= bytesWritten;
      // A short write: what is left is tried again, and says why when it cannot be written.
      if (left > 0) rest = [Buffer.concat(rest).subarray(bytesWritten)];
    }
  }
}

type Done = (error?: Error | null) => void;
