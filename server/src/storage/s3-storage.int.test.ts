import { afterAll, beforeAll } from 'vitest';
import { startS3Server, type TestS3Server } from '../testing/s3-server.ts';
import { describeStorage } from './archive-storage.contract.ts';
import { parseS3Location } from './s3-location.ts';
import { openS3Storage } from './s3-storage.ts';

let server: TestS3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server[Symbol.asyncDispose]());

let places = 0;
describeStorage('a bucket', async () => {
  places += 1;
  const location = parseS3Location(server.url(`backups/contract/${places}`));
  const open = () => openS3Storage({ location, credentials: server.credentials });
  return { storage: await open(), reopen: open, [Symbol.asyncDispose]: async () => undefined };
});
