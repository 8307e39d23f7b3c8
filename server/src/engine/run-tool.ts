// Runs one external program to its very end: own process group, secrets by inherited descriptor, stderr bounded, limits kept,
// and nothing of it left when `exited` resolves. Knows nothing of MongoDB, and never fails with argv in a message.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { LastLines } from './last-lines.ts';
import { groupGone, signalGroup } from './process-group.ts';
import { readLines } from './read-lines.ts';
import { openSecretFile } from './secret-file.ts';
import { type StopCause, type ToolLimits, ToolWatch } from './tool-watch.ts';

export interface ToolOptions extends ToolLimits {
  readonly path: string;
  /** Visible to everybody on the host: no secret in it. */
  readonly argv: readonly string[];
  /** What the program reads from descriptor 3 (`inheritedPath(3)`). */
  readonly secret?: string;
  /** Which pipe the caller uses; the others lead nowhere. */
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  /** Sees every line of stderr as the program wrote it. */
  readonly onStderrLine?: (line: string) => void;
  /** Takes secrets out of the lines that are kept. */
  readonly redact?: (line: string) => string;
  /** Stops the program when aborted. */
  readonly signal?: AbortSignal;
  /** Time between SIGTERM, the second SIGTERM and SIGKILL; default 500. */
  readonly escalationMs?: number;
}

/** How a program ended. Exactly one is true. */
export type ToolOutcome =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals }
  /** It never ran: the system's error code. */
  | { readonly kind: 'not-started'; readonly code: string }
  /** This side ended it, whatever it said then. */
  | { readonly kind: 'stopped'; readonly cause: StopCause };

export interface ToolExit {
  readonly outcome: ToolOutcome;
  /** The last 20 lines of stderr, oldest first, redacted. */
  readonly stderrTail: string[];
}

export interface RunningTool {
  /** Also its process group; 0 when it could not be started. */
  readonly pid: number;
  /** Errors on it (EPIPE) are the writer's to see; they never end this process. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Never rejects. Resolves when the program and everything it started are gone. */
  readonly exited: Promise<ToolExit>;
  /** Says that something moved that the byte counters do not see. */
  touch(): void;
}

/** Starts a program. Does not throw when it cannot be started: `exited` says so. */
export function runTool(options: ToolOptions): RunningTool {
  if (options.signal?.aborted) return neverRan({ kind: 'stopped', cause: 'aborted' });
  let child: ChildProcess;
  try {
    child = spawnGroup(options);
  } catch (error) {
    return neverRan({ kind: 'not-started', code: errorCode(error) });
  }
  for (const pipe of [child.stdin, child.stdout]) pipe?.on('error', () => undefined);
  const watch = new ToolWatch(child, options);
  return {
    pid: child.pid ?? 0,
    stdin: child.stdin ?? closedInput(),
    stdout: child.stdout ?? emptyOutput(),
    exited: toTheEnd(child, watch, options),
    touch: () => watch.touch(),
  };
}

function spawnGroup(options: ToolOptions): ChildProcess {
  const secret = options.secret === undefined ? [] : [openSecretFile(options.secret)];
  const pipes = [options.stdin ? 'pipe' : 'ignore', options.stdout ? 'pipe' : 'ignore', 'pipe'] as const;
  try {
    // Its own session: a signal to the group reaches whatever it started, and not this process.
    return spawn(options.path, options.argv, { detached: true, stdio: [...pipes, ...secret] });
  } finally {
    for (const fd of secret) closeSync(fd);
  }
}

async function toTheEnd(child: ChildProcess, watch: ToolWatch, options: ToolOptions): Promise<ToolExit> {
  const tail = new LastLines(20);
  const stderrClosed = child.stderr === null ? Promise.resolve() : readStderr(child.stderr, tail, options);
  const ended = await endOf(child);
  watch.end();
  if (child.pid !== undefined) {
    signalGroup(child.pid, 'SIGKILL');
    await groupGone(child.pid, leftoverLimitMs);
  }
  await Promise.race([stderrClosed, sleep(leftoverLimitMs, undefined, { ref: false })]);
  child.stderr?.destroy();
  const outcome: ToolOutcome = watch.stopped === undefined ? ended : { kind: 'stopped', cause: watch.stopped };
  return { outcome, stderrTail: tail.all };
}

/** How long is waited for what the program left behind, after it was killed. */
const leftoverLimitMs = 2_000;

function readStderr(stderr: Readable, tail: LastLines, options: ToolOptions): Promise<unknown> {
  readLines(stderr, (line) => {
    options.onStderrLine?.(line);
    tail.push(options.redact?.(line) ?? line);
  });
  return once(stderr, 'close');
}

function endOf(child: ChildProcess): Promise<ToolOutcome> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'killed', signal }),
    );
    // Without a pid there is no exit; with one, `error` is about a signal that could not be sent.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ kind: 'not-started', code: errorCode(error) });
    });
  });
}

function neverRan(outcome: ToolOutcome): RunningTool {
  const exited = Promise.resolve({ outcome, stderrTail: [] });
  return { pid: 0, stdin: closedInput(), stdout: emptyOutput(), exited, touch: () => undefined };
}

function closedInput(): Writable {
  const input = new PassThrough();
  input.destroy();
  return input;
}

function emptyOutput(): Readable {
  return new PassThrough().end();
}

function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
