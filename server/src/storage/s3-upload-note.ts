// What a bucket keeps of an unfinished upload besides its parts: a small object under `.partial/`, named by the token, so that any
// server finds key, upload and parts again. It is there before the upload is, and goes after it.
import { DeleteObjectCommand, PutObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { OperationFailure } from '@holdfast/shared/failures';
import { validate as isUuid, v4 as uuid } from 'uuid';
import { z } from 'zod';
import { partialFolder } from './destination-marker.ts';
import { putNew, textObject, textOf } from './s3-objects.ts';
import type { S3Place } from './s3-place.ts';

const sentPart = z.object({ etag: z.string(), crc32: z.string().optional() });
export type SentPart = z.infer<typeof sentPart>;

const uploadNote = z.object({
  format: z.literal('holdfast-upload'),
  key: z.string(),
  /** Tells one attempt from another that was given the same token. */
  attempt: z.uuid(),
  /** Missing until the upload is known to have begun. */
  uploadId: z.string().optional(),
  /** In order; missing until every byte is there. */
  parts: z.array(sentPart).optional(),
});
export type UploadNote = z.infer<typeof uploadNote>;
export type SealedNote = UploadNote & { readonly uploadId: string; readonly parts: readonly SentPart[] };

/** Notes an upload that is about to begin. Throws `storage-unwritable` for a token that is taken. */
export async function createNote(place: S3Place, token: string, key: string): Promise<UploadNote> {
  const note: UploadNote = { format: 'holdfast-upload', key, attempt: uuid() };
  if (await place.run('Writing to', (client) => putNew(client, objectOf(place, token, note)))) return note;
  // An answer that was lost on the way looks the same.
  if ((await readNote(place, token))?.attempt === note.attempt) return note;
  throw new OperationFailure('storage-unwritable', `The upload ${token} exists already.`);
}

/** Replaces the note, durably. */
export async function writeNote(place: S3Place, token: string, note: UploadNote): Promise<void> {
  await place.run('Writing to', (client) => client.send(new PutObjectCommand(objectOf(place, token, note))));
}

/** The note of an upload; undefined when there is none. Throws `storage-unwritable` for one of an unknown form. */
export async function readNote(place: S3Place, token: string): Promise<UploadNote | undefined> {
  const text = await place.run('Reading', (client) => textOf(client, place.objectOf(nameOf(token))));
  if (text === undefined) return undefined;
  try {
    return uploadNote.parse(JSON.parse(text));
  } catch (cause) {
    const message = `${nameOf(token)} is not a note that this version knows.`;
    throw new OperationFailure('storage-unwritable', message, { cause });
  }
}

/** Idempotent. */
export async function removeNote(place: S3Place, token: string): Promise<void> {
  await place.run('Removing from', (client) => client.send(new DeleteObjectCommand(place.objectOf(nameOf(token)))));
}

/** The tokens of all uploads that are not finished. */
export async function notedTokens(place: S3Place): Promise<string[]> {
  const { Bucket, Key: Prefix } = place.objectOf(`${partialFolder}/`);
  return await place.run('Listing', async (client) => {
    const tokens: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }))
      tokens.push(...Contents.map(({ Key = '' }) => Key.slice(Prefix.length).replace(/\.json$/, '')));
    return tokens.filter((token) => isUuid(token));
  });
}

function nameOf(token: string): string {
  return `${partialFolder}/${token}.json`;
}

function objectOf(place: S3Place, token: string, note: UploadNote) {
  return textObject(place, nameOf(token), JSON.stringify(note));
}
