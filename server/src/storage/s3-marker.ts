// The marker that makes a bucket, or a part of one, a destination: as in a folder. A bucket is shared by its nature.
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { OperationFailure } from '@holdfast/shared/failures';
import { type Marker, markerName, newMarker, parseMarker, partialFolder } from './destination-marker.ts';
import { putNew, textObject, textOf } from './s3-objects.ts';
import type { S3Place } from './s3-place.ts';

/** The destination's marker; undefined when there is none. Throws `storage-missing` when there is no such bucket. */
export async function readS3Marker(place: S3Place): Promise<Marker | undefined> {
  const text = await place.run('Opening', (client) => textOf(client, place.objectOf(markerName)));
  return text === undefined ? undefined : parseMarker(text, `${markerName} in ${place.url}`);
}

/**
 * The marker; an empty place gets one. Throws OperationFailure: `storage-unwritable` for a place that holds something and has no
 * marker, and, where none is to be made or another id is wanted, `storage-missing`.
 */
export async function openS3Marker(
  place: S3Place,
  { id, create = true }: { readonly id?: string | undefined; readonly create?: boolean | undefined },
): Promise<Marker> {
  const found = await readS3Marker(place);
  if (found !== undefined && (id === undefined || found.id === id)) return found;
  if (found !== undefined)
    throw new OperationFailure('storage-missing', `${place.url} is the destination ${found.id}, not ${id}.`);
  if (id !== undefined || !create)
    throw new OperationFailure('storage-missing', `${place.url} is no destination of Holdfast.`);
  await requireEmpty(place);
  const object = textObject(place, markerName, `${JSON.stringify(newMarker(true))}\n`);
  // Of several servers at once the first one's stands.
  await place.run('Writing to', (client) => putNew(client, object));
  return await openS3Marker(place, { create: false });
}

/** Throws `storage-unwritable` for a place that holds anything but what a destination begins with. */
export async function requireEmpty(place: S3Place): Promise<void> {
  const { Bucket, Key: Prefix } = place.objectOf('');
  const { Contents = [] } = await place.run('Listing', (client) =>
    client.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 10 })),
  );
  const others = Contents.filter(({ Key = '' }) => {
    const name = Key.slice(Prefix.length);
    return name !== '' && name !== markerName && !name.startsWith(`${partialFolder}/`);
  });
  if (others.length === 0) return;
  const message = `${place.url} is not empty and is no destination of Holdfast. Choose an empty bucket, or a path in it.`;
  throw new OperationFailure('storage-unwritable', message);
}
