import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Longer lines are cut. */
export const longestLine = 2_000;

/** Reads a stream to its end and hands over each line, without its end and cut to `longestLine`. Memory stays bounded. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  const emit = () => {
    // Cutting may have parted a surrogate pair, which no ledger event may hold.
    onLine(line.replace(/\r$/, '').toWellFormed());
    line = '';
  };
  stream.on('data', (chunk: Buffer) => {
    for (const [index, part] of decoder.write(chunk).split('\n').entries()) {
      if (index > 0) emit();
      line += part.slice(0, longestLine - line.length);
    }
  });
  stream.on('end', () => {
    if (line !== '') emit();
  });
  // A broken pipe ends the text; why it broke is told by the program's exit.
  stream.on('error', () => undefined);
}
