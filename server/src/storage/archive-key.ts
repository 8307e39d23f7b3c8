import type { BackupId } from '@holdfast/shared/ids';

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

/** The backup that an archive of this key is of; undefined for a key that `archiveKey` did not make. */
export function backupIdOfKey(key: string): BackupId | undefined {
  return /\/\d{8}T\d{6}Z-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.zip$/.exec(key)?.[1] as BackupId | undefined;
}

/**
 * Throws RangeError for a key that is not relative, `/`-separated and safe on every file system and object store: no empty,
 * `.` or `..` part, no part that begins with a dot (a driver keeps its own files under such names), none over 255 bytes, no
 * backslash and no control character; 1,024 bytes in all.
 */
export function requireKey(key: string): string {
  if (!isKey(key)) throw new RangeError(`${JSON.stringify(key)} is not a key of an archive`);
  return key;
}

/** Whether `requireKey` takes it. */
export function isKey(key: string): boolean {
  const parts = key.split('/');
  const isSafe = parts.every((part) => part !== '' && !part.startsWith('.') && Buffer.byteLength(part) <= 255);
  return isSafe && !/[\\\p{Cc}]/u.test(key) && key.isWellFormed() && Buffer.byteLength(key) <= 1024;
}
