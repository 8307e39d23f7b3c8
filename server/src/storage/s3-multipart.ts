// The requests of one multipart upload. Its object bears the token, by which a server knows an archive as its own although the
// answer to the request that made it was lost.
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type S3Client,
  type StorageClass,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { OperationFailure } from '@holdfast/shared/failures';
import { isS3Answer } from './classify-s3-error.ts';
import type { S3Location } from './s3-location.ts';
import { checksumOf, encryptionOf, headOf, ifAbsent } from './s3-objects.ts';
import { patiently, type S3Place } from './s3-place.ts';
import type { FullPart } from './s3-upload-body.ts';
import type { SealedNote, SentPart } from './s3-upload-note.ts';

const tokenName = 'holdfast-upload';

/** Begins it; returns its id. */
export async function beginMultipart(place: S3Place, key: string, token: string): Promise<string> {
  const { location } = place;
  const { UploadId } = await place.run('Writing to', (client) =>
    client.send(
      new CreateMultipartUploadCommand({
        ...place.objectOf(key),
        ContentType: 'application/zip',
        Metadata: { [tokenName]: token },
        ...(location.checksum === 'crc32' ? { ChecksumAlgorithm: 'CRC32' } : {}),
        ...kindOf(location),
      }),
    ),
  );
  if (UploadId === undefined) throw new OperationFailure('storage-unwritable', `${place.url} gave an upload no id.`);
  return UploadId;
}

function kindOf(location: S3Location) {
  const { storageClass, objectLock } = location;
  return {
    ...encryptionOf(location),
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
    ...(objectLock === undefined
      ? {}
      : {
          ObjectLockMode: objectLock.mode,
          ObjectLockRetainUntilDate: new Date(Date.now() + objectLock.days * 86_400_000),
        }),
  };
}

export interface MultipartId {
  readonly key: string;
  readonly uploadId: string;
}

/** Sends one part, with its checksum, which the server compares. */
export async function putPart(
  place: S3Place,
  { key, uploadId }: MultipartId,
  { number, bytes, crc32 }: FullPart,
  signal: AbortSignal,
): Promise<SentPart> {
  const checksum = checksumOf(place.location, bytes, crc32);
  const part = { ...place.objectOf(key), UploadId: uploadId, PartNumber: number, Body: bytes, ...checksum };
  const { ETag } = await place.run('Writing to', (client) =>
    client.send(new UploadPartCommand(part), { ...patiently, abortSignal: signal }),
  );
  if (ETag === undefined) throw new OperationFailure('storage-unwritable', `${place.url} gave part ${number} no tag.`);
  return { etag: ETag, ...('ChecksumCRC32' in checksum ? { crc32: checksum.ChecksumCRC32 } : {}) };
}

/**
 * Makes the archive visible; idempotent. Never replaces one: throws `storage-unwritable`. False when there are neither parts nor
 * an archive of this token.
 */
export async function completeMultipart(place: S3Place, token: string, note: SealedNote): Promise<boolean> {
  const object = place.objectOf(note.key);
  return await place.run('Writing to', async (client) => {
    const isThere = async () => (await headOf(client, object)) !== undefined;
    try {
      if (await ifAbsent((condition) => client.send(completion(place, note, condition), patiently), { isThere }))
        return true;
    } catch (error) {
      if (!isS3Answer(error, 'NoSuchUpload')) throw error;
      return (await madeBy(client, object)) === token;
    }
    if ((await madeBy(client, object)) === token) return true;
    throw new OperationFailure('storage-unwritable', `${note.key} exists already.`);
  });
}

function completion(place: S3Place, { key, uploadId, parts }: SealedNote, IfNoneMatch: '*' | undefined) {
  return new CompleteMultipartUploadCommand({
    ...place.objectOf(key),
    UploadId: uploadId,
    ...(IfNoneMatch === undefined ? {} : { IfNoneMatch }),
    MultipartUpload: {
      Parts: parts.map(({ etag, crc32 }, index) => ({
        PartNumber: index + 1,
        ETag: etag,
        ...(crc32 === undefined ? {} : { ChecksumCRC32: crc32 }),
      })),
    },
  });
}

/** The token of the upload that made an object; undefined when it is not there, or was made by something else. */
export async function madeBy(client: S3Client, object: { Bucket: string; Key: string }): Promise<string | undefined> {
  return (await headOf(client, object))?.metadata[tokenName];
}

/**
 * Takes an upload and its parts away; idempotent. A part that was on its way may arrive after the first time, so it is looked and
 * done again.
 */
export async function abortMultipart(place: S3Place, { key, uploadId }: MultipartId): Promise<void> {
  const upload = { ...place.objectOf(key), UploadId: uploadId };
  await place.run('Removing from', async (client) => {
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      try {
        await client.send(new AbortMultipartUploadCommand(upload));
        const { Parts = [] } = await client.send(new ListPartsCommand(upload));
        if (Parts.length === 0) return;
      } catch (error) {
        if (!isS3Answer(error, 'NoSuchUpload', 404)) throw error;
        return;
      }
    }
    throw new OperationFailure('storage-unwritable', `The unfinished archive of ${key} does not go away.`);
  });
}
