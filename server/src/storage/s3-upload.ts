// One archive on its way into a bucket: parts while it is written, then a note of all parts, then the object. Knows nothing of what
// is in it.
import { OperationFailure } from '@holdfast/shared/failures';
import type { Upload } from './archive-storage.ts';
import type { Attempt } from './attempt.ts';
import { abortMultipart, beginMultipart, completeMultipart, putPart } from './s3-multipart.ts';
import type { S3Place } from './s3-place.ts';
import { S3UploadBody } from './s3-upload-body.ts';
import { createNote, removeNote, type SealedNote, type UploadNote, writeNote } from './s3-upload-note.ts';

export interface S3UploadOptions {
  readonly place: S3Place;
  readonly key: string;
  readonly token: string;
  readonly expectedBytes: number | undefined;
  /** For parts: only here their bytes are still known. */
  readonly attempt: Attempt;
  /** Throws unless the destination is there. */
  readonly requirePlace: () => Promise<void>;
}

/** Begins it: the note first, so that what is there of it is found, whenever this stops. */
export async function beginS3Upload(options: S3UploadOptions): Promise<Upload> {
  const { place, key, token } = options;
  const note = await createNote(place, token, key);
  const uploadId = await beginMultipart(place, key, token);
  const begun = { ...note, uploadId };
  await writeNote(place, token, begun);
  return new S3Upload(options, begun);
}

/**
 * writing -> sealed -> committed, or from any of them aborted; abort leaves a committed archive alone.
 */
class S3Upload implements Upload {
  readonly token: string;
  readonly body: S3UploadBody;
  readonly #options: S3UploadOptions;
  readonly #note: UploadNote & { readonly uploadId: string };
  #sealed: SealedNote | undefined;
  #state: 'writing' | 'sealed' | 'committed' | 'aborted' = 'writing';

  constructor(options: S3UploadOptions, note: UploadNote & { readonly uploadId: string }) {
    const { place, attempt, expectedBytes } = options;
    this.#options = options;
    this.#note = note;
    this.token = options.token;
    this.body = new S3UploadBody({
      expectedBytes,
      send: (part, signal) => attempt(() => putPart(place, note, part, signal), signal),
    });
  }

  async seal(): Promise<{ readonly sizeBytes: number }> {
    if (this.#state === 'aborted') throw new Error('the upload was aborted');
    if (!this.body.writableFinished) throw new Error('the body of the upload has not ended');
    const sealed = { ...this.#note, parts: this.body.parts };
    await writeNote(this.#options.place, this.token, sealed);
    this.#sealed = sealed;
    if (this.#state === 'writing') this.#state = 'sealed';
    return { sizeBytes: this.body.sizeBytes };
  }

  async commit(): Promise<void> {
    if (this.#state === 'committed') return;
    if (this.#state !== 'sealed' || this.#sealed === undefined) throw new Error('the upload is not sealed');
    const { place, key, requirePlace } = this.#options;
    await requirePlace();
    if (!(await completeMultipart(place, this.token, this.#sealed)))
      throw new OperationFailure('storage-missing', `The unfinished archive of ${key} was removed.`);
    this.#state = 'committed';
    await removeNote(place, this.token);
  }

  async abort(): Promise<void> {
    if (this.#state === 'committed') return;
    this.#state = 'aborted';
    await this.body.close();
    await abortMultipart(this.#options.place, this.#note);
    await removeNote(this.#options.place, this.token);
  }
}
