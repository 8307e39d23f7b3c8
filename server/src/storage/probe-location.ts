// Whether a location could be a destination, asked without making it one: for a doctor that looks before a server has started.
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OperationFailure } from '@holdfast/shared/failures';
import { type OpenStorageOptions, openStorage } from './open-storage.ts';
import { type FolderLocation, locationUrl, parseLocation } from './storage-location.ts';

/**
 * Writes and reads back a probe. `isMade` tells whether it is a destination already; one that is not is only looked at as far as
 * nothing has to be made. Throws LocationInvalid, and OperationFailure with what is wrong.
 */
export async function probeLocation(
  location: string,
  options: Pick<OpenStorageOptions, 'record' | 'credentials'>,
): Promise<{ readonly isMade: boolean }> {
  const place = parseLocation(location);
  if (place.kind === 's3') {
    const { probeS3Location } = await import('./s3-storage.ts');
    return await probeS3Location({ location: place, credentials: options.credentials ?? null });
  }
  return await probeFolder(place, options);
}

async function probeFolder(
  place: FolderLocation,
  options: Pick<OpenStorageOptions, 'record'>,
): Promise<{ readonly isMade: boolean }> {
  const { directory } = place;
  if (await mayBeWritten(directory)) {
    await (await openStorage(locationUrl(place), options)).probe();
    return { isMade: true };
  }
  const parent = await nearestThere(dirname(directory));
  if (await mayBeWritten(parent)) return { isMade: await permits(directory, constants.F_OK) };
  throw new OperationFailure('storage-unwritable', `${directory} is not there, and ${parent} may not be written to.`);
}

async function nearestThere(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    if (dirname(path) === path || (await permits(path, constants.F_OK))) return path;
  }
}

function mayBeWritten(folder: string): Promise<boolean> {
  return permits(folder, constants.W_OK);
}

function permits(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
