// The rights that docs/destinations.md asks for are enough, and each of them is needed and named when it is missing.
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startS3Server, type TestS3Server } from '../testing/s3-server.ts';
import { stored } from './archive-storage.contract.ts';
import { openStorage } from './open-storage.ts';
import { parseS3Location } from './s3-location.ts';
import { s3Place } from './s3-place.ts';

interface Policy {
  readonly Version: string;
  readonly Statement: readonly { readonly Action: readonly string[]; readonly Resource: string }[];
}

let server: TestS3Server;
let documented: Policy;
beforeAll(async () => {
  server = await startS3Server();
  const text = await readFile(new URL('../../../docs/destinations.md', import.meta.url), 'utf8');
  documented = JSON.parse((/```json\n(.*?)```/s.exec(text)?.[1] ?? '').replaceAll('my-backups', 'backups'));
});
afterAll(() => server[Symbol.asyncDispose]());

/** What the user may do from now on: as the documentation says, but for one action. */
async function permit(without?: string): Promise<void> {
  const Statement = documented.Statement.map((statement) => ({
    ...statement,
    Principal: { AWS: server.user.accessKeyId },
    Action: statement.Action.filter((action) => action !== without),
  }));
  const { client } = s3Place(parseS3Location(server.url('backups')), server.credentials);
  const Policy = JSON.stringify({ ...documented, Statement });
  await client.send(new PutBucketPolicyCommand({ Bucket: 'backups', Policy }));
}

const open = () => openStorage(server.url('backups/holdfast'), { credentials: server.user });

it('are enough for everything that is done at a bucket', async () => {
  await permit();
  const storage = await open();
  await stored(storage, 'a/1.zip', Buffer.from('x'));
  expect((await buffer(await storage.read('a/1.zip'))).toString()).toBe('x');
  expect(await Array.fromAsync(storage.list())).toStrictEqual([{ key: 'a/1.zip', sizeBytes: 1 }]);
  expect(await storage.stat('a/none.zip')).toBeUndefined();
  await storage.remove('a/1.zip');
  const orphan = await storage.createUpload('a/2.zip', uuid());
  expect(await storage.removePartials(async () => new Set())).toStrictEqual([orphan.token]);
  await storage.probe();
});

it.each([
  ['s3:ListBucket', 'list'],
  ['s3:ListBucketMultipartUploads', 'list'],
  ['s3:GetObject', 'Opening'],
  ['s3:PutObject', 'write an object'],
  ['s3:DeleteObject', 'remove an object'],
  ['s3:AbortMultipartUpload', 'give it up'],
  ['s3:ListMultipartUploadParts', 'give it up'],
])('are all needed: without %s the probe says what could not be done', async (action, what) => {
  await permit();
  const storage = await open();
  await permit(action);
  await expect(storage.probe()).rejects.toMatchObject({
    reason: 'storage-refused',
    message: expect.stringContaining(what),
  });
});
