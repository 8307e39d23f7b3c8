import { Readable } from 'node:stream';
import { classifyFileError } from './classify-file-error.ts';
import { LazyFile } from './lazy-file.ts';

const pieceBytes = 1024 * 1024;

/** Bytes `start` to `end` (exclusive) of a file, or fewer when it is shorter. Errors are classified. */
export class FileReader extends Readable {
  readonly #file: LazyFile;
  readonly #end: number;
  readonly #path: string;
  #at: number;

  constructor(path: string, range: { readonly start: number; readonly end: number }) {
    super({ highWaterMark: 2 * pieceBytes });
    this.#file = new LazyFile(path, 'r');
    this.#path = path;
    this.#at = range.start;
    this.#end = range.end;
  }

  override _read(): void {
    this.#next().then(
      (piece) => this.push(piece),
      (error: unknown) => this.destroy(classifyFileError(error, `Reading ${this.#path}`) as Error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#file.close().then(
      () => done(error),
      (closeError: Error) => done(error ?? closeError),
    );
  }

  /** Null at the end of the range or of the file. */
  async #next(): Promise<Buffer | null> {
    const wanted = Math.min(pieceBytes, this.#end - this.#at);
    if (wanted <= 0) return null;
    const handle = await this.#file.open();
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, this.#at);
    if (bytesRead === 0) return null;
    this.#at += bytesRead;
    return buffer.subarray(0, bytesRead);
  }
}
