// Ends the tools of this server when the server cannot do it: killed, or stopped for longer than a lease. A small process of
// its own, which hears from the server through a pipe: the end of the pipe, or silence, means that what it watches has to go.
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, extname, join } from 'node:path';
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

/** One that cannot live is not started again with every word. */
const restartAfterMs = 10_000;

/**
 * Costs nothing before the first process is watched. A watchdog that was ended, of which `onEnded` is told, is started again with a
 * later word.
 */
export function openWatchdog(onEnded: () => void = () => undefined): Watchdog {
  let running: ChildProcess | undefined;
  let startedAt = Number.NEGATIVE_INFINITY;
  let closing = false;
  const say = (word: WatchedProcess): void => {
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) {
      if (performance.now() - startedAt < restartAfterMs) return;
      startedAt = performance.now();
      running = start();
      running.once('exit', () => closing || onEnded());
    }
    running.stdin?.write(`${JSON.stringify(word)}\n`);
  };
  return {
    watch: (child, forMs) => say({ ...child, forMs }),
    forget(child) {
      if (running !== undefined) say({ ...child, forMs: 0 });
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((resolve) => running?.once('exit', resolve));
      running.stdin?.end();
      await ended;
    },
  };
}

function start(): ChildProcess {
  // Beside this file, whether it runs as it is or was compiled.
  const self = fileURLToPath(import.meta.url);
  const main = join(dirname(self), `watchdog-main${extname(self)}`);
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
