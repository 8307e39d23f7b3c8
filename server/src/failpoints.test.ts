import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { failpointsIn, midway, noFailpoint } from './failpoints.ts';
import { until } from './testing/until.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-failpoints-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const reached = (name: string) =>
  until(
    () => readFile(join(folder, `${name}.reached`), 'utf8').catch(() => ''),
    (text) => text !== '',
  );

it('holds a point while its file is there, says who got there, and lets every other point pass', async () => {
  await writeFile(join(folder, 'sealed'), '');
  const failpoint = failpointsIn(folder, 'server-1');
  await failpoint('renamed');
  let passed = false;
  const passing = failpoint('sealed').then(() => {
    passed = true;
  });
  expect(await reached('sealed')).toBe('server-1');
  expect(passed).toBe(false);
  await rm(join(folder, 'sealed'));
  await passing;
});

it('holds a stream half-way and loses no byte of it', async () => {
  await writeFile(join(folder, 'mid-stream'), '');
  const chunks = Array.from({ length: 20 }, (_, n) => Buffer.alloc(64 * 1024, n));
  let taken = 0;
  async function* source() {
    for (const chunk of chunks) {
      taken += 1;
      yield chunk;
    }
  }
  const all = buffer(midway(source(), 'mid-stream', failpointsIn(folder, 'server-1')));
  await reached('mid-stream');
  expect(taken).toBeLessThan(chunks.length);
  await rm(join(folder, 'mid-stream'));
  expect(await all).toStrictEqual(Buffer.concat(chunks));
});

it('is the stream itself where no test asks', () => {
  const source = Readable.from([Buffer.from('bytes')]);
  expect(midway(source, 'mid-stream', noFailpoint)).toBe(source);
});
