// What a backup gives to those who look into it, compared with the database that it was made of.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backup } from '@holdfast/shared/backup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArchiveCollections, type CollectionFrame } from '../archive/archive-collections.ts';
import { extendedJson } from '../archive/extended-json.ts';
import { openArchive } from '../archive/open-archive.ts';
import { openKit } from '../keys/recovery-kit.ts';
import { loadSample } from '../sample/load-sample.ts';
import { archiveSource } from '../storage/archive-source.ts';
import { expectConsistent } from '../testing/expect-consistent.ts';
import { startHoldfast, type TestHoldfast } from '../testing/holdfast.ts';
import { startReplicaSet, type TestMongo } from '../testing/mongo.ts';
import { startS3Server } from '../testing/s3-server.ts';
import { testTools } from '../testing/tools.ts';
import { until } from '../testing/until.ts';

const passphrase = 'correct horse battery staple';
let source: TestMongo;
let holdfast: TestHoldfast;
let backup: Backup;
let key: string;

beforeAll(async () => {
  source = await startReplicaSet();
  await loadSample(source.client, 'shop');
  await source.client.db('shop').collection('users').insertOne({ name: 'no credentials' });
  const blobs = source.client.db('shop').collection('blobs');
  for (let at = 0; at < 30; at += 10)
    await blobs.insertMany(Array.from({ length: 10 }, (_, n) => ({ n: at + n, blob: randomBytes(1_000_000) })));
  holdfast = await startHoldfast({ mongodbUri: source.uri });
  // Nothing else reads the archives that are damaged and deleted here.
  const [policy] = await holdfast.api.policies.list();
  if (policy !== undefined) await holdfast.api.policies.set({ ...policy, verifyAfterBackup: false });
  key = (await readFile(holdfast.served.administratorKeyFile, 'utf8')).trim();
  backup = await backedUp();
}, 180_000);

afterAll(async () => {
  if (holdfast !== undefined) await expectConsistent(holdfast.services, [source.client]);
  await holdfast?.[Symbol.asyncDispose]();
  await source?.stop();
});

async function backedUp(): Promise<Backup> {
  const { id } = await holdfast.api.backups.request({ deploymentId: 'default' });
  const ended = await holdfast.backupEnd(id);
  expect(ended.status).toBe('completed');
  return ended;
}

function download(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return fetch(`${holdfast.served.url}/downloads/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...headers },
  });
}

function collectionPath(namespace: string, format: string, id: string = backup.id): string {
  return `${id}/collection?${new URLSearchParams({ namespace, format })}`;
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** The collection's documents as they are stored, in the order of the disk, which is that of a dump. */
async function storedIn(collection: string): Promise<Buffer[]> {
  const documents = await source.client.db('shop').collection(collection).find({}, { raw: true }).toArray();
  return documents.map((document) => Buffer.from(document as unknown as Uint8Array));
}

describe('the collections of a backup', () => {
  it('are searched, ordered and given page by page', async () => {
    const { id } = backup;
    const all = await holdfast.api.backups.collections({ id });
    expect(all.total).toBe(all.items.length);
    expect(all.nextCursor).toBeNull();
    expect(all.items).toContainEqual(expect.objectContaining({ database: 'shop', collection: 'blobs', documents: 30 }));
    const [largest] = (await holdfast.api.backups.collections({ id, order: 'size', limit: 1 })).items;
    expect(largest?.collection).toBe('blobs');
    const found = await holdfast.api.backups.collections({ id, search: 'SHOP.B' });
    expect(found.items.map(({ collection }) => collection)).toEqual(['blobs', 'bsonTypes']);
    const second = await holdfast.api.backups.collections({ id, limit: 3, cursor: 3 });
    expect(second.items).toEqual(all.items.slice(3, 6));
    expect(second.nextCursor).toBe(6);
  });
});

describe('the documents of a collection', () => {
  it('are those of the database, in every collection, with every type', async () => {
    const { items } = await holdfast.api.backups.collections({ id: backup.id });
    for (const { database, collection, type, documents } of items) {
      if (database !== 'shop' || type !== 'collection' || documents > 3_000 || collection === 'blobs') continue;
      const found: string[] = [];
      for (let cursor: number | null = 0; cursor !== null; ) {
        const namespace = `${database}.${collection}`;
        const page = await holdfast.api.backups.documents({
          ...{ id: backup.id, namespace, cursor, format: 'canonical' },
          limit: 200,
        });
        found.push(...page.documents.map(({ json }) => json));
        cursor = page.nextCursor;
      }
      const stored = (await storedIn(collection)).map((bytes) => extendedJson(bytes, 0, 'canonical'));
      expect(found, collection).toEqual(stored);
    }
  });

  it('are found by _id and by fields, and a filter that cannot be used is refused in words', async () => {
    const ask = (filter: string) =>
      holdfast.api.backups.documents({ id: backup.id, namespace: 'shop.blobs', filter, limit: 1 });
    expect((await ask('{"n": 21}')).documents[0]).toMatchObject({ position: 21 });
    const [stored] = await storedIn('users');
    const { _id } = JSON.parse(extendedJson(stored as Buffer, 0, 'canonical'));
    const one = await holdfast.api.backups.documents({
      ...{ id: backup.id, namespace: 'shop.users' },
      filter: JSON.stringify({ _id }),
    });
    expect(one).toMatchObject({ endedBy: 'end', nextCursor: null, documents: [{ position: 0 }] });
    await expect(ask('{"n": {"$gt": 4}}')).rejects.toMatchObject({
      message: 'The filter cannot be used: $gt is not supported: fields are compared with values only.',
    });
    await expect(holdfast.api.backups.documents({ id: backup.id, namespace: 'shop.nothing' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('the download of one collection', () => {
  it('is the very BSON that is stored, which mongorestore takes', async () => {
    for (const collection of ['bsonTypes', 'blobs', 'users']) {
      const response = await download(collectionPath(`shop.${collection}`, 'bson'));
      const bytes = await bytesOf(response);
      expect(bytes.equals(Buffer.concat(await storedIn(collection))), collection).toBe(true);
      expect(response.headers.get('content-length')).toBe(String(bytes.length));
      expect(response.headers.get('content-disposition')).toContain(`filename="shop.${collection}.bson"`);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'bsonTypes.bson');
    await writeFile(file, await bytesOf(await download(collectionPath('shop.bsonTypes', 'bson'))));
    const { mongorestore } = await testTools();
    const tool = spawn(mongorestore, [`--uri=${source.uri}`, '--db=back', '--collection=bsonTypes', file]);
    expect(await once(tool, 'exit')).toEqual([0, null]);
    const back = await source.client.db('back').collection('bsonTypes').find({}, { raw: true }).toArray();
    expect(Buffer.concat(back as unknown as Uint8Array[]).equals(Buffer.concat(await storedIn('bsonTypes')))).toBe(
      true,
    );
    await source.client.db('back').dropDatabase();
  });

  it('is a line of canonical extended JSON for each document', async () => {
    const text = await (await download(collectionPath('shop.bsonTypes', 'jsonl'))).text();
    const stored = await storedIn('bsonTypes');
    expect(text).toBe(stored.map((bytes) => `${extendedJson(bytes, 0, 'canonical')}\n`).join(''));
  });

  it('is refused in words before it begins', async () => {
    const missing = await download(collectionPath('shop.nothing', 'bson'));
    expect([missing.status, await missing.json()]).toMatchObject([404, { code: 'COLLECTION_NOT_FOUND' }]);
    expect((await download(collectionPath('shop.users', 'csv'))).status).toBe(400);
    expect((await download(`${backup.id}/collection`)).status).toBe(400);
    const unknown = await download(collectionPath('shop.users', 'bson', '0193592e-7f6c-7000-8000-000000000001'));
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'BACKUP_NOT_FOUND' }]);
    expect((await download('nothing')).status).toBe(404);
    const stranger = await fetch(`${holdfast.served.url}/downloads/${collectionPath('shop.users', 'bson')}`);
    expect([stranger.status, await stranger.json()]).toMatchObject([401, { code: 'NOT_SIGNED_IN' }]);
  });
});

describe('the download of a whole archive', () => {
  it('is the file that the ledger knows, also in parts', async () => {
    const whole = await download(backup.id);
    const bytes = await bytesOf(whole);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(backup.sha256);
    const etag = whole.headers.get('etag') ?? '';
    expect(etag).toBe(`"${backup.sha256}"`);
    const rest = await download(backup.id, { range: `bytes=1000-`, 'if-range': etag });
    expect([rest.status, rest.headers.get('content-range')]).toEqual([
      206,
      `bytes 1000-${bytes.length - 1}/${bytes.length}`,
    ]);
    expect((await bytesOf(rest)).equals(bytes.subarray(1000))).toBe(true);
    const other = await download(backup.id, { range: 'bytes=1000-', 'if-range': '"other"' });
    expect([other.status, (await bytesOf(other)).length]).toEqual([200, bytes.length]);
    const behind = await download(backup.id, { range: `bytes=${bytes.length}-` });
    expect([behind.status, behind.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    expect((await download(backup.id, { 'if-none-match': etag })).status).toBe(304);
  });

  it('answers HEAD with everything but the bytes', async () => {
    const head = await download(backup.id, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([
      200,
      String(backup.sizeBytes),
      'bytes',
    ]);
    expect((await bytesOf(head)).length).toBe(0);
    expect((await download(collectionPath('shop.blobs', 'bson'), {}, 'HEAD')).status).toBe(200);
  });
});

describe('a download that is under way', () => {
  it('keeps its archive from being deleted until the client has gone', async () => {
    const doomed = await backedUp();
    const response = await slowDownload(doomed.id);
    await expect(holdfast.api.backups.delete({ id: doomed.id })).rejects.toThrow(/is in use since .*: download/);
    response.destroy();
    await until(
      () =>
        holdfast.api.backups.delete({ id: doomed.id }).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
  });

  it('leaves room for seven more at a time: then the next is refused in words', async () => {
    const path = collectionPath('shop.blobs', 'bson');
    const responses = await Promise.all(Array.from({ length: 8 }, () => slowDownload(path)));
    const refused = await download(path);
    expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'TOO_MANY_DOWNLOADS' }]);
    for (const response of responses) response.destroy();
    await until(
      () => download(collectionPath('shop.users', 'bson')),
      ({ status }) => status === 200,
    );
  });

  it('is broken off visibly when the file turns out to be shorter', async () => {
    const doomed = await backedUp();
    const response = await slowDownload(doomed.id);
    await truncate(fileOf(doomed), 20_000_000);
    await expect(readToEnd(response)).rejects.toThrow();
    await holdfast.api.backups.delete({ id: doomed.id });
  });

  it.each(['bson', 'jsonl'])('is broken off visibly when a frame of the collection is damaged: %s', async (format) => {
    const doomed = await backedUp();
    const handle = await open(fileOf(doomed), 'r+');
    // Far behind the first frame of the collection that takes most of the file.
    await handle.write(Buffer.from('damage'), 0, 6, 25_000_000);
    await handle.close();
    const response = await download(collectionPath('shop.blobs', format, doomed.id));
    expect(response.status).toBe(200);
    await expect(bytesOf(response)).rejects.toThrow();
    await holdfast.api.backups.delete({ id: doomed.id });
  });
});

it('opens again what another look found out of reach, and says what is damaged', async () => {
  const doomed = await backedUp();
  const page = () => holdfast.api.backups.documents({ id: doomed.id, namespace: 'shop.users' });
  expect((await page()).documents).toHaveLength(1);
  const bytes = await readFile(fileOf(doomed));
  await writeFile(fileOf(doomed), bytes.subarray(0, 1_000));
  await expect(holdfast.api.backups.documents({ id: doomed.id, namespace: 'shop.blobs' })).rejects.toThrow(
    /cannot be read/,
  );
  await writeFile(fileOf(doomed), bytes);
  expect((await page()).documents).toHaveLength(1);
  await holdfast.api.backups.delete({ id: doomed.id });
});

it('looks into an encrypted backup in a bucket, and fetches little of it', async () => {
  await using bucket = await startS3Server();
  const config = { storageUrl: bucket.url('backups/look'), s3Credentials: bucket.credentials };
  await using remote = await startHoldfast({ mongodbUri: source.uri, config });
  await remote.api.encryption.createKey({ name: 'main' });
  const kit = await remote.api.encryption.issueKit({ passphrase });
  await remote.api.encryption.confirmKit({ kitId: kit.kitId, code: (await openKit(kit.content, passphrase)).code });
  await remote.api.encryption.setDefault({ key: 'main' });
  const { id } = await remote.api.backups.request({ deploymentId: 'default' });
  const { filePath, sha256, encryption } = await remote.backupEnd(id);
  expect(encryption?.keys.map(({ name }) => name)).toEqual(['main']);

  const page = await remote.api.backups.documents({ id, namespace: 'shop.bsonTypes', format: 'canonical', limit: 200 });
  const stored = await storedIn('bsonTypes');
  expect(page.documents.map(({ json }) => json)).toEqual(stored.map((bytes) => extendedJson(bytes, 0, 'canonical')));
  const bearer = (await readFile(remote.served.administratorKeyFile, 'utf8')).trim();
  const ask = (path: string) =>
    fetch(`${remote.served.url}/downloads/${path}`, { headers: { authorization: `Bearer ${bearer}` } });
  const response = await ask(collectionPath('shop.users', 'bson', id));
  expect((await bytesOf(response)).equals(Buffer.concat(await storedIn('users')))).toBe(true);

  const archive = await archiveSource(remote.services.destinations.main, String(filePath));
  let fetched = 0;
  const counting = {
    sizeBytes: archive.sizeBytes,
    read: (range: { start: number; end: number }) => {
      fetched += range.end - range.start;
      return archive.read(range);
    },
  };
  const opened = new ArchiveCollections(
    await openArchive(counting, { identities: await remote.services.keys.identities() }),
  );
  const users = opened.find('shop.users');
  await users?.read(users.frames[0] as CollectionFrame);
  expect(archive.sizeBytes).toBeGreaterThan(30e6);
  expect(fetched / archive.sizeBytes).toBeLessThan(0.02);

  // A server that has lost its keys.
  Object.assign(remote.services.keys, { identities: async () => [] });
  remote.services.openedArchives.forget(`${filePath}@${sha256}`);
  const keyless = await ask(collectionPath('shop.users', 'bson', id));
  expect([keyless.status, await keyless.json()]).toMatchObject([
    412,
    { code: 'OPERATION_FAILED', details: { reason: 'key-missing' } },
  ]);
});

function fileOf({ filePath }: Backup): string {
  return join(holdfast.config.dataDir, 'backups', String(filePath));
}

/** A download that has begun and is not read on. */
async function slowDownload(path: string): Promise<IncomingMessage> {
  const request = get(`${holdfast.served.url}/downloads/${path}`, { headers: { authorization: `Bearer ${key}` } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.pause();
  return response;
}

async function readToEnd(response: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const piece of response) bytes += (piece as Buffer).length;
  return bytes;
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-look-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
