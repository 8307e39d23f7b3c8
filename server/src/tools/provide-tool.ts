// Provides a tool where none is installed: downloads or builds the pinned version into the cache folder, once.
// The file appears under its final name complete or not at all; two starts never build at the same time.
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperationFailure } from '@holdfast/shared/failures';
import lockfile from 'proper-lockfile';
import { buildMongoTool } from './build-mongo-tool.ts';
import { downloadMongod } from './download-mongod.ts';
import { type FoundTool, findTool, type ToolName } from './find-tool.ts';
import { installHintLines } from './install-hints.ts';
import { providedPath, providedVersions } from './provided-tools.ts';
import { ToolProblem, toolVersion } from './tool-version.ts';

export interface ProvideToolOptions {
  readonly cacheDir: string;
  /** Lines for people: what is fetched, how large it is, where it comes from, how long it took. */
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Makes one tool's file at `target`, in a folder that nobody else uses. Throws ToolProblem when it cannot. */
export type ToolMaker = (job: ToolJob) => Promise<void>;

export interface ToolJob {
  readonly name: ToolName;
  /** An empty folder, removed afterwards; `target` lies in it. */
  readonly folder: string;
  readonly target: string;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Provides a tool into `<cacheDir>/bin/<tool>-<version>/<tool>`; at once when it is there already. When it is impossible
 * here, throws `OperationFailure('tool-missing')`, whose message names what is missing and how to install the tool.
 */
export async function provideTool(name: ToolName, options: ProvideToolOptions): Promise<FoundTool> {
  const { cacheDir, onProgress } = options;
  const signal = options.signal ?? new AbortController().signal;
  const ready = await findProvided(name, cacheDir);
  if (ready !== undefined) return ready;
  const unlock = await lockBuilds(name, cacheDir, onProgress, signal);
  try {
    return (await findProvided(name, cacheDir)) ?? (await make(name, cacheDir, onProgress, signal));
  } catch (cause) {
    throw cause instanceof ToolProblem ? toolMissing(name, cause) : cause;
  } finally {
    await unlock();
  }
}

async function findProvided(name: ToolName, cacheDir: string): Promise<FoundTool | undefined> {
  return await findTool(name, { searchPath: '', cacheDir });
}

async function make(
  name: ToolName,
  cacheDir: string,
  onProgress: (line: string) => void,
  signal: AbortSignal,
): Promise<FoundTool> {
  const path = providedPath(name, cacheDir);
  const startedAt = performance.now();
  const folder = await mkdtemp(join(cacheDir, 'bin', '.making-'));
  try {
    const target = join(folder, name);
    const maker: ToolMaker = name === 'mongod' ? downloadMongod : buildMongoTool;
    await maker({ name, folder, target, onProgress, signal });
    await chmod(target, 0o755);
    const version = await toolVersion(name, target);
    await mkdir(dirname(path), { recursive: true });
    await rename(target, path);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    onProgress(`${name} ${version} is ready after ${seconds} s: ${path}`);
    return { name, path, version, source: 'provided' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One lock for all builds: the two commands share nearly all packages, so the second is quick once the first is built. */
async function lockBuilds(
  name: ToolName,
  cacheDir: string,
  onProgress: (line: string) => void,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const folder = join(cacheDir, 'bin');
  await mkdir(folder, { recursive: true });
  const what = join(folder, name === 'mongod' ? 'mongod' : 'mongo-tools');
  for (let waited = false; ; waited = true) {
    signal.throwIfAborted();
    try {
      // A lost lock does no harm: the file is put in place by a rename, and both makers make the same.
      return await lockfile.lock(what, { realpath: false, stale: 10_000, onCompromised: () => {} });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ELOCKED') throw error;
    }
    if (!waited) onProgress(`${name} ${providedVersions[name]}: another start provides it right now, waiting for it`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function toolMissing(name: ToolName, cause: ToolProblem): OperationFailure {
  const message = [
    `${name} is not installed, and could not be provided: ${cause.message}`,
    `Install it, then start again:`,
    installHintLines(name, process.platform),
  ].join('\n');
  return new OperationFailure('tool-missing', message, { cause });
}
