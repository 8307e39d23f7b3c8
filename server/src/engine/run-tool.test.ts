import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { signalGroup } from './process-group.ts';
import { type RunningTool, runTool, type ToolOptions } from './run-tool.ts';
import { inheritedPath } from './secret-file.ts';

// Starting a program takes long where many run.
vi.setConfig({ testTimeout: 30_000 });

const started: RunningTool[] = [];

/** Whatever a test did, nothing that it started may be left. */
afterEach(() => {
  const left = started.filter(({ pid }) => pid > 1 && signalGroup(pid, 'SIGKILL')).map(({ pid }) => pid);
  started.length = 0;
  expect(left).toEqual([]);
});

function run(fixture: string, options: Partial<ToolOptions> = {}): RunningTool {
  const { argv = [], ...rest } = options;
  const path = fileURLToPath(new URL(`./fixtures/${fixture}.ts`, import.meta.url));
  const tool = runTool({ path: process.execPath, escalationMs: 100, ...rest, argv: [path, ...argv] });
  started.push(tool);
  return tool;
}

/** Collects the lines of stderr; `said` waits for one of them. */
function listen() {
  const lines: string[] = [];
  const said = async (text: string) => {
    const deadline = performance.now() + 10_000;
    while (!lines.includes(text)) {
      if (performance.now() > deadline) throw new Error(`never said ${text}: ${lines.join(' | ')}`);
      await sleep(5);
    }
  };
  return { lines, said, onStderrLine: (line: string) => void lines.push(line) };
}

describe('how a program ended is told', () => {
  test('an exit code after complete output', async () => {
    const tool = run('exits-3-after-output', { stdout: true });
    const [output, exit] = await Promise.all([buffer(tool.stdout), tool.exited]);
    expect(output.length).toBe(100_000);
    expect(exit).toEqual({
      outcome: { kind: 'exited', code: 3 },
      stderrTail: ['first line', 'Failed: it did not work'],
    });
  });

  test('a signal from elsewhere', async () => {
    const { outcome } = await run('kills-itself').exited;
    expect(outcome).toEqual({ kind: 'killed', signal: 'SIGKILL' });
  });

  test('output that ends before the program does', async () => {
    const tool = run('closes-stdout-early', { stdout: true });
    expect(String(await buffer(tool.stdout))).toBe('half');
    expect((await tool.exited).outcome).toEqual({ kind: 'exited', code: 4 });
  });

  test('a program that is not there, or cannot be run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-run-tool-'));
    try {
      const plain = join(folder, 'plain');
      await writeFile(plain, 'text');
      await chmod(plain, 0o600);
      for (const [path, code] of [
        [join(folder, 'missing'), 'ENOENT'],
        [plain, 'EACCES'],
      ] as const) {
        const tool = runTool({ path, argv: ['--x'], stdin: true, stdout: true, secret: 'never read' });
        expect(tool.pid).toBe(0);
        expect(await buffer(tool.stdout)).toHaveLength(0);
        expect((await tool.exited).outcome).toEqual({ kind: 'not-started', code });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a request to stop that came before the start: nothing is started', async () => {
    const tool = run('ignores-sigterm', { signal: AbortSignal.abort() });
    expect(tool.pid).toBe(0);
    expect((await tool.exited).outcome).toEqual({ kind: 'stopped', cause: 'aborted' });
  });
});

describe('stopping', () => {
  test('a program that ignores SIGTERM is asked twice and then killed', async () => {
    const stop = new AbortController();
    const { lines, said, onStderrLine } = listen();
    const tool = run('ignores-sigterm', { signal: stop.signal, onStderrLine });
    await said('ready');
    const from = performance.now();
    stop.abort();
    expect((await tool.exited).outcome).toEqual({ kind: 'stopped', cause: 'aborted' });
    expect(performance.now() - from).toBeLessThan(2_000);
    expect(lines).toEqual(['ready', 'asked 1', 'asked 2']);
  });

  test('the second SIGTERM is enough for a program that noted the first', async () => {
    const stop = new AbortController();
    const { said, onStderrLine } = listen();
    const tool = run('ends-on-second-sigterm', { signal: stop.signal, onStderrLine, escalationMs: 1_000 });
    await said('ready');
    const from = performance.now();
    stop.abort();
    expect((await tool.exited).outcome).toEqual({ kind: 'stopped', cause: 'aborted' });
    expect(performance.now() - from).toBeLessThan(1_900);
  });

  test('a program blocked on output that nobody reads', async () => {
    const stop = new AbortController();
    const tool = run('writes-without-end', { stdout: true, signal: stop.signal });
    await once(tool.stdout, 'readable');
    stop.abort();
    expect((await tool.exited).outcome).toEqual({ kind: 'stopped', cause: 'aborted' });
  });

  test('after it has ended changes nothing', async () => {
    const stop = new AbortController();
    const tool = run('exits-3-after-output', { signal: stop.signal });
    const exit = await tool.exited;
    stop.abort();
    expect(await tool.exited).toBe(exit);
  });

  test('the wall-clock limit', async () => {
    const tool = run('ignores-sigterm', { wallClockLimitMs: 300 });
    expect((await tool.exited).outcome).toEqual({ kind: 'stopped', cause: 'timed-out' });
  });

  test('a limit beyond what a timer can hold does not fire at once', async () => {
    const tool = run('exits-3-after-output', { wallClockLimitMs: 2 ** 33, stallLimitMs: 2 ** 33 });
    expect((await tool.exited).outcome).toEqual({ kind: 'exited', code: 3 });
  });
});

describe('a stall', () => {
  test('is no byte of output, whatever stderr says', async () => {
    const tool = run('stalls', { stdout: true, stallLimitMs: 500 });
    tool.stdout.resume();
    expect((await tool.exited).outcome).toEqual({ kind: 'stopped', cause: 'stalled' });
  });

  test('is also output that nobody takes', async () => {
    const tool = run('writes-without-end', { stdout: true, stallLimitMs: 500 });
    expect((await tool.exited).outcome).toEqual({ kind: 'stopped', cause: 'stalled' });
  });

  test('does not happen while bytes move, nor while the caller says that something does', async () => {
    const stop = new AbortController();
    const flowing = run('writes-without-end', { stdout: true, stallLimitMs: 1_500, signal: stop.signal });
    flowing.stdout.resume();
    const touched = run('ignores-sigterm', { stallLimitMs: 1_500, signal: stop.signal });
    const timer = setInterval(() => touched.touch(), 20);
    await sleep(3_500);
    clearInterval(timer);
    stop.abort();
    const exits = await Promise.all([flowing.exited, touched.exited]);
    expect(exits.map(({ outcome }) => outcome)).toEqual(Array(2).fill({ kind: 'stopped', cause: 'aborted' }));
  });

  test('does not happen while a program works on input that it was given whole', async () => {
    const tool = run('reads-then-works', { stdin: true, stallLimitMs: 200, argv: ['900'] });
    tool.stdin.end('all of it');
    expect((await tool.exited).outcome).toEqual({ kind: 'exited', code: 0 });
  });

  test('happens while a program waits for input that does not come', async () => {
    const tool = run('reads-then-works', { stdin: true, stallLimitMs: 300, argv: ['0'] });
    tool.stdin.write('a part');
    expect((await tool.exited).outcome).toEqual({ kind: 'stopped', cause: 'stalled' });
  });
});

test('a child left behind is gone when the program is said to have ended', async () => {
  const { lines, onStderrLine } = listen();
  const tool = run('leaves-a-child', { onStderrLine, stdout: true });
  const { outcome } = await tool.exited;
  expect(outcome).toEqual({ kind: 'exited', code: 0 });
  const child = Number(/left (\d+)/.exec(lines.join('\n'))?.[1]);
  expect(child).toBeGreaterThan(1);
  expect(isAlive(child)).toBe(false);
});

/** A dead process that its parent has not collected yet counts as gone. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('a flood on stderr neither blocks the program nor grows memory', async () => {
  const before = process.memoryUsage().rss;
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before);
  }, 10);
  const { outcome, stderrTail } = await run('floods-stderr', { argv: ['300'] }).exited;
  clearInterval(timer);
  expect(outcome).toEqual({ kind: 'exited', code: 0 });
  expect(stderrTail).toHaveLength(20);
  expect(stderrTail.at(-1)).toBe('last word');
  expect(stderrTail.at(-2)).toBe('endless'.repeat(300).slice(0, 2_000));
  expect(most).toBeLessThan(150_000_000);
});

test('input that a program does not take breaks nothing here, and its exit is told', async () => {
  const tool = run('closes-stdin-early', { stdin: true });
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(65_536);
    })(),
  );
  const fed = pipeline(endless, tool.stdin).then(
    () => 'taken whole',
    (error: NodeJS.ErrnoException) => error.code,
  );
  expect((await tool.exited).outcome).toEqual({ kind: 'exited', code: 5 });
  expect(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']).toContain(await fed);
});

test('a secret reaches the program, and nobody else', async () => {
  const files = await readdir(tmpdir());
  const secret = 'uri: "mongodb://u:S3cret@h/"\n'.repeat(500);
  const tool = run('echoes-its-secret', {
    secret,
    argv: [inheritedPath(3)],
    redact: (line) => line.replaceAll('S3cret', '***'),
  });
  expect(readFileSync(`/proc/${tool.pid}/cmdline`, 'utf8')).not.toContain('S3cret');
  const { outcome, stderrTail } = await tool.exited;
  expect(outcome).toEqual({ kind: 'exited', code: 0 });
  expect(stderrTail.join('\n')).not.toContain('S3cret');
  expect(stderrTail.filter((line) => line.includes('mongodb://u:***@h/'))).not.toHaveLength(0);
  expect(stderrTail.at(-1)).toMatch(/^arguments .*echoes-its-secret\.ts \/proc\/self\/fd\/3$/);
  expect((await readdir(tmpdir())).filter((name) => !files.includes(name) && name.startsWith('holdfast-'))).toEqual([]);
});
