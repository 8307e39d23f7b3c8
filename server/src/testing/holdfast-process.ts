// The service as a process of its own, as a user starts it: for killing it, and for talking to it over the network.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTRPCClient, httpBatchLink, type TRPCClient } from '@trpc/client';
import type { AppRouter } from '../api/router.ts';
import { testTools } from './tools.ts';

export interface HoldfastProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  readonly key: string;
  readonly client: TRPCClient<AppRouter>;
  /** Everything it wrote so far. */
  output(): string;
  /** Resolves once it is gone. */
  readonly exited: Promise<void>;
  /** Sends a signal and waits for nothing. */
  signal(signal: 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Sends the signal and waits until it is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts it on a free port; resolves once it has said where it is. A given data folder is kept, a temporary one removed. */
export async function startHoldfastProcess(options: {
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir?: string;
  /** Told of the process before it has said where it is: it may be ended before that, which rejects. */
  readonly spawned?: (pid: number) => void;
}): Promise<HoldfastProcess> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'holdfast-process-')));
  const tools = await testTools();
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--conditions=@holdfast/source', main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH, HOME, PORT: '0', HOLDFAST_DATA_DIR: dataDir, HOLDFAST_DRAIN_SECONDS: '0' },
      ...{ MONGOD_PATH: tools.mongod, MONGODUMP_PATH: tools.mongodump, MONGORESTORE_PATH: tools.mongorestore },
      ...options.env,
    },
  });
  running.add(child);
  options.spawned?.(child.pid ?? 0);
  child.once('exit', () => running.delete(child));
  const output = collect(child);
  const url = await addressOf(child, output);
  const key = options.env.HOLDFAST_API_KEY ?? (await readFile(join(dataDir, 'admin.key'), 'utf8')).trim();
  const exited = endOf(child);
  const end = (signal: 'SIGTERM' | 'SIGKILL') => {
    // One that stands still hears nothing else.
    child.kill('SIGCONT');
    child.kill(signal);
    return exited;
  };
  return {
    url,
    pid: child.pid ?? 0,
    dataDir,
    key,
    client: createTRPCClient<AppRouter>({
      links: [httpBatchLink({ url: `${url}/trpc`, headers: { authorization: `Bearer ${key}` } })],
    }),
    output,
    exited,
    signal: (signal) => void child.kill(signal),
    end,
    async [Symbol.asyncDispose]() {
      await end('SIGTERM');
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  return () => text;
}

async function addressOf(child: ChildProcess, output: () => string): Promise<string> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const url = /Holdfast runs at (\S+)/.exec(output())?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`Holdfast did not start:\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
