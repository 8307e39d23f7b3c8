// One server per data folder. The owner is written down in `owner.json`; whether it still lives is seen at once from its
// process where that can be looked at, and elsewhere (another machine, another container) from its heartbeat, watched
// for a while rather than compared with this machine's clock. So neither kill -9 nor a lost container blocks the next start.
import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { z } from 'zod';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { isRunning, processMark, processNamespace } from './process-identity.ts';

const ownerSchema = z.object({
  token: z.string(),
  pid: z.int(),
  host: z.string(),
  since: z.string(),
  mark: z.string().nullable(),
  namespace: z.string().nullable(),
});

type Owner = z.infer<typeof ownerSchema>;

/** The folder belongs to a server that lives. `message` says which, and what to do. */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse';
  readonly pid: number;
  readonly host: string;

  constructor(dataDir: string, { pid, host, since }: Owner) {
    super(
      `The data folder ${dataDir} is in use by another Holdfast: process ${pid} on ${host}, since ${since}. ` +
        'Stop that one first, or give this one a folder of its own with HOLDFAST_DATA_DIR.',
    );
    this.pid = pid;
    this.host = host;
  }
}

/** Held while this process owns the data folder. */
export interface DataDirLock extends AsyncDisposable {
  /** Absolute. */
  readonly dataDir: string;
  /** Gives the folder up; idempotent. */
  release(): Promise<void>;
}

export interface LockDataDirOptions {
  /** Told when the folder was taken over although this process lives: it was out of sight for too long. */
  readonly onLost?: () => void;
  readonly heartbeatMs?: number;
}

const defaultHeartbeatMs = 5_000;

/** Takes the data folder, making it (mode 0700) where it is missing. Throws DataDirInUse while another owner lives. */
export async function lockDataDir(path: string, options: LockDataDirOptions = {}): Promise<DataDirLock> {
  const dataDir = resolve(path);
  const heartbeatMs = options.heartbeatMs ?? defaultHeartbeatMs;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'owner.json');
  const token = randomUUID();
  await alone(dataDir, async () => {
    const owner = await readOwner(file);
    if (owner !== undefined && (await lives(owner, file, heartbeatMs))) throw new DataDirInUse(dataDir, owner);
    await writePrivateFile(file, `${JSON.stringify(self(token), null, 2)}\n`);
  });
  const stop = beat(file, token, heartbeatMs, options.onLost);
  const release = async () => {
    stop();
    if ((await readOwner(file))?.token === token) await rm(file, { force: true });
  };
  return { dataDir, release, [Symbol.asyncDispose]: release };
}

function self(token: string): Owner {
  const { pid } = process;
  const since = new Date().toISOString();
  return { token, pid, host: hostname(), since, mark: processMark(pid), namespace: processNamespace() };
}

/** Two starts at the same moment look and write one after the other. */
async function alone(dataDir: string, work: () => Promise<void>): Promise<void> {
  const unlock = await lockfile.lock(dataDir, {
    lockfilePath: join(dataDir, 'owner.lock'),
    stale: 5_000,
    update: 1_000,
    retries: { retries: 200, factor: 1, minTimeout: 100, maxTimeout: 100 },
    onCompromised: () => {},
  });
  try {
    await work();
  } finally {
    await unlock().catch(() => {});
  }
}

/** The owner written down; undefined when there is none, or a file that no Holdfast wrote whole. */
async function readOwner(file: string): Promise<Owner | undefined> {
  const text = await readPrivateFile(file);
  if (text === undefined) return undefined;
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

async function lives(owner: Owner, file: string, heartbeatMs: number): Promise<boolean> {
  const inSight = owner.host === hostname() && owner.namespace === processNamespace();
  return inSight ? isRunning(owner.pid, owner.mark) : await beats(file, heartbeatMs);
}

async function beats(file: string, heartbeatMs: number): Promise<boolean> {
  const before = await lastBeat(file);
  const deadline = performance.now() + 3 * heartbeatMs;
  while (performance.now() < deadline) {
    await setTimeout(heartbeatMs / 10);
    const now = await lastBeat(file);
    if (now === undefined) return false;
    if (now !== before) return true;
  }
  return false;
}

async function lastBeat(file: string): Promise<number | undefined> {
  return await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

function beat(file: string, token: string, heartbeatMs: number, onLost: (() => void) | undefined): () => void {
  const timer = setInterval(async () => {
    try {
      if ((await readOwner(file))?.token !== token) {
        clearInterval(timer);
        onLost?.();
        return;
      }
      const now = new Date();
      await utimes(file, now, now);
    } catch {
      // A folder that cannot be read for a moment: the next beat tries again.
    }
  }, heartbeatMs);
  timer.unref();
  return () => clearInterval(timer);
}
