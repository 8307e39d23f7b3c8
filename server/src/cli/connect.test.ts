import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { connect } from './connect.ts';

const local = 'http://127.0.0.1:4400';

it('takes the configured key, whatever the server', async () => {
  const config = loadConfig({ HOLDFAST_API_KEY: 'configured' });
  expect((await connect(config, 'https://backups.example.org')).apiKey).toBe('configured');
});

it("takes the key of the data folder for a server on this machine, never for another's", async () => {
  await using folder = await dataFolder('from-file\n');
  const config = loadConfig({ HOLDFAST_DATA_DIR: folder.path });
  for (const url of [local, 'http://localhost:1', 'http://[::1]:4400/'])
    expect((await connect(config, url)).apiKey).toBe('from-file');
  const away = await connect(config, 'http://10.0.0.1:4400').catch((error: unknown) => error);
  expect(away).toMatchObject({ code: 'NO_KEY', exitCode: 3 });
  expect(String(away)).not.toContain('from-file');
});

it('says where it looked when there is no key', async () => {
  await using folder = await dataFolder(null);
  const failed = connect(loadConfig({ HOLDFAST_DATA_DIR: folder.path }), local);
  await expect(failed).rejects.toThrow(`there is no key in ${join(folder.path, 'admin.key')}`);
});

it.each(['127.0.0.1:4400', 'ftp://127.0.0.1', 'nowhere'])('refuses the address %s', async (url) => {
  const failed = connect(loadConfig({ HOLDFAST_API_KEY: 'k' }), url);
  await expect(failed).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
});

async function dataFolder(key: string | null) {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
  if (key !== null) await writeFile(join(path, 'admin.key'), key, { mode: 0o600 });
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
