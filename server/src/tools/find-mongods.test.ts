import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mongodFinder } from './find-mongods.ts';

it('asks a mongod once, and again after a minute when it said no version', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-mongods-'));
  await using _removed = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  const mongod = join(folder, 'mongod');
  const word = join(folder, 'version');
  await writeFile(mongod, `#!/bin/sh\ncat "${word}"\n`);
  await chmod(mongod, 0o755);
  let now = 0;
  const find = mongodFinder({ configured: undefined, searchPath: folder, cacheDir: join(folder, 'none') }, () => now);
  const versions = async () => (await find()).map(({ version }) => version);
  expect(await versions()).toStrictEqual([]);
  await writeFile(word, 'db version v6.0.5\n');
  now = 59_000;
  expect(await versions()).toStrictEqual([]);
  now = 60_000;
  expect(await versions()).toStrictEqual(['6.0.5']);
  await rm(word);
  now = 600_000;
  expect(await versions()).toStrictEqual(['6.0.5']);
});
