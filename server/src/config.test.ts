import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

describe('the destination in the environment', () => {
  it('is a folder of the data folder, a folder, or a bucket', () => {
    const at = (HOLDFAST_STORAGE_URL: string) =>
      loadConfig({ INIT_CWD: '/srv', HOLDFAST_DATA_DIR: 'data', HOLDFAST_STORAGE_URL }).storageUrl;
    expect(at('')).toBe('file:/srv/data/backups');
    expect(at('file:disk/backups')).toBe('file:/srv/disk/backups');
    expect(at('s3://backups/shop?endpoint=http://127.0.0.1:9000')).toBe(
      's3://backups/shop?endpoint=http://127.0.0.1:9000',
    );
    expect(() => at('/srv/backups')).toThrow(ConfigError);
    expect(() => at('s3://id:hidden-secret@backups')).toThrow('HOLDFAST_S3_ACCESS_KEY_ID');
    expect(() => at('s3://id:hidden-secret@backups')).not.toThrow('hidden-secret');
  });

  it('has its access key under its own names first, then under the common ones, also in files', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-config-'));
    const file = join(folder.path, 'secret');
    await writeFile(file, 'from-a-file\n');
    const common = { AWS_ACCESS_KEY_ID: 'common', AWS_SECRET_ACCESS_KEY: 'x', AWS_SESSION_TOKEN: 'token' };
    const own = { HOLDFAST_S3_ACCESS_KEY_ID: 'own', HOLDFAST_S3_SECRET_ACCESS_KEY_FILE: file };
    const keyOf = (env: Record<string, string>) => loadConfig(env).s3Credentials;
    expect(keyOf({})).toBeNull();
    expect(keyOf(common)).toStrictEqual({ accessKeyId: 'common', secretAccessKey: 'x', sessionToken: 'token' });
    expect(keyOf({ ...common, ...own })).toStrictEqual({
      ...{ accessKeyId: 'own', secretAccessKey: 'from-a-file', sessionToken: undefined },
    });
    expect(() => keyOf({ ...common, HOLDFAST_S3_ACCESS_KEY_ID: 'own' })).toThrow(
      'HOLDFAST_S3_SECRET_ACCESS_KEY is not',
    );
  });
});
