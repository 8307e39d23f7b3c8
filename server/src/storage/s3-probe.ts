// Everything that a backup, a restore and a deletion will ask of a bucket, tried on a few bytes.
import { randomBytes } from 'node:crypto';
import {
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { OperationFailure } from '@holdfast/shared/failures';
import { v7 as uuid } from 'uuid';
import { partialFolder } from './destination-marker.ts';
import { abortMultipart, beginMultipart, putPart } from './s3-multipart.ts';
import { textObject, textOf } from './s3-objects.ts';
import type { S3Place } from './s3-place.ts';
import { readS3Object } from './s3-reader.ts';

/** Lists, writes, reads back (also a range) and removes; begins and gives up an upload. Throws OperationFailure that says which. */
export async function probeS3(place: S3Place): Promise<void> {
  const name = `${partialFolder}/probe-${uuid()}`;
  const text = randomBytes(32).toString('hex');
  await step('list the objects', () =>
    place.run('Listing', (client) => client.send(new ListObjectsV2Command({ ...underPartials(place), MaxKeys: 1 }))),
  );
  await step('write an object', () =>
    place.run('Writing to', (client) => client.send(new PutObjectCommand(textObject(place, name, text)))),
  );
  try {
    await step('read an object', async () => {
      const whole = await place.run('Reading', (client) => textOf(client, place.objectOf(name)));
      requireSame(place, whole, text);
    });
    await step('read a part of an object', async () => {
      const part = await (await readS3Object(place, name, { start: 8, end: 40 })).toArray();
      requireSame(place, Buffer.concat(part).toString(), text.slice(8, 40));
    });
    await step('list the unfinished uploads', () =>
      place.run('Listing', (client) => client.send(new ListMultipartUploadsCommand(underPartials(place)))),
    );
    await step('begin an upload in parts and give it up', () => tryMultipart(place, `${name}.zip`));
  } finally {
    await step('remove an object', () =>
      place.run('Removing from', (client) => client.send(new DeleteObjectCommand(place.objectOf(name)))),
    );
  }
}

function underPartials(place: S3Place): { readonly Bucket: string; readonly Prefix: string } {
  const { Bucket, Key: Prefix } = place.objectOf(`${partialFolder}/`);
  return { Bucket, Prefix };
}

async function tryMultipart(place: S3Place, key: string): Promise<void> {
  const uploadId = await beginMultipart(place, key, uuid());
  try {
    const part = { number: 1, bytes: Buffer.alloc(0), crc32: 0 };
    await putPart(place, { key, uploadId }, part, AbortSignal.timeout(60_000));
  } finally {
    await abortMultipart(place, { key, uploadId });
  }
}

/** Says what could not be done: a policy that lacks one right works for all but one of these. */
async function step(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    const { reason, isRetryable } = error;
    throw new OperationFailure(reason, `It was not possible to ${what}. ${error.message}`, {
      isRetryable,
      cause: error,
    });
  }
}

function requireSame(place: S3Place, found: string | undefined, written: string): void {
  if (found === written) return;
  throw new OperationFailure('storage-unwritable', `${place.url} gives back something else than was written.`);
}
