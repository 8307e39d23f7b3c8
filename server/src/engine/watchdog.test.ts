import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { processStartTime } from './orphan-process.ts';
import { openWatchdog } from './watchdog.ts';

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

/** A process with a group of its own, as the tools have. */
async function sleeper() {
  child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  return { ended: once(child, 'exit'), recorded: { pid, startTime: await processStartTime(pid) } };
}

it('kills what is not renewed in time', async () => {
  await using watchdog = openWatchdog();
  const { ended, recorded } = await sleeper();
  watchdog.watch(recorded, 300);
  expect(await ended).toStrictEqual([null, 'SIGKILL']);
});

it('kills what it watches when its server is gone', async () => {
  const watchdog = openWatchdog();
  const { ended, recorded } = await sleeper();
  watchdog.watch(recorded, 3_600_000);
  await watchdog[Symbol.asyncDispose]();
  expect(await ended).toStrictEqual([null, 'SIGKILL']);
});

it('lets live what it was told to forget', async () => {
  const watchdog = openWatchdog();
  const { recorded } = await sleeper();
  watchdog.watch(recorded, 3_600_000);
  watchdog.forget(recorded);
  await watchdog[Symbol.asyncDispose]();
  expect(await processStartTime(recorded.pid)).toBe(recorded.startTime);
});

it('lets live what only has the pid of what it watches', async () => {
  const watchdog = openWatchdog();
  const { recorded } = await sleeper();
  watchdog.watch({ ...recorded, startTime: 'another' }, 3_600_000);
  await watchdog[Symbol.asyncDispose]();
  expect(await processStartTime(recorded.pid)).toBe(recorded.startTime);
});
