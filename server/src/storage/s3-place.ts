// A bucket, or a part of one, as the driver's files see it: the client, the names, and one way to send and classify.
import { S3Client } from '@aws-sdk/client-s3';
import { classifiedS3 } from './classify-s3-error.ts';
import { type S3Location, s3LocationUrl } from './s3-location.ts';

/** An access key. Given apart from the location, never a part of it. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface S3Timeouts {
  readonly connectMs: number;
  /** A request is answered within this, unless it carries a part or completes an archive (`patiently`). */
  readonly answerMs: number;
  /** No byte on a connection for so long ends it. */
  readonly idleMs: number;
}

const defaultTimeouts: S3Timeouts = { connectMs: 10_000, answerMs: 20_000, idleMs: 60_000 };

/** For a request that takes as long as it takes, while bytes move. */
export const patiently = { requestTimeout: 0 } as const;

export interface S3Place extends Disposable {
  readonly client: S3Client;
  readonly location: S3Location;
  readonly url: string;
  /** The name of an object in the bucket. */
  objectOf(key: string): { readonly Bucket: string; readonly Key: string };
  /** Runs requests; what they throw is classified. `doing` is such as "Writing to". */
  run<T>(doing: string, work: (client: S3Client) => Promise<T>): Promise<T>;
}

/** `credentials`: null for those that the machine itself has (an instance's role, a web identity, a profile). */
export function s3Place(
  location: S3Location,
  credentials: S3Credentials | null,
  timeouts: S3Timeouts = defaultTimeouts,
): S3Place {
  const client = openClient(location, credentials, timeouts);
  const url = s3LocationUrl(location);
  const name = url.split('?')[0];
  return {
    client,
    location,
    url,
    objectOf: (key) => ({ Bucket: location.bucket, Key: `${location.prefix}${key}` }),
    run: (doing, work) => classifiedS3(`${doing} ${name}`, () => work(client)),
    [Symbol.dispose]: () => client.destroy(),
  };
}

function openClient(location: S3Location, credentials: S3Credentials | null, timeouts: S3Timeouts): S3Client {
  const { endpoint, region, pathStyle } = location;
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === null ? {} : { credentials: withoutBlanks(credentials) }),
    // Each request is one attempt: what is tried again, and how often, is the decorator's to say.
    maxAttempts: 1,
    // Parts carry the driver's own checksums; what is read is checked by the archive's.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Else each part waits for another round trip, on a new connection.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: timeouts.idleMs,
    },
  });
  leavePartsUnsigned(client);
  return client;
}

/**
 * A part's bytes are not hashed once more for its signature: they have a checksum, which is signed, TLS on the way, and the SHA-256
 * of the whole archive in the ledger.
 */
function leavePartsUnsigned({ middlewareStack }: S3Client): void {
  const options = { step: 'build', name: 'leavePartsUnsigned' } as const;
  middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        if (commandName === 'UploadPartCommand') headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
        return await next(args);
      },
    options,
  );
}

/** A key that was copied with a blank or a line break would only be "wrong". */
function withoutBlanks({ accessKeyId, secretAccessKey, sessionToken }: S3Credentials) {
  const token = sessionToken?.trim();
  return {
    accessKeyId: accessKeyId.trim(),
    secretAccessKey: secretAccessKey.trim(),
    ...(token ? { sessionToken: token } : {}),
  };
}
