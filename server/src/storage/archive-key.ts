/** What an archive's key is made of. */
export interface ArchiveKeyParts {
  readonly deploymentName: string;
  /** ISO 8601 in UTC: when the backup began. */
  readonly at: string;
  readonly backupId: string;
}

/** `<deployment>/<year>/<month>/<time>-<id>.zip`, for example `shop/2026/11/20261124T020000Z-<id>.zip`: sorts by time. */
export function archiveKey({ deploymentName, at, backupId }: ArchiveKeyParts): string {
  const [year, month] = at.split('-');
  const time = `${at.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return `${deploymentName}/${year}/${month}/${time}-${backupId}.zip`;
}

/**
 * Throws RangeError for a key that is not relative, `/`-separated and safe on every file system and object store: no empty,
 * `.` or `..` part, no part that begins with a dot (a driver keeps its own files under such names), none over 255 bytes, no
 * backslash and no control character; 1,024 bytes in all.
 */
export function requireKey(key: string): string {
  const parts = key.split('/');
  const isSafe = parts.every((part) => part !== '' && !part.startsWith('.') && Buffer.byteLength(part) <= 255);
  if (!isSafe || /[\\\p{Cc}]/u.test(key) || !key.isWellFormed() || Buffer.byteLength(key) > 1024) {
    throw new RangeError(`${JSON.stringify(key)} is not a key of an archive`);
  }
  return key;
}
