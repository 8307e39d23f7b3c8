// The text at the beginning of a file of age: for whom its file key is wrapped, and a MAC of that under the file key.
// Strict, as the format asks for: https://age-encryption.org/v1, "Header".
import { createHmac, timingSafeEqual } from 'node:crypto';
import { base64nopad } from '@scure/base';
import { AgeFailure } from './age-failure.ts';
import { derivedKey } from './age-primitives.ts';

/** One wrapping of the file key. */
export interface Stanza {
  readonly type: string;
  readonly args: readonly string[];
  readonly body: Uint8Array;
}

export interface Header {
  readonly stanzas: readonly Stanza[];
  /** How much of the file it takes. */
  readonly sizeBytes: number;
  /** What the MAC is of. */
  readonly authenticated: Uint8Array;
  readonly mac: Uint8Array;
}

/** A header takes no more than this; one for a dozen keys has 1.5 KB. */
export const headerLimitBytes = 64 * 1024;

const versionLine = 'age-encryption.org/v1';
const bodyColumns = 64;

export function encodeHeader(stanzas: readonly Stanza[], fileKey: Buffer): Buffer {
  const text = `${[versionLine, ...stanzas.map(encodeStanza)].join('\n')}\n---`;
  return Buffer.from(`${text} ${base64nopad.encode(macOf(Buffer.from(text), fileKey))}\n`);
}

function encodeStanza({ type, args, body }: Stanza): string {
  const encoded = base64nopad.encode(body);
  const lines = [`-> ${[type, ...args].join(' ')}`];
  // The last line is shorter than the others, and empty where they come out even.
  for (let at = 0; at <= encoded.length; at += bodyColumns) lines.push(encoded.slice(at, at + bodyColumns));
  return lines.join('\n');
}

/** Undefined when `start`, the first bytes of a file, does not hold the whole header. Throws AgeFailure('damaged'). */
export function decodeHeader(start: Buffer): Header | undefined {
  const lines = new HeaderLines(start);
  const version = lines.next();
  if (version === undefined) return undefined;
  if (version !== versionLine) throw damaged('it does not begin like a file of age');
  const stanzas: Stanza[] = [];
  for (;;) {
    const at = lines.at;
    const line = lines.next();
    if (line === undefined) return undefined;
    if (line.startsWith('---')) {
      const mac = bytesOf(line.slice('--- '.length));
      if (!line.startsWith('--- ') || mac.length !== 32) throw damaged('its header does not end like one');
      return { stanzas, sizeBytes: lines.at, authenticated: start.subarray(0, at + '---'.length), mac };
    }
    const stanza = decodeStanza(line, lines);
    if (stanza === undefined) return undefined;
    stanzas.push(stanza);
  }
}

function decodeStanza(first: string, lines: HeaderLines): Stanza | undefined {
  const [arrow, type, ...args] = first.split(' ');
  if (arrow !== '->' || !type || [type, ...args].some((arg) => !/^[\x21-\x7e]+$/.test(arg))) {
    throw damaged('its header is not understood');
  }
  let encoded = '';
  for (;;) {
    const line = lines.next();
    if (line === undefined) return undefined;
    if (line.length > bodyColumns) throw damaged('its header is not understood');
    encoded += line;
    if (line.length < bodyColumns) return { type, args, body: bytesOf(encoded) };
  }
}

/** Throws AgeFailure('damaged') when the header was changed, or is of another file key. */
export function requireMac(header: Header, fileKey: Buffer): void {
  if (!timingSafeEqual(macOf(header.authenticated, fileKey), header.mac)) throw damaged('its header was changed');
}

function macOf(authenticated: Uint8Array, fileKey: Buffer): Buffer {
  return createHmac('sha256', derivedKey(fileKey, '', 'header'))
    .update(authenticated)
    .digest();
}

/** Base64 without padding, in the one form that each sequence of bytes has. Throws AgeFailure('damaged'). */
export function bytesOf(text: string): Uint8Array {
  try {
    return base64nopad.decode(text);
  } catch (cause) {
    throw damaged('its header is not understood', cause);
  }
}

/** Takes one line after the other; each ends with a line feed. */
class HeaderLines {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  next(): string | undefined {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end === -1) return undefined;
    const line = this.#bytes.toString('latin1', this.at, end);
    this.at = end + 1;
    return line;
  }
}

function damaged(how: string, cause?: unknown): AgeFailure {
  return new AgeFailure('damaged', how, cause);
}
