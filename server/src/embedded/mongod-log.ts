// The embedded mongod's log: kept small, and asked for the reason when mongod ended.
import { open, rename, stat } from 'node:fs/promises';

const limitBytes = 16 * 1024 * 1024;
const readBytes = 1024 * 1024;

/** Moves a log that has grown beyond the limit to `<file>.1`, over the one that was there. Returns whether it did. */
export async function rotateLog(file: string, limit = limitBytes): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || found.size <= limit) return false;
  await rename(file, `${file}.1`);
  return true;
}

/** The first errors in the log after a byte position, as sentences: what follows them is mostly their consequence. */
export async function firstErrors(file: string, after: number): Promise<string[]> {
  const errors: string[] = [];
  for (const line of (await readFrom(file, after)).split('\n')) {
    const entry = parseEntry(line);
    if (entry === undefined || (entry.s !== 'E' && entry.s !== 'F')) continue;
    const error = describe(entry);
    if (!errors.includes(error)) errors.push(error);
  }
  return errors.slice(0, 3);
}

/** How long the log is: where the next start's lines begin. */
export async function logLength(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function readFrom(file: string, start: number): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(readBytes), 0, readBytes, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

interface LogEntry {
  readonly s?: string;
  readonly msg?: string;
  readonly attr?: { readonly error?: unknown; readonly message?: unknown };
}

/** undefined for half a line, where the reading was cut. */
function parseEntry(line: string): LogEntry | undefined {
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return undefined;
  }
}

function describe({ msg = '', attr = {} }: LogEntry): string {
  const details = [attr.error, attr.message].filter((detail) => detail !== undefined).map(asText);
  return [msg.trim(), details.join(', ')].filter((part) => part !== '').join(': ');
}

function asText(detail: unknown): string {
  return typeof detail === 'string' ? detail.trim() : JSON.stringify(detail);
}
