import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { runCommandLine } from './run-command-line.ts';
import { memorySink } from './testing/memory-sink.ts';

/** Nobody listens there. */
const nowhere = { HOLDFAST_URL: 'http://127.0.0.1:9', HOLDFAST_API_KEY: 'k-secret' };

describe('usage errors', () => {
  it.each([
    [['policies', 'set', 'shop', '--hour', '24'], 'The hour must be a whole number from 0 to 23.'],
    [['policies', 'set', 'shop', '--keep', '0'], 'a whole number from 1 to 30.'],
    [['policies', 'set', 'shop', '--keep', '31'], 'a whole number from 1 to 30.'],
    [['policies', 'set', 'shop', '--timezone', 'Mars/Base'], 'IANA name'],
    [['policies', 'set', 'shop', '--on', '--off'], '--on and --off cannot both be given.'],
    [['policies', 'set', 'shop'], 'There is nothing to change.'],
    [['restore', 'x', '--in-place', '--into-copy'], 'cannot be used with'],
    [['restore', 'x', '--in-place', '--suffix', '_a'], 'cannot be used with'],
    [['deployments', 'add', 'Shop'], 'lower-case letters'],
    [['deployments', 'add', 'shop', '--uri', 'mongodb://u:p@h'], "unknown option '--uri'"],
    [['audit', 'search', '--type', 'Nope'], 'BackupRequested'],
    [['backups', 'list', '--status', 'odd'], 'Allowed choices'],
    [['backup'], "missing required argument 'deployment'"],
    [['frobnicate'], "unknown command 'frobnicate'"],
    [[], 'A command is missing.'],
  ])('%j exits with 2 and says why', async (args, message) => {
    const plain = await run(args);
    expect(plain).toMatchObject({ status: 2, stdout: '' });
    expect(plain.stderr).toContain(message);
    const json = await run([...args, '--json']);
    expect(json).toMatchObject({ status: 2, stdout: '' });
    expect(JSON.parse(json.stderr)).toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });
});

it('exits with 7 when nobody answers, and shows no key', async () => {
  const { status, stderr } = await run(['backups', '--json']);
  expect(status).toBe(7);
  expect(JSON.parse(stderr)).toMatchObject({ code: 'SERVER_UNREACHABLE' });
  expect(stderr).not.toContain('k-secret');
});

it('lets --url go before HOLDFAST_URL, before and after the command', async () => {
  for (const args of [
    ['--url', 'http://127.0.0.1:7', 'login-code'],
    ['login-code', '--url', 'http://127.0.0.1:7'],
  ])
    expect((await run(args)).stderr).toContain('No server answers at http://127.0.0.1:7');
});

it('exits with 3 and names the folder when there is no key', async () => {
  const { status, stderr } = await run(['backups', '--json'], { env: { HOLDFAST_DATA_DIR: '/nonexistent-folder' } });
  expect(status).toBe(3);
  expect(JSON.parse(stderr)).toMatchObject({
    code: 'NO_KEY',
    message: expect.stringContaining('/nonexistent-folder/admin.key'),
  });
});

it('answers with help on stdout and exits with 0', async () => {
  for (const args of [['--help'], ['restore', '--help'], ['help', 'audit']]) {
    const { status, stdout, stderr } = await run(args);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: holdfast');
  }
});

describe('connection strings', () => {
  it('wants one from a file or a pipe where nobody can be asked', async () => {
    expect(await run(['deployments', 'add', 'shop'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--uri-stdin'),
    });
  });

  it('refuses an empty file and a missing one', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'empty'), '\n');
    const env = { ...nowhere, INIT_CWD: folder.path };
    const empty = await run(['deployments', 'test', '--uri-file', 'empty'], { env });
    expect(empty).toMatchObject({ status: 2, stderr: expect.stringContaining('empty is empty') });
    const missing = await run(['deployments', 'test', '--uri-file', 'missing'], { env });
    expect(missing).toMatchObject({ status: 2, stderr: expect.stringContaining('missing cannot be read: ENOENT') });
  });

  it('says nothing of it when the server cannot be reached', async () => {
    const { status, stderr } = await run(['deployments', 'add', 'shop', '--uri-stdin'], {
      stdin: 'mongodb://u:p4ss@h/',
    });
    expect(status).toBe(7);
    expect(stderr).not.toContain('p4ss');
  });
});

it('refuses a configuration that is none, with a line per problem', async () => {
  const { status, stderr } = await run(['config', 'import', '-', '--json'], { stdin: '{"format": "other"}' });
  expect(status).toBe(2);
  const report = JSON.parse(stderr);
  expect(report.code).toBe('CONFIGURATION_INVALID');
  expect(report.details.problems.length).toBeGreaterThan(1);
});

async function run(args: readonly string[], options: { env?: Record<string, string>; stdin?: string } = {}) {
  const [stdout, stderr] = [memorySink(), memorySink()];
  const status = await runCommandLine({
    args,
    stdin: Readable.from([options.stdin ?? '']) as never,
    stdout: stdout.stream,
    stderr: stderr.stream,
    config: loadConfig(options.env ?? nowhere),
  });
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
