// What an error of the S3 client means to an operation. Codes are those of AWS and of the servers that follow it.
import { OperationFailure } from '@holdfast/shared/failures';

type Meaning = readonly [reason: OperationFailure['reason'], why: string, isRetryable?: boolean];

const busy: Meaning = ['storage-unreachable', 'the server is busy or has a fault of its own', true];
const cutOff: Meaning = ['storage-unreachable', 'the connection was cut off', true];
const silent: Meaning = ['storage-unreachable', 'the server does not answer', true];
const unknownHost: Meaning = ['storage-unreachable', 'there is no host of that name', true];
const untrusted: Meaning = [
  'storage-unreachable',
  "the server's certificate is not trusted here (NODE_EXTRA_CA_CERTS names further authorities)",
];
const refused: Meaning = ['storage-refused', 'the server refused it'];
const unknownKey: Meaning = ['storage-refused', 'the access key is unknown, or its secret is wrong'];
const expired: Meaning = ['storage-refused', 'the credentials have expired'];
const quota: Meaning = ['disk-full', 'the space or quota there is used up'];

const meanings: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: ['storage-missing', 'there is no such bucket'],
  NoSuchKey: ['storage-missing', 'it is not there'],
  NoSuchUpload: ['storage-missing', 'its unfinished upload is not there'],
  NotFound: ['storage-missing', 'it is not there'],
  AccessDenied: refused,
  Forbidden: refused,
  AccountProblem: refused,
  AllAccessDisabled: refused,
  InvalidAccessKeyId: unknownKey,
  XAdminUserNotFound: unknownKey,
  SignatureDoesNotMatch: unknownKey,
  AuthorizationHeaderMalformed: ['storage-refused', 'the signature is for another region: set the region'],
  PermanentRedirect: ['storage-unwritable', 'the bucket is in another region: set the region'],
  ExpiredToken: expired,
  TokenRefreshRequired: expired,
  InvalidToken: expired,
  CredentialsProviderError: ['storage-refused', 'no credentials were given, and the machine has none'],
  RequestTimeTooSkewed: ['storage-refused', "this system's clock differs from the server's by too much"],
  QuotaExceeded: quota,
  QuotaExceededException: quota,
  XMinioStorageFull: quota,
  InsufficientStorage: quota,
  SlowDown: busy,
  ServiceUnavailable: busy,
  InternalError: busy,
  InternalServerError: busy,
  OperationAborted: busy,
  ConditionalRequestConflict: busy,
  Throttling: busy,
  RequestTimeout: cutOff,
  BadDigest: ['storage-unwritable', 'what arrived there is not what was sent', true],
  XAmzContentChecksumMismatch: ['storage-unwritable', 'what arrived there is not what was sent', true],
  EntityTooLarge: ['storage-unwritable', 'the archive is larger than the server takes'],
  KeyTooLongError: ['storage-unwritable', 'the name is longer than the server takes'],
  InvalidStorageClass: ['storage-unwritable', 'the server does not know the storage class'],
  InvalidObjectState: ['storage-unwritable', 'it lies in a storage class that has to be brought back first'],
  TimeoutError: silent,
  ECONNREFUSED: ['storage-unreachable', 'nothing listens there', true],
  ECONNRESET: cutOff,
  ECONNABORTED: cutOff,
  ERR_STREAM_PREMATURE_CLOSE: cutOff,
  EPIPE: cutOff,
  EPROTO: ['storage-unreachable', 'the server does not speak TLS as expected: is the endpoint http or https?'],
  ETIMEDOUT: silent,
  EHOSTUNREACH: ['storage-unreachable', 'there is no way to the host', true],
  ENETUNREACH: ['storage-unreachable', 'there is no way to the network', true],
  EHOSTDOWN: silent,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  CERT_HAS_EXPIRED: ['storage-unreachable', "the server's certificate has expired"],
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: ['storage-unreachable', "the server's certificate is for another name"],
};

interface ClientError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Runs it, and classifies what it throws. `what` begins a sentence and names the place. */
export async function classifiedS3<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw classifyS3Error(error, what);
  }
}

/** The OperationFailure that an error of the S3 client means; any other error is given back as it is. */
export function classifyS3Error(error: unknown, what: string): unknown {
  if (error instanceof OperationFailure || typeof error !== 'object' || error === null) return error;
  const { name, code, message, $metadata } = error as ClientError;
  const status = $metadata?.httpStatusCode;
  const known = [code, name].filter((key) => typeof key === 'string').find((key) => Object.hasOwn(meanings, key));
  const meaning = known === undefined ? byStatus(status) : meanings[known];
  if (meaning === undefined) return error;
  const [reason, why, isRetryable = false] = meaning;
  const said = status !== undefined && typeof message === 'string' ? quoted(String(name), message) : '';
  return new OperationFailure(reason, `${what}: ${why}${said}.`, { isRetryable, cause: error });
}

/** Whether the server answered with one of these codes, or statuses. */
export function isS3Answer(error: unknown, ...answers: readonly (string | number)[]): boolean {
  const { name, $metadata } = (error ?? {}) as ClientError;
  return answers.some((answer) => answer === name || answer === $metadata?.httpStatusCode);
}

function byStatus(status: number | undefined): Meaning | undefined {
  if (status === undefined) return undefined;
  if (status === 401 || status === 403) return refused;
  if (status === 404) return meanings.NotFound;
  if (status === 507) return quota;
  if (status === 408 || status === 429 || status >= 500) return busy;
  return ['storage-unwritable', 'the server refused it'];
}

/** What the server itself says; it names users and actions, never secrets. */
function quoted(name: string, message: string): string {
  const line = message
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .replace(/\.$/, '');
  return line === '' || line === name || line === 'UnknownError' ? ` (${name})` : ` (${name}: ${line.slice(0, 300)})`;
}
