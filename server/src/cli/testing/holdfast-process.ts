// The command line as a child process, as users start it.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HoldfastProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ended>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Starts `holdfast ARGS` in this environment; `input` is all of its standard input. */
export function startHoldfast(args: readonly string[], env: Environment, input = ''): HoldfastProcess {
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', main, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const status = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const ended = Promise.all([status, text(child.stdout), text(child.stderr)]).then(([code, stdout, stderr]) => ({
    status: code,
    stdout,
    stderr,
  }));
  return { child, ended };
}

/** Resolves once a line of the process matches. Rejects when it ends before. */
export function lineOf({ child, ended }: HoldfastProcess, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = '';
    const look = (chunk: Buffer) => {
      seen += chunk;
      const line = seen.split('\n').find((one) => wanted.test(one));
      if (line !== undefined) resolve(line);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    ended.then(({ status }) => reject(new Error(`ended with ${status} before ${wanted}: ${seen}`)));
  });
}
