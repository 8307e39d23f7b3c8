import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { killOrphan, processStartTime } from './orphan-process.ts';

function startGroup() {
  const fixture = fileURLToPath(new URL('./fixtures/ignores-sigterm.ts', import.meta.url));
  const child = spawn(process.execPath, [fixture], { detached: true, stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error('the fixture did not start');
  return { child, pid };
}

test('the very process that was recorded is killed', async () => {
  const { child, pid } = startGroup();
  const ended = once(child, 'exit');
  const startTime = await processStartTime(pid);
  expect(startTime).not.toBe('');
  expect(await processStartTime(pid)).toBe(startTime);
  expect(await killOrphan({ pid, startTime })).toBe(true);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(await processStartTime(pid)).toBe('');
  expect(await killOrphan({ pid, startTime })).toBe(false);
});

test('another process that has the pid now is left alone', async () => {
  const { child, pid } = startGroup();
  const ended = once(child, 'exit');
  const startTime = await processStartTime(pid);
  expect(await killOrphan({ pid, startTime: `${startTime}0` })).toBe(false);
  expect(await killOrphan({ pid, startTime: '' })).toBe(false);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  child.kill('SIGKILL');
  await ended;
});

test.each([0, -1, 1, Number.NaN])('nothing is ever recorded or killed under the pid %d', async (pid) => {
  expect(await processStartTime(pid)).toBe('');
  expect(await killOrphan({ pid, startTime: 'anything' })).toBe(false);
});

test('processes of one pid differ in nothing else than their start', async () => {
  const [one, two] = [startGroup(), startGroup()];
  const times = await Promise.all([processStartTime(one.pid), processStartTime(two.pid)]);
  expect(times[0]?.split('/')[0]).toBe(times[1]?.split('/')[0]);
  for (const { child } of [one, two]) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
});
