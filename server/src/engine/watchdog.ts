// Ends the tools of this server when the server cannot do it: killed, or stopped for longer than a lease. A small process of
// its own, which hears from the server through a pipe: the end of the pipe, or silence, means that what it watches has to go.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RecordedProcess } from './orphan-process.ts';

/** One line of what the server says: this process may live so many milliseconds from now on; 0: it needs no watching. */
export interface WatchedProcess extends RecordedProcess {
  readonly forMs: number;
}

export interface Watchdog extends AsyncDisposable {
  /** Kills the process and its group unless this is said again within `forMs` milliseconds. */
  watch(child: RecordedProcess, forMs: number): void;
  forget(child: RecordedProcess): void;
}

/** Costs nothing before the first process is watched. A watchdog that was ended is started again with the next word. */
export function openWatchdog(): Watchdog {
  let running: ChildProcess | undefined;
  const say = (word: WatchedProcess): void => {
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) running = start();
    running.stdin?.write(`${JSON.stringify(word)}\n`);
  };
  return {
    watch: (child, forMs) => say({ ...child, forMs }),
    forget(child) {
      if (running !== undefined) say({ ...child, forMs: 0 });
    },
    async [Symbol.asyncDispose]() {
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((resolve) => running?.once('exit', resolve));
      running.stdin?.end();
      await ended;
    },
  };
}

function start(): ChildProcess {
  const main = fileURLToPath(new URL('./watchdog-main.ts', import.meta.url));
  // Its own session: what ends the server at a terminal does not end it first.
  const child = spawn(process.execPath, [...process.execArgv.filter(isCondition), main], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  return child;
}

/** `--watch` and the like are the server's own. */
function isCondition(argument: string): boolean {
  return argument.startsWith('--conditions=');
}
