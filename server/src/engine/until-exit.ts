import { PassThrough, type Readable } from 'node:stream';

/**
 * A program's output that ends only once the program has ended well: `exited` resolved. When it rejects, reading fails with
 * its reason, so that no output of a failed program can pass for a whole one. Whoever destroys it closes the program's pipe.
 */
export function untilExit(output: Readable, exited: Promise<unknown>): Readable {
  const gate = new PassThrough({ highWaterMark: readAhead });
  const ended = new Promise<void>((resolve) => output.once('end', resolve));
  output.pipe(gate, { end: false });
  Promise.all([exited, ended]).then(
    () => gate.end(),
    (reason: unknown) => gate.destroy(reason instanceof Error ? reason : new Error('stopped', { cause: reason })),
  );
  gate.once('close', () => output.destroy());
  // Readers see the error where they read; nobody reading yet is no reason to end this process.
  gate.on('error', () => undefined);
  return gate;
}

/** With Node's default every chunk would stop the program until it was taken. */
const readAhead = 1024 * 1024;
