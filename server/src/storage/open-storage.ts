// Opens a destination by its location: chooses the driver, and tells a destination that is away from a new one.
import { OperationFailure } from '@holdfast/shared/failures';
import type { ArchiveStorage } from './archive-storage.ts';
import { attemptsOf } from './attempt.ts';
import { openFileStorage } from './file-storage.ts';
import { readRecord, writeRecord } from './known-destination.ts';
import type { S3Credentials } from './s3-place.ts';
import { locationUrl, parseLocation, type StorageLocation } from './storage-location.ts';
import { withRetry } from './with-retry.ts';
import { withStallDetection } from './with-stall-detection.ts';

export interface OpenStorageOptions {
  /** Only the destination of this id will do: another one, or an empty place, is `storage-missing`, and nothing is made. */
  readonly id?: string;
  /** false: only what is a destination already; an empty place is `storage-missing`, and nothing is made. Default: true. */
  readonly create?: boolean;
  /** File in which a server remembers its own destination: an empty place where that one was is no new destination. */
  readonly record?: string;
  /** Marks a folder as one that several servers use; once marked it stays so. */
  readonly shared?: boolean;
  /** For a bucket; null (the default): those that the machine itself has. */
  readonly credentials?: S3Credentials | null;
  /** Told of each failure at a bucket that is followed by another attempt. */
  readonly onRetry?: (failure: OperationFailure) => void;
}

/**
 * Opens the destination at a location (`parseLocation`). Throws LocationInvalid for a text that names none, and OperationFailure:
 * `storage-missing` for what is not there and is not to be made, `storage-unwritable` for a place that is something else.
 */
export async function openStorage(location: string, options: OpenStorageOptions = {}): Promise<ArchiveStorage> {
  const place = parseLocation(location);
  const { record } = options;
  if (record === undefined) return await openDriver(place, options);
  const known = await readRecord(record);
  const isKnown = known?.url === locationUrl(place);
  const storage = await openDriver(place, isKnown ? { ...options, create: false } : options).catch((error: unknown) => {
    if (!isKnown || !(error instanceof OperationFailure) || error.reason !== 'storage-missing') throw error;
    throw new OperationFailure(
      'storage-missing',
      `${locationUrl(place)} was the destination ${known.id}, and is empty or gone: is its disk mounted? ` +
        `To begin anew in an empty place, remove ${record} first.`,
      { cause: error },
    );
  });
  if (known?.url !== storage.url || known.id !== storage.id) await writeRecord(record, storage);
  return storage;
}

/** Longer than any pause between two bytes of a line that works; an operation has a limit of its own. */
const stallLimitMs = 300_000;

async function openDriver(place: StorageLocation, options: OpenStorageOptions): Promise<ArchiveStorage> {
  const { id, create, shared, credentials = null } = options;
  if (place.kind === 'folder') return await openFileStorage({ directory: place.directory, id, create, shared });
  // The client is large: whoever keeps archives in folders does not wait for it.
  const { openS3Storage } = await import('./s3-storage.ts');
  const { onRetry } = options;
  const attempt = attemptsOf({ retries: 6, withinMs: 15_000, onRetry });
  // A part or a read that fails for good loses all that went before it.
  const resume = attemptsOf({ retries: 14, withinMs: 120_000, onRetry });
  const abort = attemptsOf({ retries: 2, withinMs: 1_000 });
  const bucket = await attempt(() => openS3Storage({ location: place, credentials, id, create, attempt: resume }));
  return withRetry(withStallDetection(bucket, { limitMs: stallLimitMs }), { attempt, resume, abort });
}
