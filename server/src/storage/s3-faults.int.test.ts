// What goes wrong between a server and its bucket, against a real one.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectRetentionCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startS3Server, type TestS3Server } from '../testing/s3-server.ts';
import { startTcpProxy } from '../testing/tcp-proxy.ts';
import { stored } from './archive-storage.contract.ts';
import type { ArchiveStorage, Upload } from './archive-storage.ts';
import { attemptsOf } from './attempt.ts';
import { openStorage } from './open-storage.ts';
import { parseS3Location } from './s3-location.ts';
import { beginMultipart, completeMultipart, putPart } from './s3-multipart.ts';
import { type S3Place, s3Place } from './s3-place.ts';
import { openS3Storage } from './s3-storage.ts';
import { createNote } from './s3-upload-note.ts';
import { withRetry } from './with-retry.ts';

const MiB = 1024 * 1024;
const key = 'shop/2026/11/20261124T020000Z-0193592e-7f6c-7000-8000-000000000009.zip';
const never = new AbortController().signal;
const nobody = async () => new Set<string>();

let server: TestS3Server;
let places = 0;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A destination of its own; nothing is tried again unless `attempt` says so. */
async function place(options: Partial<Parameters<typeof openS3Storage>[0]> & { endpoint?: string } = {}) {
  places += 1;
  const { endpoint = server.endpoint, ...rest } = options;
  const location = parseS3Location(`s3://backups/faults/${places}?endpoint=${endpoint}`);
  const direct = s3Place(
    parseS3Location(`s3://backups/faults/${places}?endpoint=${server.endpoint}`),
    server.credentials,
  );
  const open = () => openS3Storage({ location, credentials: server.credentials, ...rest });
  return { storage: await open(), open, location, direct };
}

describe('a bucket that goes wrong', () => {
  it('says so when the access key is unknown or its secret wrong, and repeats neither', async () => {
    const secretAccessKey = 'wrong-secret-of-nobody';
    for (const credentials of [
      { ...server.credentials, secretAccessKey },
      { accessKeyId: 'nobody-there', secretAccessKey },
    ]) {
      const opening = openStorage(server.url('backups/refused'), { credentials });
      await expect(opening).rejects.toMatchObject({ reason: 'storage-refused', isRetryable: false });
      await expect(opening).rejects.not.toThrow(secretAccessKey);
    }
    await expect(openStorage(server.url('backups/refused'))).rejects.toThrow('HOLDFAST_S3_ACCESS_KEY_ID');
  });

  it('says so when there is no such bucket, and makes none', async () => {
    const opening = openStorage(server.url('no-such-bucket'), { credentials: server.credentials });
    await expect(opening).rejects.toMatchObject({
      reason: 'storage-missing',
      message: expect.stringContaining('no such bucket'),
    });
  });

  it('refuses a bucket that holds something else, and opens only what is wanted', async () => {
    await server.makeBucket('letters');
    await writeFile(join(server.folder, 'letters', 'letter.txt'), 'x');
    const { credentials } = server;
    await expect(openStorage(server.url('letters'), { credentials })).rejects.toMatchObject({
      reason: 'storage-unwritable',
    });
    const inside = server.url('letters/of-holdfast');
    await expect(openStorage(inside, { credentials, create: false })).rejects.toMatchObject({
      reason: 'storage-missing',
    });
    const { id } = await openStorage(inside, { credentials });
    expect((await openStorage(inside, { credentials, id })).id).toBe(id);
    await expect(openStorage(inside, { credentials, id: uuid() })).rejects.toThrow(`is the destination ${id}`);
  });

  it('becomes one destination when several servers open it at once', async () => {
    const url = server.url('backups/at-once');
    const opened = await Promise.all(
      Array.from({ length: 6 }, () => openStorage(url, { credentials: server.credentials })),
    );
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
  });

  it('touches nothing when its marker is gone', async () => {
    const { storage, location } = await place();
    await stored(storage, key, Buffer.from('x'));
    await rm(join(server.folder, 'backups', location.prefix, '.holdfast-destination.json'));
    for (const call of [
      () => storage.remove(key),
      () => storage.removePartials(nobody),
      () => storage.createUpload('a/2.zip', uuid()),
      () => storage.stat('a/none.zip'),
      () => storage.probe(),
      () => Array.fromAsync(storage.list()),
    ])
      await expect(call()).rejects.toMatchObject({ reason: 'storage-missing' });
    expect(await storage.stat(key)).toStrictEqual({ sizeBytes: 1 });
  });

  it('lists more than a page', async () => {
    const { storage, location } = await place();
    const folder = join(server.folder, 'backups', location.prefix, 'shop');
    await mkdir(folder);
    const names = Array.from({ length: 1_205 }, (_, n) => `${String(n).padStart(5, '0')}.zip`);
    for (const name of names) await writeFile(join(folder, name), '');
    expect((await Array.fromAsync(storage.list())).map((entry) => entry.key)).toStrictEqual(
      names.map((name) => `shop/${name}`),
    );
  });
});

describe('an upload that goes wrong', () => {
  it('fails when the server dies under it, and is cleaned up once it is back', async () => {
    await using mortal = await startS3Server();
    const storage = await openStorage(mortal.url('backups'), { credentials: mortal.credentials });
    const raw = await openS3Storage({
      location: parseS3Location(mortal.url('backups')),
      credentials: mortal.credentials,
    });
    const upload = await raw.createUpload(key, uuid());
    const writing = pipeline(Readable.from(chunksUntil(() => false)), upload.body);
    const failed = expect(writing).rejects.toMatchObject({ reason: 'storage-unreachable', isRetryable: true });
    await bytesThere(upload, 20 * MiB);
    await mortal.kill();
    await failed;
    await expect(upload.abort()).rejects.toMatchObject({ reason: 'storage-unreachable' });
    await mortal.restart();
    await upload.abort();
    await expectNothing(storage, s3Place(parseS3Location(mortal.url('backups')), mortal.credentials));
  });

  it('goes on when the server is back soon, and loses no byte', async () => {
    await using mortal = await startS3Server();
    const storage = await openStorage(mortal.url('backups'), { credentials: mortal.credentials });
    const upload = await storage.createUpload(key, uuid());
    const bytes = randomBytes(60 * MiB);
    const writing = pipeline(Readable.from(slices(bytes)), upload.body);
    await mortal.restart();
    await writing;
    await upload.seal();
    await mortal.restart();
    await upload.commit();
    expect(bytes.equals(await buffer(await storage.read(key)))).toBe(true);
  });

  it('is found by another server when its own is gone', async () => {
    const { storage, open, direct } = await place();
    const upload = await storage.createUpload(key, uuid());
    await pipeline(Readable.from(slices(randomBytes(20 * MiB))), upload.body);
    expect(await (await open()).removePartials(nobody)).toStrictEqual([upload.token]);
    await expectNothing(storage, direct);
  });

  it('is found whenever its server stopped, also before it knew its upload', async () => {
    const { storage, direct } = await place();
    const token = uuid();
    await createNote(direct, token, key);
    await direct.client.send(new CreateMultipartUploadCommand(direct.objectOf(key)));
    expect(await storage.removePartials(nobody)).toStrictEqual([token]);
    await expectNothing(storage, direct);
  });

  it('is known as committed when the answers to its beginning and its end were lost', async () => {
    const { direct } = await place();
    const token = uuid();
    const sealed = async () => {
      const uploadId = await beginMultipart(direct, key, token);
      const part = await putPart(direct, { key, uploadId }, { number: 1, bytes: Buffer.alloc(0), crc32: 0 }, never);
      return { format: 'holdfast-upload' as const, key, attempt: token, uploadId, parts: [part] };
    };
    const [first, second] = [await sealed(), await sealed()];
    expect(await completeMultipart(direct, token, first)).toBe(true);
    expect(await completeMultipart(direct, token, second)).toBe(true);
    const another = completeMultipart(direct, uuid(), second);
    await expect(another).rejects.toMatchObject({ reason: 'storage-unwritable' });
  });

  it("is swept when no note speaks of it for a day; other programs' uploads are left alone", async () => {
    const { storage, direct } = await place();
    for (const name of [key, 'video.mp4'])
      await direct.client.send(new CreateMultipartUploadCommand(direct.objectOf(name)));
    expect(await storage.removePartials(nobody)).toStrictEqual([]);
    expect((await unfinished(direct)).sort()).toStrictEqual([key, 'video.mp4']);
    await ageUploads(2 * 86_400_000);
    expect(await storage.removePartials(nobody)).toStrictEqual([]);
    expect(await unfinished(direct)).toStrictEqual(['video.mp4']);
  });

  it('sends a part again that arrived damaged', async () => {
    await using proxy = await startTcpProxy(Number(new URL(server.endpoint).port));
    const endpoint = `http://127.0.0.1:${proxy.port}`;
    const failures: string[] = [];
    const attempt = attemptsOf({
      pauseMs: 10,
      onRetry: ({ reason, message }) => failures.push(`${reason} ${message}`),
    });
    const { storage } = await place({ endpoint, attempt });
    const bytes = randomBytes(20 * MiB);
    const upload = await storage.createUpload(key, uuid());
    proxy.spoil(3 * MiB);
    await pipeline(Readable.from(slices(bytes)), upload.body);
    await upload.seal();
    await upload.commit();
    expect(failures).toStrictEqual([expect.stringContaining('not what was sent')]);
    expect(bytes.equals(await buffer(await storage.read(key)))).toBe(true);
  });

  it('keeps the parts that it needs and no more in memory, whatever it is given', async () => {
    const { storage } = await place();
    const upload = await storage.createUpload(key, uuid());
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    await pipeline(
      Readable.from(
        chunksUntil((sent) => {
          most = Math.max(most, process.memoryUsage().arrayBuffers - before);
          return sent >= 300 * MiB;
        }),
      ),
      upload.body,
    );
    await upload.abort();
    expect(most).toBeLessThan(80 * MiB);
  });
});

describe('a read that goes wrong', () => {
  it('fails when the connection is cut off, and goes on where it was behind a retry', async () => {
    await using proxy = await startTcpProxy(Number(new URL(server.endpoint).port));
    const { storage } = await place({ endpoint: `http://127.0.0.1:${proxy.port}` });
    const bytes = randomBytes(5 * MiB);
    await stored(storage, key, bytes);
    proxy.cut();
    proxy.cutAfter(2 * MiB);
    const cutOff = { reason: 'storage-unreachable', isRetryable: true };
    await expect(storage.read(key).then((stream) => buffer(stream))).rejects.toMatchObject(cutOff);
    const before = proxy.connections;
    const patient = withRetry(storage, { attempt: attemptsOf({ pauseMs: 10 }) });
    expect(bytes.equals(await buffer(await patient.read(key)))).toBe(true);
    expect(proxy.connections - before).toBeGreaterThanOrEqual(3);
    const part = await buffer(await patient.read(key, { start: 17, end: 4 * MiB }));
    expect(part.equals(bytes.subarray(17, 4 * MiB))).toBe(true);
  });

  it('does not wait for ever for a server that says nothing', async () => {
    await using proxy = await startTcpProxy(Number(new URL(server.endpoint).port));
    const timeouts = { connectMs: 1_000, answerMs: 500, idleMs: 500 };
    const { storage } = await place({ endpoint: `http://127.0.0.1:${proxy.port}`, timeouts });
    await stored(storage, key, randomBytes(5 * MiB));
    proxy.hold(true);
    await expect(storage.stat(key)).rejects.toMatchObject({ reason: 'storage-unreachable', isRetryable: true });
    proxy.hold(false);
    const stream = await storage.read(key);
    proxy.hold(true);
    await expect(buffer(stream)).rejects.toMatchObject({ reason: 'storage-unreachable' });
  });
});

it('asks for object lock and storage class where it is told to', async () => {
  const { client } = s3Place(parseS3Location(server.url('locked')), server.credentials);
  await client.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }));
  const url = server.url('locked', { objectLockMode: 'governance', objectLockDays: '3' });
  const storage = await openStorage(url, { credentials: server.credentials });
  await stored(storage, key, Buffer.from('x'));
  const { Retention } = await client.send(new GetObjectRetentionCommand({ Bucket: 'locked', Key: key }));
  expect(Retention?.Mode).toBe('GOVERNANCE');
  const days = ((Retention?.RetainUntilDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
  expect(days).toBeCloseTo(3, 1);
});

async function expectNothing(storage: ArchiveStorage, direct: S3Place): Promise<void> {
  expect(await storage.removePartials(nobody)).toStrictEqual([]);
  expect(await unfinished(direct)).toStrictEqual([]);
  const { Bucket, Key: Prefix } = direct.objectOf('');
  const { Contents = [] } = await direct.client.send(new ListObjectsV2Command({ Bucket, Prefix }));
  expect(Contents.map(({ Key = '' }) => Key.slice(Prefix.length))).toStrictEqual(['.holdfast-destination.json']);
}

async function unfinished(direct: S3Place): Promise<string[]> {
  const { Bucket, Key: Prefix } = direct.objectOf('');
  const { Uploads = [] } = await direct.client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
  return Uploads.map(({ Key = '' }) => Key.slice(Prefix.length));
}

/** The server takes the time of an upload from its folder. */
async function ageUploads(byMs: number): Promise<void> {
  const uploads = join(server.folder, 'backups', '.sgwtmp', 'multipart');
  const before = new Date(Date.now() - byMs);
  for (const name of await readdir(uploads, { recursive: true })) await utimes(join(uploads, name), before, before);
}

async function bytesThere(upload: Upload, bytes: number): Promise<void> {
  const { body } = upload as unknown as { body: { sizeBytes: number } };
  await expect.poll(() => body.sizeBytes, { timeout: 30_000 }).toBeGreaterThan(bytes);
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += MiB) yield bytes.subarray(at, at + MiB);
}

function* chunksUntil(isEnough: (sentBytes: number) => boolean): Generator<Buffer> {
  const chunk = randomBytes(MiB);
  for (let sent = 0; !isEnough(sent); sent += MiB) yield chunk;
}
