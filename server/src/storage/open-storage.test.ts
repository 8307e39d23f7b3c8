import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStorage } from './open-storage.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-known-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (name = 'disk') => openStorage(`file:${join(folder, name)}`, { record: join(folder, 'destination.json') });

it('opens the same destination again, and another folder or another disk as what it is', async () => {
  const first = await open();
  expect((await open()).id).toBe(first.id);
  const other = await open('other');
  expect(other.id).not.toBe(first.id);
  expect((await open()).id).toBe(first.id);
  await rename(join(folder, 'disk'), join(folder, 'away'));
  await rename(join(folder, 'other'), join(folder, 'disk'));
  expect((await open()).id).toBe(other.id);
});

it.each(['empty', 'gone'])(
  'refuses a folder that was the destination and is %s, and makes nothing there',
  async (how) => {
    const { id } = await open();
    await rename(join(folder, 'disk'), join(folder, 'away'));
    if (how === 'empty') await mkdir(join(folder, 'disk'));
    await expect(open()).rejects.toMatchObject({ reason: 'storage-missing', message: expect.stringContaining(id) });
    expect((await readdir(folder)).includes('disk')).toBe(how === 'empty');
    if (how === 'empty') expect(await readdir(join(folder, 'disk'))).toStrictEqual([]);
    await rm(join(folder, 'destination.json'));
    expect((await open()).id).not.toBe(id);
  },
);

it('opens only the destination of the id that it is given, and makes nothing otherwise', async () => {
  const location = `file:${join(folder, 'disk')}`;
  const wanted = { id: '0193592e-7f6c-7000-8000-000000000001' };
  await expect(openStorage(location, wanted)).rejects.toMatchObject({ reason: 'storage-missing' });
  expect(await readdir(folder)).toStrictEqual([]);
  const { id } = await openStorage(location);
  expect((await openStorage(location, { id })).id).toBe(id);
  await expect(openStorage(location, wanted)).rejects.toThrow(`is the destination ${id}`);
});

it('makes no destination where only an existing one is wanted', async () => {
  const location = `file:${join(folder, 'disk')}`;
  await expect(openStorage(location, { create: false })).rejects.toMatchObject({ reason: 'storage-missing' });
  expect(await readdir(folder)).toStrictEqual([]);
  const { id } = await openStorage(location);
  expect((await openStorage(location, { create: false })).id).toBe(id);
});

it('says how a location is written when it names none', async () => {
  await expect(openStorage('/backups')).rejects.toThrow('file:/path/to/backups');
});
