import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface MasterKeyOptions {
  /** The key as it was configured: 32 bytes in hex or base64. It goes before the file. */
  readonly configured?: string | undefined;
  readonly file: string;
}

/**
 * The master key, 32 bytes: the configured one, else the file's. A missing file is made with a fresh key, mode 0600,
 * durably and at once whole; of servers that start together one makes it and all read that one. Throws a
 * `MasterKeyUnusable` that says where the key comes from, never what it is.
 */
export async function loadMasterKey({ configured, file }: MasterKeyOptions): Promise<Buffer> {
  if (configured !== undefined) return parseKey(configured, 'HOLDFAST_SECRET_KEY');
  const existing = await readKeyFile(file);
  if (existing !== undefined) return existing;
  await createKeyFile(file);
  const created = await readKeyFile(file);
  if (created === undefined) throw new MasterKeyUnusable(`${file} vanished while it was being made.`);
  return created;
}

/** A master key that is not 32 bytes in hex or base64. */
export class MasterKeyUnusable extends Error {
  override readonly name = 'MasterKeyUnusable';
}

async function readKeyFile(file: string): Promise<Buffer | undefined> {
  try {
    const key = parseKey(await readFile(file, 'utf8'), file);
    await chmod(file, 0o600);
    return key;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseKey(text: string, source: string): Buffer {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (/^[A-Za-z0-9+/]{43}=?$|^[A-Za-z0-9_-]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64');
  throw new MasterKeyUnusable(
    `${source} does not hold a master key: it takes 32 bytes as 64 hex digits or as base64 (\`openssl rand -base64 32\`).`,
  );
}

/** Written under another name, synced, and linked: whoever sees the file sees all of it, and nobody replaces another's. */
async function createKeyFile(file: string): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${basename(file)}.${randomBytes(6).toString('hex')}`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('base64')}\n`);
    await handle.sync();
    await linkUnlessThere(temporary, file);
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
  await syncFolder(folder);
}

async function linkUnlessThere(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
