import { describe, expect, it } from 'vitest';
import { locationUrl, parseLocation } from './storage-location.ts';

const secret = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY';

describe('the location of a bucket', () => {
  it('is AWS, in the path of none, unless it says otherwise', () => {
    expect(parseLocation('s3://backups')).toStrictEqual({
      ...{ kind: 's3', bucket: 'backups', prefix: '', endpoint: undefined, region: 'us-east-1', pathStyle: false },
      ...{ checksum: 'crc32', storageClass: undefined, objectLock: undefined, encryption: undefined },
    });
  });

  it('puts the bucket into the path of other servers', () => {
    const location = parseLocation('s3://backups/shop//eu/?endpoint=http://127.0.0.1:9000/');
    expect(location).toMatchObject({ prefix: 'shop/eu/', endpoint: 'http://127.0.0.1:9000', pathStyle: true });
  });

  it.each([
    's3://backups',
    's3://backups/shop/eu?endpoint=http://127.0.0.1:9000',
    's3://my.Bucket/gr%C3%B6%C3%9Fe%201?region=eu-central-1&storageClass=STANDARD_IA',
    's3://backups?objectLockMode=compliance&objectLockDays=30&sse=aws:kms&kmsKeyId=arn:aws:kms:eu-central-1:1:key/2',
    's3://backups?endpoint=https://s3.example.com&pathStyle=false&checksum=md5',
  ])('is written as it was read: %s', (text) => {
    expect(locationUrl(parseLocation(text))).toBe(text);
  });

  it.each([
    [`s3://AKIAEXAMPLE:${secret}@backups/shop`, 'HOLDFAST_S3_ACCESS_KEY_ID'],
    [`s3://backups?secretAccessKey=${secret}`, 'HOLDFAST_S3_ACCESS_KEY_ID'],
    [`s3://backups?endpoint=https://AKIA:${secret}@minio.example.com`, 'HOLDFAST_S3_ACCESS_KEY_ID'],
    [`s3://backups?endpoint=https%3A%2F%2FAKIA%3A${secret}%40minio.example.com`, 'HOLDFAST_S3_ACCESS_KEY_ID'],
    ['s3://', 'no bucket'],
    ['s3:backups', 'no bucket'],
    ['s3://a/b', 'no bucket'],
    ['s3://backups/../other', 'begins with a dot'],
    ['s3://backups/.hidden', 'begins with a dot'],
    ['s3://backups/%E0%A4', 'percent-encoded'],
    ['s3://backups?endpoint=minio', 'endpoint cannot be used'],
    ['s3://backups?endpoint=ftp://minio', 'endpoint cannot be used'],
    ['s3://backups?regoin=x', '"regoin"'],
    ['s3://backups?region=a&region=b', 'twice'],
    ['s3://backups?objectLockMode=compliance', 'objectLockDays'],
    ['s3://backups?objectLockDays=0', 'whole number of days'],
    ['s3://backups?objectLockDays=1.5', 'whole number of days'],
    ['s3://backups?objectLockMode=forever&objectLockDays=1', 'governance or compliance'],
    ['s3://backups?sse=none', 'AES256'],
    ['s3://backups?kmsKeyId=x', 'sse'],
    ['s3://backups?pathStyle=yes', 'true or false'],
    ['gs://backups', 's3://bucket'],
  ])('says what is wrong with %s', (text, problem) => {
    expect(() => parseLocation(text)).toThrow(problem);
    expect(() => parseLocation(text)).not.toThrow(secret);
  });
});
