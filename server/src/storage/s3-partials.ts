// Unfinished uploads of any server: finding, finishing and removing them.
import {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3';
import { backupIdOfKey } from './archive-key.ts';
import { abortMultipart, completeMultipart, type MultipartId, madeBy } from './s3-multipart.ts';
import type { S3Place } from './s3-place.ts';
import { notedTokens, readNote, removeNote, type SealedNote, type UploadNote } from './s3-upload-note.ts';

/** Uploads that no note speaks of are removed only at this age: one that has just begun is about to be noted. */
const strayAfterMs = 86_400_000;

/** Finishes a sealed upload; idempotent. False when neither sealed parts nor the finished archive are there. */
export async function finishS3Upload(
  place: S3Place,
  { key, token }: { readonly key: string; readonly token: string },
): Promise<boolean> {
  const note = await readNote(place, token);
  if (note === undefined || !isSealed(note) || note.key !== key)
    return (await place.run('Reading', (client) => madeBy(client, place.objectOf(key)))) === token;
  if (!(await completeMultipart(place, token, note))) return false;
  await removeNote(place, token);
  return true;
}

/** Removes one unfinished upload; idempotent. What is committed stays. */
export async function discardS3Upload(place: S3Place, token: string): Promise<void> {
  const note = await readNote(place, token);
  if (note === undefined) return;
  const { key, uploadId } = note;
  // Without its id it may have begun all the same.
  const uploads = uploadId === undefined ? await strayUploads(place, { key, olderThanMs: 0 }) : [{ key, uploadId }];
  for (const upload of uploads) await abortMultipart(place, upload);
  await removeNote(place, token);
}

/** As `ArchiveStorage.removePartials`. */
export async function removeS3Partials(place: S3Place, owned: () => Promise<ReadonlySet<string>>): Promise<string[]> {
  const found = await notedTokens(place);
  const strays = await strayUploads(place, { olderThanMs: strayAfterMs });
  const kept = await owned();
  const removed = found.filter((token) => !kept.has(token));
  for (const token of removed) await discardS3Upload(place, token);
  for (const upload of strays) await abortMultipart(place, upload);
  return removed;
}

function isSealed(note: UploadNote): note is SealedNote {
  return note.parts !== undefined && note.uploadId !== undefined;
}

/**
 * Uploads of archives (or of one key) that no note names. Others may keep theirs in the same bucket: without a key, only what an
 * archive's key looks like counts.
 */
async function strayUploads(
  place: S3Place,
  { key, olderThanMs }: { readonly key?: string; readonly olderThanMs: number },
): Promise<MultipartId[]> {
  const uploads = (await uploadsAt(place, key ?? '')).filter(
    (upload) =>
      (key === undefined ? backupIdOfKey(upload.key) !== undefined : upload.key === key) &&
      Date.now() - upload.begunAt >= olderThanMs,
  );
  if (uploads.length === 0) return [];
  const named = new Set<string | undefined>();
  for (const token of await notedTokens(place)) named.add((await readNote(place, token))?.uploadId);
  return uploads.filter(({ uploadId }) => !named.has(uploadId));
}

async function uploadsAt(place: S3Place, prefix: string): Promise<(MultipartId & { readonly begunAt: number })[]> {
  const { Bucket, Key: Prefix } = place.objectOf(prefix);
  const root = place.objectOf('').Key.length;
  return await place.run('Listing', async (client) => {
    const found = [];
    for (let from: Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'> | undefined = {}; from; ) {
      const page: ListMultipartUploadsCommandOutput = await client.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix, ...from }),
      );
      for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? [])
        found.push({ key: Key.slice(root), uploadId: UploadId, begunAt: Initiated?.getTime() ?? Date.now() });
      const { IsTruncated, NextKeyMarker = '', NextUploadIdMarker = '' } = page;
      from = IsTruncated ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker } : undefined;
    }
    return found;
  });
}
