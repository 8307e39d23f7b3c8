import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { OperationFailure } from '@holdfast/shared/failures';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findTool } from './find-tool.ts';
import { providedPath } from './provided-tools.ts';
import { compareVersions } from './tool-version.ts';

let folder: string;
let cacheDir: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-tools-'));
  cacheDir = join(folder, 'cache');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A tiny program in place of a tool, which answers --version in its own way. */
async function program(path: string, body: string, mode = 0o755): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, mode);
  return path;
}

const says = (line: string) => `echo '${line}'`;

test('what the environment names wins over PATH, PATH over the cache', async () => {
  const configured = await program(join(folder, 'own'), says('db version v8.0.4'));
  const onPath = await program(join(folder, 'bin/mongod'), says('db version v7.0.2'));
  const cached = await program(providedPath('mongod', cacheDir), says('db version v6.0.5'));
  const searchPath = [join(folder, 'nothing'), join(folder, 'bin')].join(delimiter);
  const name = 'mongod';
  expect(await findTool(name, { configured, searchPath, cacheDir })).toEqual({
    ...{ name, path: configured, version: '8.0.4', source: 'environment' },
  });
  expect(await findTool(name, { configured: '', searchPath, cacheDir })).toEqual({
    ...{ name, path: onPath, version: '7.0.2', source: 'path' },
  });
  expect(await findTool(name, { searchPath: '', cacheDir })).toEqual({
    ...{ name, path: cached, version: '6.0.5', source: 'provided' },
  });
});

test('nothing anywhere is no error', async () => {
  expect(await findTool('mongodump', { searchPath: folder, cacheDir })).toBeUndefined();
});

describe('a configured path that does not work is an error in words, and nothing replaces it', () => {
  const cases: [string, string, number, RegExp][] = [
    ['not executable', says('mongodump version: 100.9.4'), 0o644, /is not executable \(chmod \+x/],
    ['too old', says('mongodump version: r4.2.0'), 0o755, /is mongodump 4\.2\.0; 100\.0\.0 or newer is needed/],
    ['another program', says('mongorestore version: 100.9.4'), 0o755, /is not mongodump: it answers --version with/],
    ['broken', 'echo "libssl.so.1.1: not found" >&2; exit 127', 0o755, /does not run: it says "libssl\.so\.1\.1: not/],
    ['ended without a word', 'exit 3', 0o755, /does not run: it ended with exit code 3/],
    ['in need of another processor', 'kill -ILL $$', 0o755, /this processor lacks an instruction/],
  ];
  test.each(cases)('%s', async (_, body, mode, words) => {
    const configured = await program(join(folder, 'own'), body, mode);
    await program(join(folder, 'bin/mongodump'), says('mongodump version: 100.9.4'));
    const failure = await findTool('mongodump', { configured, searchPath: join(folder, 'bin'), cacheDir }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(OperationFailure);
    expect((failure as OperationFailure).reason).toBe('tool-missing');
    expect((failure as OperationFailure).message).toMatch(/^MONGODUMP_PATH cannot be used: /);
    expect((failure as OperationFailure).message).toMatch(words);
    expect((failure as OperationFailure).message).toContain(configured);
  });

  test('made for another system', async () => {
    const configured = join(folder, 'foreign');
    // An ELF file for a processor that does not exist.
    await writeFile(configured, Buffer.from('7f454c46020101000000000000000000020099990100000000', 'hex'), {
      mode: 0o755,
    });
    await expect(findTool('mongod', { configured, searchPath: '', cacheDir })).rejects.toThrow(
      /does not run: it was built for another system/,
    );
  });

  test('not there', async () => {
    const configured = join(folder, 'nowhere');
    await expect(findTool('mongod', { configured, searchPath: '', cacheDir })).rejects.toThrow(
      `MONGOD_PATH cannot be used: ${configured} does not exist.`,
    );
    await expect(findTool('mongod', { configured: folder, searchPath: '', cacheDir })).rejects.toThrow(/is not a file/);
  });
});

test('a broken one on PATH is passed over, with the reason', async () => {
  await program(join(folder, 'bin/mongod'), says('db version v3.6.0'));
  await program(providedPath('mongod', cacheDir), says('db version v6.0.5'));
  const problems: string[] = [];
  const onProblem = (line: string) => void problems.push(line);
  const found = await findTool('mongod', { searchPath: join(folder, 'bin'), cacheDir, onProblem });
  expect(found).toMatchObject({ version: '6.0.5', source: 'provided' });
  expect(problems).toEqual([`${join(folder, 'bin/mongod')} is mongod 3.6.0; 4.4.0 or newer is needed.`]);
});

test('a build without a version is taken as it is', async () => {
  await program(join(folder, 'mongorestore'), says('mongorestore version: built-without-version-string'));
  expect(await findTool('mongorestore', { searchPath: folder, cacheDir })).toMatchObject({ version: 'unknown' });
});

test('versions are ordered by number, not by letter', () => {
  expect(compareVersions('100.9.5-20240711', '100.10.0')).toBeLessThan(0);
  expect(compareVersions('8.0.0-rc1', '8.0.0')).toBe(0);
  expect(compareVersions('7.0', '6.0.99')).toBeGreaterThan(0);
});
