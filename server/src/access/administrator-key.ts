// The administrator key: whoever holds it may do everything. Kept in a file that only the service's user can read.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';

/** The configured key, or the one in the file, which is made (mode 0600) when it is not there. */
export async function loadAdministratorKey(options: {
  readonly configured: string | null;
  readonly file: string;
}): Promise<string> {
  if (options.configured !== null) return options.configured;
  try {
    const key = (await readFile(options.file, 'utf8')).trim();
    await chmod(options.file, 0o600);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = `hf_${randomBytes(32).toString('base64url')}`;
  await writeFile(options.file, `${key}\n`, { mode: 0o600, flag: 'wx' });
  return key;
}

/** Compares in constant time, whatever the lengths. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** What is stored in place of a token or code: its SHA-256, hex. */
export function storedForm(secret: string): string {
  return digest(secret).toString('hex');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
