import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { firstErrors, logLength, rotateLog } from './mongod-log.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-log-'));
  file = join(folder, 'mongod.log');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const line = (s: string, msg: string, attr?: object) => `${JSON.stringify({ s, msg, attr })}\n`;

test('a log beyond the limit moves aside, over the one that was there', async () => {
  await writeFile(`${file}.1`, 'oldest');
  await writeFile(file, 'x'.repeat(11));
  expect(await rotateLog(file, 10)).toBe(true);
  expect(await readdir(folder)).toEqual(['mongod.log.1']);
  expect((await stat(`${file}.1`)).size).toBe(11);
});

test('a log within the limit, or none, stays', async () => {
  expect(await rotateLog(file, 10)).toBe(false);
  await writeFile(file, 'x'.repeat(10));
  expect(await rotateLog(file, 10)).toBe(false);
  expect(await readdir(folder)).toEqual(['mongod.log']);
});

test('names the first different errors of this start, not those of an earlier one', async () => {
  const earlier = line('E', 'an older trouble');
  const now = [
    line('I', 'starting'),
    line('E', 'WiredTiger error', { error: 28, message: { msg: 'No space left on device' } }),
    line('E', 'Out of room', { error: { errmsg: 'full' } }),
    line('E', 'Out of room', { error: { errmsg: 'full' } }),
    line('F', 'Fatal assertion\n'),
    line('F', 'aborting'),
    '{"s":"F","msg":"half a li',
  ];
  await writeFile(file, earlier + now.join(''));
  expect(await firstErrors(file, Buffer.byteLength(earlier))).toEqual([
    'WiredTiger error: 28, {"msg":"No space left on device"}',
    'Out of room: {"errmsg":"full"}',
    'Fatal assertion',
  ]);
});

test('a missing log has no errors and no length', async () => {
  expect(await firstErrors(file, 0)).toEqual([]);
  expect(await logLength(file)).toBe(0);
});
