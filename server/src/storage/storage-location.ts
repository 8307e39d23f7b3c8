// What names a destination: `file:/path/to/backups` or `s3://bucket/prefix`. Read from the environment, the command line and the
// ledger alike. Holds no credentials, ever.
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocationInvalid } from './location-invalid.ts';
import { parseS3Location, type S3Location, s3LocationUrl } from './s3-location.ts';

export { LocationInvalid } from './location-invalid.ts';

export type StorageLocation = FolderLocation | S3Location;

export interface FolderLocation {
  readonly kind: 'folder';
  /** Absolute. */
  readonly directory: string;
}

/** Reads a location; a relative folder is below `workingDir` (default: the process's). Throws LocationInvalid. */
export function parseLocation(text: string, workingDir: string = process.cwd()): StorageLocation {
  if (text.startsWith('s3:')) return parseS3Location(text);
  if (text.startsWith('file:')) return { kind: 'folder', directory: folderOf(text, workingDir) };
  throw new LocationInvalid(
    'a folder is given as file:/path/to/backups, a bucket as s3://bucket/prefix?endpoint=https://minio.example.com.',
  );
}

/** The location in its one way of writing it, as `ArchiveStorage.url` has it. */
export function locationUrl(location: StorageLocation): string {
  return location.kind === 's3' ? s3LocationUrl(location) : `file:${location.directory}`;
}

function folderOf(text: string, workingDir: string): string {
  const path = text.startsWith('file://') ? fileURLToPath(text) : text.slice('file:'.length);
  return isAbsolute(path) ? resolve(path) : resolve(workingDir, path);
}
