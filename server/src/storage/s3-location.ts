// `s3://bucket/prefix?endpoint=...`: where a bucket is and how archives are put into it. Never with credentials: those would be in
// process lists, logs and the ledger.
import { z } from 'zod';
import { LocationInvalid } from './location-invalid.ts';

export interface S3Location {
  readonly kind: 's3';
  readonly bucket: string;
  /** What every key begins with: empty, or ending in `/`. */
  readonly prefix: string;
  /** undefined: AWS itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** The bucket in the path rather than in the host name; what other servers than AWS want. */
  readonly pathStyle: boolean;
  /** Which checksum goes with each part: `md5` for servers that know no newer one. */
  readonly checksum: 'crc32' | 'md5';
  readonly storageClass: string | undefined;
  readonly objectLock: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number } | undefined;
  readonly encryption:
    | { readonly algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse'; readonly kmsKeyId: string | undefined }
    | undefined;
}

const flag = z.enum(['true', 'false'], { error: 'it is true or false' }).transform((text) => text === 'true');
const upperCase = (text: string) => text.toUpperCase();

const parameters = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/, error: 'it is an address such as https://minio.example.com:9000' })
    .refine((text) => !/[?#]/.test(text), 'it has neither parameters nor a fragment')
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'it is a name such as eu-central-1')
    .optional(),
  pathStyle: flag.optional(),
  checksum: z.enum(['crc32', 'md5'], { error: 'it is crc32 or md5' }).default('crc32'),
  storageClass: z
    .string()
    .regex(/^[A-Z0-9_]{1,64}$/, 'it is a name such as STANDARD_IA')
    .optional(),
  objectLockMode: z
    .string()
    .transform(upperCase)
    .pipe(z.enum(['GOVERNANCE', 'COMPLIANCE'], { error: 'it is governance or compliance' }))
    .optional(),
  objectLockDays: z.coerce
    .number()
    .pipe(z.int().min(1).max(36_500))
    .catch(() => Number.NaN)
    .refine((days) => days >= 1, 'it is a whole number of days from 1 to 36500')
    .optional(),
  sse: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse'], { error: 'it is AES256, aws:kms or aws:kms:dsse' }).optional(),
  kmsKeyId: z.string().min(1).max(2_048).optional(),
});

const howToGiveKeys =
  'Credentials are not a part of it: leave them out and give them as HOLDFAST_S3_ACCESS_KEY_ID and HOLDFAST_S3_SECRET_ACCESS_KEY ' +
  '(or ..._FILE), or with the destination that they are for.';

/** Reads an `s3://` location. Throws LocationInvalid, which repeats nothing that could be a credential. */
export function parseS3Location(text: string): S3Location {
  if (!URL.canParse(text)) throw new LocationInvalid('it is no address such as s3://bucket/prefix.');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || /@|%40/.test(text)) throw new LocationInvalid(howToGiveKeys);
  // A URL's host may not have the dots and capitals that some servers allow in a bucket's name.
  const [, bucket = '', path = ''] = /^s3:\/\/([^/?#]*)([^?#]*)/.exec(text) ?? [];
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/.test(bucket)) {
    throw new LocationInvalid(
      'it names no bucket: it is written s3://bucket/prefix, the bucket in 3 to 63 letters, digits, dots and hyphens.',
    );
  }
  const given = parametersOf(url);
  const { endpoint, region, pathStyle, checksum, storageClass } = given;
  return {
    kind: 's3',
    bucket,
    prefix: prefixOf(path),
    endpoint,
    region: region ?? 'us-east-1',
    pathStyle: pathStyle ?? endpoint !== undefined,
    checksum,
    storageClass,
    objectLock: objectLockOf(given),
    encryption: encryptionOf(given),
  };
}

/** The location in its one way of writing it. */
export function s3LocationUrl(location: S3Location): string {
  const { bucket, prefix, endpoint, region, pathStyle, checksum, storageClass, objectLock, encryption } = location;
  const written: Record<string, string | undefined> = {
    endpoint,
    region: region === 'us-east-1' ? undefined : region,
    pathStyle: pathStyle === (endpoint !== undefined) ? undefined : String(pathStyle),
    checksum: checksum === 'crc32' ? undefined : checksum,
    storageClass,
    objectLockMode: objectLock?.mode.toLowerCase(),
    objectLockDays: objectLock && String(objectLock.days),
    sse: encryption?.algorithm,
    kmsKeyId: encryption?.kmsKeyId,
  };
  const query = Object.entries(written)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%3A', ':').replaceAll('%2F', '/')}`);
  const path = prefix === '' ? '' : `/${prefix.slice(0, -1)}`;
  return `s3://${bucket}${encodeURI(path)}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

function prefixOf(path: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw new LocationInvalid('its path is not percent-encoded as an address is.');
  }
  const parts = decoded.split('/').filter((part) => part !== '');
  const isBad = parts.some((part) => part.startsWith('.') || /[\\\p{Cc}]/u.test(part)) || !decoded.isWellFormed();
  if (isBad || Buffer.byteLength(decoded) > 512)
    throw new LocationInvalid(
      'no part of its path begins with a dot or holds a backslash or a control character; 512 bytes in all.',
    );
  return parts.length === 0 ? '' : `${parts.join('/')}/`;
}

function parametersOf(url: URL): z.infer<typeof parameters> {
  const names = [...url.searchParams.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new LocationInvalid('it has a parameter twice.');
  const unknown = names.filter((name) => !(name in parameters.shape));
  if (unknown.some((name) => /key|secret|token|credential|password|user/i.test(name)))
    throw new LocationInvalid(howToGiveKeys);
  if (unknown.length > 0)
    throw new LocationInvalid(
      `it has the parameter "${unknown[0]}", which is none of ${Object.keys(parameters.shape).join(', ')}.`,
    );
  const parsed = parameters.safeParse(Object.fromEntries(url.searchParams));
  if (parsed.success) return parsed.data;
  const [problem] = parsed.error.issues;
  throw new LocationInvalid(`its parameter ${String(problem?.path[0])} cannot be used: ${problem?.message}.`);
}

function objectLockOf({
  objectLockMode: mode,
  objectLockDays: days,
}: z.infer<typeof parameters>): S3Location['objectLock'] {
  if (mode === undefined && days === undefined) return undefined;
  if (days === undefined) throw new LocationInvalid('objectLockMode needs objectLockDays: for how long.');
  return { mode: mode ?? 'GOVERNANCE', days };
}

function encryptionOf({ sse, kmsKeyId }: z.infer<typeof parameters>): S3Location['encryption'] {
  if (sse === undefined && kmsKeyId !== undefined) throw new LocationInvalid('kmsKeyId needs sse=aws:kms.');
  return sse && { algorithm: sse, kmsKeyId };
}
