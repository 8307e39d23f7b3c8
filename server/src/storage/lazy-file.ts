import { type FileHandle, open } from 'node:fs/promises';

/**
 * A file that is opened when it is first used. A stream over one that is never read or written leaves nothing open: a forgotten
 * handle would end the process once it is collected.
 */
export class LazyFile {
  readonly #path: string;
  readonly #flags: string;
  #opening: Promise<FileHandle> | undefined;
  #isClosed = false;

  constructor(path: string, flags: 'r' | 'r+') {
    this.#path = path;
    this.#flags = flags;
  }

  async open(): Promise<FileHandle> {
    if (this.#isClosed) throw new Error(`${this.#path} was closed`);
    this.#opening ??= open(this.#path, this.#flags);
    return await this.#opening;
  }

  /** Waits for what is under way; idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    // One that could not be opened needs no closing.
    const handle = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    await handle?.close();
  }
}
