import { OperationFailure } from '@holdfast/shared/failures';
import { expect, it } from 'vitest';
import { classifyS3Error } from './classify-s3-error.ts';

const answer = (name: string, httpStatusCode: number, message = 'UnknownError') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
const socket = (code: string) => Object.assign(new Error(code), { code });

it.each([
  [answer('AccessDenied', 403), 'storage-refused', false],
  [answer('Unknown', 403), 'storage-refused', false],
  [answer('InvalidAccessKeyId', 403), 'storage-refused', false],
  [answer('RequestTimeTooSkewed', 403), 'storage-refused', false],
  [answer('ExpiredToken', 400), 'storage-refused', false],
  [Object.assign(new Error('x'), { name: 'CredentialsProviderError' }), 'storage-refused', false],
  [answer('NoSuchBucket', 404), 'storage-missing', false],
  [answer('NotFound', 404), 'storage-missing', false],
  [answer('QuotaExceeded', 403), 'disk-full', false],
  [answer('Whatever', 507), 'disk-full', false],
  [answer('SlowDown', 503), 'storage-unreachable', true],
  [answer('Unknown', 502), 'storage-unreachable', true],
  [answer('TooManyRequests', 429), 'storage-unreachable', true],
  [answer('BadDigest', 400), 'storage-unwritable', true],
  [answer('InvalidStorageClass', 400), 'storage-unwritable', false],
  [answer('SomethingNew', 400), 'storage-unwritable', false],
  [socket('ECONNREFUSED'), 'storage-unreachable', true],
  [socket('ECONNRESET'), 'storage-unreachable', true],
  [socket('ENOTFOUND'), 'storage-unreachable', true],
  [socket('DEPTH_ZERO_SELF_SIGNED_CERT'), 'storage-unreachable', false],
  [Object.assign(socket('ETIMEDOUT'), { name: 'TimeoutError' }), 'storage-unreachable', true],
])('calls %o %s, retryable: %s', (error, reason, isRetryable) => {
  expect(classifyS3Error(error, 'Writing to s3://backups')).toMatchObject({ reason, isRetryable });
});

it('says what the server said, in one line and not at any length', () => {
  const said = `User is not authorized\nto perform s3:PutObject. ${'x'.repeat(1_000)}`;
  const { message } = classifyS3Error(answer('AccessDenied', 403, said), 'Writing to s3://backups') as OperationFailure;
  expect(message).toMatch(
    /^Writing to s3:\/\/backups: .* \(AccessDenied: User is not authorized to perform s3:PutObject/,
  );
  expect(message.length).toBeLessThan(450);
});

it('leaves what it does not know, and what is classified, as it is', () => {
  const known = new OperationFailure('stalled', 'It stalled.');
  for (const error of [new TypeError('defect'), known, undefined, 'text'])
    expect(classifyS3Error(error, 'Writing')).toBe(error);
});
