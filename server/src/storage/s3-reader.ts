import { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { OperationFailure } from '@holdfast/shared/failures';
import { classifyS3Error, isS3Answer } from './classify-s3-error.ts';
import { forwardRead } from './forward-stream.ts';
import { headOf } from './s3-objects.ts';
import type { S3Place } from './s3-place.ts';

/**
 * Bytes `start` to `end` (exclusive) of an object, or fewer when it is shorter. What cuts the stream off fails it as
 * `storage-unreachable`. Throws `storage-missing`.
 */
export async function readS3Object(
  place: S3Place,
  key: string,
  { start, end }: { readonly start: number; readonly end?: number | undefined },
): Promise<Readable> {
  const object = place.objectOf(key);
  if (end !== undefined && end <= start) {
    const head = await place.run('Reading', (client) => headOf(client, object));
    if (head === undefined) throw new OperationFailure('storage-missing', `${key} is not at ${place.url}.`);
    return Readable.from([]);
  }
  const range = start === 0 && end === undefined ? {} : { Range: `bytes=${start}-${end === undefined ? '' : end - 1}` };
  const found = await place.run(`Reading ${key} from`, async (client) => {
    try {
      return await client.send(new GetObjectCommand({ ...object, ...range }));
    } catch (error) {
      // It begins behind the object's end.
      if (isS3Answer(error, 'InvalidRange', 416)) return undefined;
      throw error;
    }
  });
  const body = found?.Body as Readable | undefined;
  if (body === undefined) return Readable.from([]);
  return forwardRead(body, whole(body, found?.ContentLength, `Reading ${key} from ${place.url}`));
}

async function* whole(body: Readable, sizeBytes: number | undefined, what: string): AsyncGenerator<Buffer> {
  let read = 0;
  try {
    for await (const chunk of body) {
      read += (chunk as Buffer).length;
      yield chunk;
    }
  } catch (error) {
    throw classifyS3Error(error, what);
  }
  if (sizeBytes !== undefined && read < sizeBytes) {
    const message = `${what}: the connection ended after ${read} of ${sizeBytes} bytes.`;
    throw new OperationFailure('storage-unreachable', message, { isRetryable: true });
  }
}
