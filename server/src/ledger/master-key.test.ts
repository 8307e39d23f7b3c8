import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadMasterKey, MasterKeyUnusable } from './master-key.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-key-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('makes a missing key file once, readable by its owner only, and reads the same key ever after', async () => {
  const file = join(folder, 'data', 'secret.key');
  const made = await Promise.all(Array.from({ length: 8 }, () => loadMasterKey({ file })));
  const later = await loadMasterKey({ file });

  expect(new Set([...made, later].map((key) => key.toString('hex'))).size).toBe(1);
  expect(later).toHaveLength(32);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'data'))).toEqual(['secret.key']);
});

test('tightens a key file that others could read', async () => {
  const file = join(folder, 'secret.key');
  await writeFile(file, `${'ab'.repeat(32)}\n`, { mode: 0o644 });
  await loadMasterKey({ file });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('takes the configured key, in hex or base64, before the file, and makes no file then', async () => {
  const key = Buffer.alloc(32, 0xfb);
  for (const configured of [key.toString('hex'), key.toString('base64'), `${key.toString('base64url')}\n`]) {
    expect(await loadMasterKey({ configured, file: join(folder, 'secret.key') })).toEqual(key);
  }
  expect(await readdir(folder)).toEqual([]);
});

test('refuses a key of the wrong size, naming the source and not the key, and leaves the file as it is', async () => {
  const file = join(folder, 'secret.key');
  await writeFile(file, 'hunter2hunter2');
  const refused = await loadMasterKey({ file }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(MasterKeyUnusable);
  expect(String(refused)).toContain(file);
  expect(String(refused)).not.toContain('hunter2');
  expect(await readFile(file, 'utf8')).toBe('hunter2hunter2');
  await expect(loadMasterKey({ configured: 'c2hvcnQ=', file })).rejects.toThrow('HOLDFAST_SECRET_KEY');
});
