import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { v7 as uuid } from 'uuid';
import { expect, it } from 'vitest';
import { describeStorage } from './archive-storage.contract.ts';
import { openFileStorage } from './file-storage.ts';
import { withBandwidthLimit } from './with-bandwidth-limit.ts';

const open = async (bytesPerSecond: number) => {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-limited-'));
  const again = async () =>
    withBandwidthLimit(await openFileStorage({ directory, reserve: () => 0 }), { bytesPerSecond });
  return {
    storage: await again(),
    reopen: again,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
};

describeStorage('a folder behind a limit', () => open(100_000_000));

it('holds uploads and reads to the limit, evenly, and gives every byte', async () => {
  await using place = await open(400_000);
  const { storage } = place;
  const bytes = randomBytes(200_000);
  const upload = await storage.createUpload('a/1.zip', uuid());
  const uploaded = await timed(() => pipeline(Readable.from([bytes]), upload.body));
  await upload.seal();
  await upload.commit();
  const pieces: Buffer[] = [];
  const arrivals: number[] = [];
  const read = await timed(async () => {
    for await (const piece of await storage.read('a/1.zip')) {
      pieces.push(piece);
      arrivals.push(performance.now());
    }
  });
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  for (const ms of [uploaded, read]) expect(ms).toBeGreaterThan(350);
  const gaps = arrivals.slice(1).map((at, n) => at - (arrivals[n] ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(350);
});

it('shares the limit among all that goes on at once', async () => {
  await using place = await open(400_000);
  const one = async (key: string) => {
    const upload = await place.storage.createUpload(key, uuid());
    await pipeline(Readable.from([randomBytes(100_000)]), upload.body);
  };
  expect(await timed(() => Promise.all([one('a/1.zip'), one('a/2.zip')]))).toBeGreaterThan(350);
});

it('leaves off at once when an upload is aborted', async () => {
  await using place = await open(1_000);
  const upload = await place.storage.createUpload('a/1.zip', uuid());
  const writing = expect(pipeline(Readable.from([randomBytes(1_000_000)]), upload.body)).rejects.toThrow();
  expect(await timed(() => upload.abort())).toBeLessThan(500);
  await writing;
});

it.each([0, -1, Number.NaN])('refuses the limit %d', async (bytesPerSecond) => {
  await expect(open(bytesPerSecond)).rejects.toThrow(RangeError);
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
