import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { unreadable } from './import-failure.ts';

/**
 * Decompresses, members one after the other too. Throws `import-unreadable` when it ends early or its checksum does not hold,
 * and what the source throws as it is.
 */
export async function* gunzip(source: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const compressed = Readable.from(source, { objectMode: false });
  const plain = createGunzip({ chunkSize: 256 * 1024 });
  let sourceError: Error | undefined;
  compressed.on('error', (error) => {
    sourceError = error;
    plain.destroy(error);
  });
  let bytes = 0;
  try {
    for await (const chunk of compressed.pipe(plain) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (sourceError !== undefined || !isOfZlib(error)) throw sourceError ?? error;
    const how = error.code === 'Z_BUF_ERROR' ? 'it ends early' : 'its checksum or its contents do not hold';
    throw unreadable(`The gzip data of ${name} are damaged after ${bytes} decompressed bytes: ${how}.`, error);
  } finally {
    compressed.destroy();
    plain.destroy();
  }
}

function isOfZlib(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && /^Z_/.test(String((error as NodeJS.ErrnoException).code));
}
