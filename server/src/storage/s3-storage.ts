// Archives in a bucket. Nothing is visible under a key before it is whole: bytes go up in parts, which only `commit` makes an
// object. See archive-storage.ts for what this owes. Each request is made once: tries again are a decorator's.
import type { Readable } from 'node:stream';
import { DeleteObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { OperationFailure } from '@holdfast/shared/failures';
import { validate as isUuid } from 'uuid';
import { isKey, requireKey } from './archive-key.ts';
import type { ArchiveStorage, Upload } from './archive-storage.ts';
import type { Attempt } from './attempt.ts';
import type { S3Location } from './s3-location.ts';
import { openS3Marker, readS3Marker, requireEmpty } from './s3-marker.ts';
import { headOf } from './s3-objects.ts';
import { discardS3Upload, finishS3Upload, removeS3Partials } from './s3-partials.ts';
import { type S3Credentials, type S3Place, type S3Timeouts, s3Place } from './s3-place.ts';
import { probeS3 } from './s3-probe.ts';
import { readS3Object } from './s3-reader.ts';
import { beginS3Upload } from './s3-upload.ts';

export interface S3StorageOptions {
  readonly location: S3Location;
  /** null: those that the machine itself has. */
  readonly credentials: S3Credentials | null;
  /** Only the destination of this id will do; nothing is made then. */
  readonly id?: string | undefined;
  /** false: only what is a destination already. Default: an empty place becomes one. */
  readonly create?: boolean | undefined;
  /** Sends each part of an upload; default: once. */
  readonly attempt?: Attempt | undefined;
  readonly timeouts?: S3Timeouts | undefined;
}

/**
 * Opens a bucket, or a part of one, as a destination; an empty one becomes it. Throws OperationFailure: `storage-unwritable` for a
 * place that is something else, `storage-missing` for no such bucket and for one that is no destination, or not the wanted one,
 * where none is to be made; `storage-refused`; `storage-unreachable`.
 */
export async function openS3Storage(options: S3StorageOptions): Promise<ArchiveStorage> {
  const place = placeOf(options);
  try {
    const { id } = await openS3Marker(place, options);
    return new S3Storage(place, id, options.attempt ?? ((work) => work()));
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}

/** Probes a place that need not be a destination yet, without making it one; throws as `openS3Storage`. */
export async function probeS3Location(
  options: Pick<S3StorageOptions, 'location' | 'credentials'>,
): Promise<{ readonly isMade: boolean }> {
  using place = placeOf(options);
  const isMade = (await readS3Marker(place)) !== undefined;
  if (!isMade) await requireEmpty(place);
  await probeS3(place);
  return { isMade };
}

function placeOf({ location, credentials, timeouts }: S3StorageOptions): S3Place {
  if (credentials === null && location.endpoint !== undefined)
    throw new OperationFailure(
      'storage-refused',
      `No access key was given for ${location.endpoint}: give one with the destination; for the main one set ` +
        'HOLDFAST_S3_ACCESS_KEY_ID and HOLDFAST_S3_SECRET_ACCESS_KEY.',
    );
  return s3Place(location, credentials, timeouts);
}

class S3Storage implements ArchiveStorage {
  readonly url: string;
  readonly id: string;
  readonly isShared = true;
  readonly #place: S3Place;
  readonly #attempt: Attempt;

  constructor(place: S3Place, id: string, attempt: Attempt) {
    this.#place = place;
    this.id = id;
    this.url = place.url;
    this.#attempt = attempt;
  }

  async createUpload(key: string, token: string, expectedBytes?: number): Promise<Upload> {
    requireKey(key);
    requireToken(token);
    await this.#requireMarker();
    if ((await this.#head(key)) !== undefined)
      throw new OperationFailure('storage-unwritable', `${key} exists already.`);
    return await beginS3Upload({
      ...{ place: this.#place, key, token, expectedBytes, attempt: this.#attempt },
      requirePlace: () => this.#requireMarker(),
    });
  }

  async finishUpload({ key, token }: { readonly key: string; readonly token: string }): Promise<boolean> {
    requireKey(key);
    requireToken(token);
    await this.#requireMarker();
    return await finishS3Upload(this.#place, { key, token });
  }

  async discardUpload(token: string): Promise<void> {
    await discardS3Upload(this.#place, requireToken(token));
  }

  async removePartials(owned: () => Promise<ReadonlySet<string>>): Promise<string[]> {
    await this.#requireMarker();
    return await removeS3Partials(this.#place, owned);
  }

  async stat(key: string): Promise<{ readonly sizeBytes: number } | undefined> {
    const found = await this.#head(requireKey(key));
    if (found === undefined) await this.#requireMarker();
    return found && { sizeBytes: found.sizeBytes };
  }

  async read(key: string, range: { readonly start: number; readonly end?: number } = { start: 0 }): Promise<Readable> {
    return await readS3Object(this.#place, requireKey(key), range);
  }

  async remove(key: string): Promise<void> {
    const object = this.#place.objectOf(requireKey(key));
    await this.#requireMarker();
    await this.#place.run(`Removing ${key} from`, (client) => client.send(new DeleteObjectCommand(object)));
  }

  async *list(): AsyncGenerator<{ readonly key: string; readonly sizeBytes: number }> {
    await this.#requireMarker();
    const { Bucket, Key: Prefix } = this.#place.objectOf('');
    const pages = paginateListObjectsV2({ client: this.#place.client }, { Bucket, Prefix });
    const iterator = pages[Symbol.asyncIterator]();
    for (;;) {
      const { value, done } = await this.#place.run('Listing', () => iterator.next());
      if (done) return;
      for (const { Key = '', Size = 0 } of value.Contents ?? []) {
        const key = Key.slice(Prefix.length);
        if (key.endsWith('.zip') && isKey(key)) yield { key, sizeBytes: Size };
      }
    }
  }

  async space(): Promise<undefined> {
    return undefined;
  }

  async probe(): Promise<void> {
    await this.#requireMarker();
    await probeS3(this.#place);
  }

  async #head(key: string) {
    return await this.#place.run('Looking at', (client) => headOf(client, this.#place.objectOf(key)));
  }

  /** What is not there is missing only where the destination itself is. */
  async #requireMarker(): Promise<void> {
    const found = await readS3Marker(this.#place);
    if (found?.id === this.id) return;
    const how = found === undefined ? 'Its marker is gone.' : 'Another destination is there now.';
    throw new OperationFailure('storage-missing', `${this.url} is not the destination that was opened. ${how}`);
  }
}

function requireToken(token: string): string {
  if (!isUuid(token)) throw new RangeError(`${JSON.stringify(token)} is not a token of an upload`);
  return token;
}
