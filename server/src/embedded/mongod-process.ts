import { spawn } from 'node:child_process';
import { isRunning, processMark } from './process-identity.ts';

/** A mongod that runs, whether this process started it or an earlier one did. */
export interface MongodProcess {
  readonly pid: number;
  /** Resolves, never rejects, when it has ended: with its exit code, or null when that is not known. */
  readonly ended: Promise<number | null>;
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** mongod does not listen because something else does on this port. */
export const exitPortTaken = 48;

/**
 * Starts mongod in a session of its own: a Ctrl-C in the terminal reaches the server only, which ends mongod last, and
 * mongod outlives a server that is killed. Rejects when the file does not run.
 */
export async function spawnMongod(path: string, args: readonly string[]): Promise<MongodProcess> {
  const child = spawn(path, args, { detached: true, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  return { pid: child.pid ?? 0, ended, signal: (signal) => void child.kill(signal) };
}

/** Takes over a mongod that an earlier server left: its end is seen by looking, as it is nobody's child here. */
export function adoptMongod(pid: number): MongodProcess {
  const mark = processMark(pid);
  const ended = new Promise<null>((resolve) => {
    const timer = setInterval(() => {
      if (isRunning(pid, mark)) return;
      clearInterval(timer);
      resolve(null);
    }, 200);
    timer.unref();
  });
  const signal = (signal: 'SIGTERM' | 'SIGKILL') => {
    if (isRunning(pid, mark)) process.kill(pid, signal);
  };
  return { pid, ended, signal };
}

/** Ends a mongod in order, by force when it takes longer than 30 s; resolves when it is gone. */
export async function endMongod(mongod: MongodProcess): Promise<void> {
  mongod.signal('SIGTERM');
  const timer = setTimeout(() => mongod.signal('SIGKILL'), 30_000);
  await mongod.ended;
  clearTimeout(timer);
}
