// Small objects, and what is known of any: the few requests that the driver's other files share. Errors are the client's own.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isS3Answer } from './classify-s3-error.ts';
import type { S3Location } from './s3-location.ts';
import type { S3Place } from './s3-place.ts';

/** A small object of text, ready to be put: with a checksum, which buckets with object lock demand. */
export function textObject(
  { location, objectOf }: S3Place,
  name: string,
  text: string,
): PutObjectCommandInput & NamedObject {
  const bytes = Buffer.from(text);
  const checksum = checksumOf(location, bytes, crc32(bytes));
  return { ...objectOf(name), Body: bytes, ContentType: 'application/json', ...checksum, ...encryptionOf(location) };
}

export interface NamedObject {
  readonly Bucket: string;
  readonly Key: string;
}

/** The checksum that goes with these bytes, whose CRC-32 is known. */
export function checksumOf(
  { checksum }: S3Location,
  bytes: Buffer,
  crc: number,
): { ChecksumCRC32: string } | { ContentMD5: string } {
  if (checksum === 'md5') return { ContentMD5: createHash('md5').update(bytes).digest('base64') };
  const text = Buffer.alloc(4);
  text.writeUInt32BE(crc);
  return { ChecksumCRC32: text.toString('base64') };
}

/** How the server is to encrypt an object. */
export function encryptionOf({
  encryption,
}: S3Location): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
  if (encryption === undefined) return {};
  const { algorithm, kmsKeyId } = encryption;
  return { ServerSideEncryption: algorithm, ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }) };
}

/** The content of a small object; undefined when it is not there. */
export async function textOf(client: S3Client, { Bucket, Key }: NamedObject): Promise<string | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  } catch (error) {
    if (isS3Answer(error, 'NoSuchKey', 'NotFound')) return undefined;
    throw error;
  }
}

/** Puts an object that is not there yet; false when it is. Servers that know no condition are asked right before. */
export async function putNew(client: S3Client, object: PutObjectCommandInput & NamedObject): Promise<boolean> {
  return await ifAbsent((IfNoneMatch) => client.send(new PutObjectCommand({ ...object, IfNoneMatch })), {
    isThere: async () => (await headOf(client, object)) !== undefined,
  });
}

/**
 * Does something on the condition that an object is not there; false when it is. `act` gets the condition, or undefined from
 * servers that refuse to know it: there the object is looked for right before.
 */
export async function ifAbsent(
  act: (condition: '*' | undefined) => Promise<unknown>,
  { isThere }: { readonly isThere: () => Promise<boolean> },
): Promise<boolean> {
  try {
    await act('*');
    return true;
  } catch (error) {
    if (isS3Answer(error, 'PreconditionFailed', 412)) return false;
    if (!isS3Answer(error, 'NotImplemented', 501)) throw error;
  }
  if (await isThere()) return false;
  await act(undefined);
  return true;
}

/** What is known of an object; undefined when it is not there. */
export async function headOf(
  client: S3Client,
  { Bucket, Key }: NamedObject,
): Promise<{ readonly sizeBytes: number; readonly metadata: Readonly<Record<string, string>> } | undefined> {
  try {
    const { ContentLength = 0, Metadata = {} } = await client.send(new HeadObjectCommand({ Bucket, Key }));
    return { sizeBytes: ContentLength, metadata: Metadata };
  } catch (error) {
    if (isS3Answer(error, 'NoSuchKey', 'NotFound', 404)) return undefined;
    throw error;
  }
}
