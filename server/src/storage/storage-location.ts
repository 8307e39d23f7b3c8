// What names a destination: `file:/path/to/backups`. Read from the environment, the command line and the ledger alike. Holds no
// credentials, ever.
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export type StorageLocation = FolderLocation;

export interface FolderLocation {
  readonly kind: 'folder';
  /** Absolute. */
  readonly directory: string;
}

/** A text that names no destination. `message` says what is wrong and what may be written instead; it repeats no secret. */
export class LocationInvalid extends Error {
  override readonly name = 'LocationInvalid';
}

/** Reads a location; a relative folder is below `workingDir` (default: the process's). Throws LocationInvalid. */
export function parseLocation(text: string, workingDir: string = process.cwd()): StorageLocation {
  if (text.startsWith('file:')) return { kind: 'folder', directory: folderOf(text, workingDir) };
  throw new LocationInvalid(`it begins with "${text.split(':')[0]}:"; a folder is given as file:/path/to/backups.`);
}

/** The location in its one way of writing it, as `ArchiveStorage.url` has it. */
export function locationUrl(location: StorageLocation): string {
  return `file:${location.directory}`;
}

function folderOf(text: string, workingDir: string): string {
  const path = text.startsWith('file://') ? fileURLToPath(text) : text.slice('file:'.length);
  return isAbsolute(path) ? resolve(path) : resolve(workingDir, path);
}
