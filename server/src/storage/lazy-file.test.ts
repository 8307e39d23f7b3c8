import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LazyFile } from './lazy-file.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-lazy-'));
  await writeFile(join(folder, 'file'), 'x');
});

afterAll(() => rm(folder, { recursive: true }));

describe('LazyFile', () => {
  it('is opened once', async () => {
    const file = new LazyFile(join(folder, 'file'), 'r');
    const [first, second] = await Promise.all([file.open(), file.open()]);
    expect(first).toBe(second);
    await file.close();
    expect(first.fd).toBe(-1);
  });

  it('is closed even when that is asked for while it is being opened', async () => {
    const file = new LazyFile(join(folder, 'file'), 'r');
    const opening = file.open();
    await file.close();
    expect((await opening).fd).toBe(-1);
  });

  it('is not opened again by a write that comes too late', async () => {
    const file = new LazyFile(join(folder, 'file'), 'r');
    await file.close();
    await file.close();
    await expect(file.open()).rejects.toThrow('was closed');
  });

  it('needs no closing when it could not be opened', async () => {
    const file = new LazyFile(join(folder, 'none'), 'r');
    await expect(file.open()).rejects.toMatchObject({ code: 'ENOENT' });
    await file.close();
  });
});
