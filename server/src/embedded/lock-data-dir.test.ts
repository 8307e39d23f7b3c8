import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDirInUse, lockDataDir } from './lock-data-dir.ts';
import { processMark, processNamespace } from './process-identity.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-lock-'));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const self = () => ({
  token: 'another',
  pid: process.pid,
  host: hostname(),
  since: '2026-01-01T00:00:00.000Z',
  mark: processMark(process.pid),
  namespace: processNamespace(),
});

async function writeOwner(owner: object): Promise<string> {
  const file = join(dataDir, 'owner.json');
  await writeFile(file, JSON.stringify(owner));
  return file;
}

test('one of two that start at the same moment owns the folder', async () => {
  const outcomes = await Promise.allSettled([lockDataDir(dataDir), lockDataDir(dataDir), lockDataDir(dataDir)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(DataDirInUse);
    else await outcome.value.release();
  }
});

test('released, the folder is free at once', async () => {
  const first = await lockDataDir(dataDir);
  await first.release();
  await first.release();
  await using second = await lockDataDir(dataDir);
  expect(second.dataDir).toBe(dataDir);
});

test('an owner that was killed does not block the next start', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  await writeOwner({ ...self(), pid, mark: processMark(pid) });
  await expect(lockDataDir(dataDir)).rejects.toThrow(DataDirInUse);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await using lock = await lockDataDir(dataDir);
  expect(lock.dataDir).toBe(dataDir);
});

test('a process that only got the number of a dead owner is not taken for it', async () => {
  await writeOwner({ ...self(), mark: 'an-earlier-boot/1' });
  await using lock = await lockDataDir(dataDir);
  expect(lock.dataDir).toBe(dataDir);
});

test('an owner elsewhere is refused while its heart beats, whatever its clock says', async () => {
  const file = await writeOwner({ ...self(), host: 'another-host', pid: 1 });
  let beat = 0;
  const timer = setInterval(() => {
    beat += 1;
    void utimes(file, 0, beat);
  }, 20);
  await expect(lockDataDir(dataDir, { heartbeatMs: 100 })).rejects.toThrow(/process 1 on another-host/);
  clearInterval(timer);
});

test('an owner elsewhere whose heart stands still is gone', async () => {
  await writeOwner({ ...self(), namespace: 'pid:[1]', pid: process.pid });
  await using lock = await lockDataDir(dataDir, { heartbeatMs: 50 });
  expect(JSON.parse(await readFile(join(dataDir, 'owner.json'), 'utf8')).namespace).toBe(processNamespace());
  expect(lock.dataDir).toBe(dataDir);
});

test('beats while it owns the folder, and says when the folder was taken from it', async () => {
  let lost: () => void = () => {};
  const noticed = new Promise<void>((resolve) => {
    lost = resolve;
  });
  await using _ = await lockDataDir(dataDir, { heartbeatMs: 20, onLost: lost });
  const file = join(dataDir, 'owner.json');
  const before = (await stat(file)).mtimeMs;
  await expect.poll(async () => (await stat(file)).mtimeMs).toBeGreaterThan(before);
  await writeOwner(self());
  await noticed;
});

test('what another owner wrote stays when the loser releases', async () => {
  const lock = await lockDataDir(dataDir);
  await writeOwner(self());
  await lock.release();
  expect(JSON.parse(await readFile(join(dataDir, 'owner.json'), 'utf8')).token).toBe('another');
});

test('a file that was not written whole owns nothing', async () => {
  await writeFile(join(dataDir, 'owner.json'), '{"pid": 1');
  await using lock = await lockDataDir(dataDir);
  expect(lock.dataDir).toBe(dataDir);
});
