import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { expect, it } from 'vitest';
import { describeStorage, stored } from './archive-storage.contract.ts';
import type { ArchiveStorage } from './archive-storage.ts';
import { decorateStorage } from './decorate-storage.ts';
import { openFileStorage } from './file-storage.ts';
import { withStallDetection } from './with-stall-detection.ts';

const key = 'a/1.zip';

async function folder(limitMs: number, change: (inner: ArchiveStorage) => ArchiveStorage = (inner) => inner) {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-stalled-'));
  const open = async () =>
    withStallDetection(change(await openFileStorage({ directory, reserve: () => 0 })), { limitMs });
  return {
    storage: await open(),
    reopen: open,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

describeStorage('a folder that is watched', () => folder(30_000));

it('says that a read stalled, as one that may be tried again, and closes it', async () => {
  const silent = new Readable({ read: () => undefined });
  await using place = await folder(50, (inner) => decorateStorage(inner, { read: async () => silent }));
  silent.push(Buffer.from('x'));
  await expect(buffer(await place.storage.read(key))).rejects.toMatchObject({ reason: 'stalled', isRetryable: true });
  expect(silent.destroyed).toBe(true);
});

it.each(['in the middle', 'at the end'])('says that an upload stalled %s', async (where) => {
  const full = new Writable({
    write: (_chunk, _encoding, done) => (where === 'at the end' ? done() : undefined),
    final: () => undefined,
  });
  await using place = await folder(50, (inner) =>
    decorateStorage(inner, {
      createUpload: async (name, token) => {
        const upload = await inner.createUpload(name, token);
        return {
          token,
          body: full,
          seal: () => upload.seal(),
          commit: () => upload.commit(),
          abort: () => upload.abort(),
        };
      },
    }),
  );
  const upload = await place.storage.createUpload(key, uuid());
  const writing = pipeline(Readable.from([Buffer.alloc(100_000), Buffer.alloc(100_000)]), upload.body);
  await expect(writing).rejects.toMatchObject({ reason: 'stalled' });
  expect(full.destroyed).toBe(true);
});

it('does not mind that nobody reads or writes for long', async () => {
  await using place = await folder(100);
  const { storage } = place;
  await stored(storage, key, Buffer.alloc(3_000_000, 1));
  const stream = await storage.read(key);
  stream.read(1);
  await delay(300);
  let read = 0;
  for await (const chunk of stream) {
    read += chunk.length;
    await delay(read < 1_200_000 ? 150 : 0);
  }
  expect(read).toBe(3_000_000);
  const upload = await storage.createUpload('a/2.zip', uuid());
  upload.body.write(Buffer.from('x'));
  await delay(300);
  await pipeline(Readable.from([Buffer.from('y')]), upload.body);
  expect(await upload.seal()).toStrictEqual({ sizeBytes: 2 });
  await upload.abort();
});
