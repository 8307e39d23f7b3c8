import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { OperationFailure } from '@holdfast/shared/failures';
import { v7 as uuid } from 'uuid';
import { describe, expect, it } from 'vitest';
import { describeStorage, stored } from './archive-storage.contract.ts';
import type { ArchiveStorage } from './archive-storage.ts';
import { attemptsOf } from './attempt.ts';
import { decorateStorage } from './decorate-storage.ts';
import { openFileStorage } from './file-storage.ts';
import { withRetry } from './with-retry.ts';

const key = 'a/1.zip';
const attempt = attemptsOf({ retries: 3, pauseMs: 1, longestPauseMs: 5 });
const passing = () => new OperationFailure('storage-unreachable', 'It is busy.', { isRetryable: true });

async function folder(change: (inner: ArchiveStorage) => ArchiveStorage = (inner) => inner) {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-retry-'));
  const open = async () => withRetry(change(await openFileStorage({ directory, reserve: () => 0 })), { attempt });
  return {
    storage: await open(),
    reopen: open,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

describeStorage('a folder that is tried again', () => folder());

describe('a storage that is tried again', () => {
  it('gives every byte once although the connection is cut off again and again', async () => {
    const bytes = randomBytes(1_000_000);
    const starts: number[] = [];
    await using place = await folder((inner) =>
      decorateStorage(inner, {
        read: async (name, range = { start: 0 }) => {
          starts.push(range.start);
          return Readable.from(cutAfter(await inner.read(name, range), 300_000), { objectMode: false });
        },
      }),
    );
    await stored(place.storage, key, bytes);
    expect(bytes.equals(await buffer(await place.storage.read(key)))).toBe(true);
    expect(starts).toStrictEqual([0, 300_000, 600_000, 900_000]);
    const part = await buffer(await place.storage.read(key, { start: 500_000, end: 999_999 }));
    expect(part.equals(bytes.subarray(500_000, 999_999))).toBe(true);
  });

  it('gives a read up that gets nowhere, after as many attempts as it may', async () => {
    let reads = 0;
    await using place = await folder((inner) =>
      decorateStorage(inner, {
        read: async () => {
          reads += 1;
          return Readable.from(cutAfter(Readable.from([]), 0), { objectMode: false });
        },
      }),
    );
    await expect(buffer(await place.storage.read(key))).rejects.toMatchObject({ reason: 'storage-unreachable' });
    expect(reads).toBe(4);
  });

  it('tries no failure again that will not pass, and a passing one as often as it may', async () => {
    const failures = [passing(), passing(), new OperationFailure('storage-refused', 'No.'), passing()];
    let calls = 0;
    await using place = await folder((inner) =>
      decorateStorage(inner, {
        stat: () => {
          calls += 1;
          return Promise.reject(failures.shift() ?? passing());
        },
      }),
    );
    await expect(place.storage.stat(key)).rejects.toMatchObject({ reason: 'storage-refused' });
    expect(calls).toBe(3);
    await expect(place.storage.stat(key)).rejects.toMatchObject({ reason: 'storage-unreachable' });
    expect(calls).toBe(7);
  });

  it('begins an upload anew whose first beginning was made but not answered', async () => {
    let lost = 1;
    await using place = await folder((inner) =>
      decorateStorage(inner, {
        createUpload: async (name, token) => {
          const upload = await inner.createUpload(name, token);
          if (lost-- > 0) throw passing();
          return upload;
        },
      }),
    );
    await stored(place.storage, key, Buffer.from('x'));
    expect(await place.storage.removePartials(async () => new Set())).toStrictEqual([]);
  });

  it('leaves a token alone that was taken before', async () => {
    await using place = await folder();
    const token = uuid();
    await place.storage.createUpload(key, token);
    await expect(place.storage.createUpload('a/2.zip', token)).rejects.toMatchObject({ reason: 'storage-unwritable' });
    expect(await place.storage.removePartials(async () => new Set())).toStrictEqual([token]);
  });

  it('commits once and for all although the answer is lost', async () => {
    let lost = 2;
    await using place = await folder((inner) =>
      decorateStorage(inner, {
        createUpload: async (name, token) => {
          const upload = await inner.createUpload(name, token);
          const commit = async () => {
            await upload.commit();
            if (lost-- > 0) throw passing();
          };
          return {
            ...{ token, body: upload.body, seal: () => upload.seal(), abort: () => upload.abort() },
            commit,
          };
        },
      }),
    );
    await stored(place.storage, key, Buffer.from('x'));
    expect(await place.storage.stat(key)).toStrictEqual({ sizeBytes: 1 });
  });

  it('lists every key once although the listing is cut off', async () => {
    let cuts = 3;
    await using place = await folder((inner) =>
      decorateStorage(inner, {
        async *list() {
          let listed = 0;
          for await (const entry of inner.list()) {
            if (listed++ === 2 && cuts-- > 0) throw passing();
            yield entry;
          }
        },
      }),
    );
    const keys = ['a/1.zip', 'a/2.zip', 'b/1.zip', 'b/2.zip', 'c/1.zip'];
    for (const name of keys) await stored(place.storage, name, Buffer.from('x'));
    expect((await Array.fromAsync(place.storage.list())).map((entry) => entry.key)).toStrictEqual(keys);
  });

  it('stops trying at once when it is told to', async () => {
    const stop = new AbortController();
    const slow = attemptsOf({ pauseMs: 60_000, onRetry: () => stop.abort(new Error('stop')) });
    await expect(slow(() => Promise.reject(passing()), stop.signal)).rejects.toThrow('stop');
  });
});

async function* cutAfter(source: Readable, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of source) {
    if (chunk.length > left) {
      if (left > 0) yield chunk.subarray(0, left);
      throw passing();
    }
    left -= chunk.length;
    yield chunk;
  }
  if (bytes === 0) throw passing();
}
