// A file of age as text, so that it can be printed, mailed or pasted: PEM, as strict as age reads it.
// Format: https://age-encryption.org/v1, "ASCII armor".
import { base64 } from '@scure/base';
import { AgeFailure } from './age-failure.ts';

const begin = '-----BEGIN AGE ENCRYPTED FILE-----';
const end = '-----END AGE ENCRYPTED FILE-----';
const columns = 64;

export function encodeArmor(bytes: Buffer): string {
  const encoded = base64.encode(bytes);
  const lines = encoded.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
  return `${[begin, ...lines, end].join('\n')}\n`;
}

/** Whether it is meant as armor. */
export function isArmored(file: Buffer): boolean {
  return file.toString('latin1', 0, 1024).trimStart().startsWith('-----');
}

/** The bytes of the file. Space before and behind the armor is fine. Throws AgeFailure('damaged'). */
export function decodeArmor(file: Buffer): Buffer {
  const text = file.toString('latin1').trim();
  const lines = text.split(/\r?\n/);
  const body = lines.slice(1, -1);
  const isLast = (at: number) => at === body.length - 1;
  const isEven = body.every(({ length }, at) => length === columns || (isLast(at) && length > 0 && length < columns));
  try {
    if (lines[0] === begin && lines.at(-1) === end && isEven) return Buffer.from(base64.decode(body.join('')));
  } catch {
    // Said below; a decoder's own words repeat the text.
  }
  throw new AgeFailure(
    'damaged',
    'it is not whole: its first and last line, or a line between them, are not as age writes them',
  );
}
