// Every mongod that is at hand: a restore test needs one of the version that the backup comes from.
import { readdir, realpath, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { FindToolOptions, FoundTool } from './find-tool.ts';
import { ToolProblem, toolVersion } from './tool-version.ts';

/** A file that did not say its version is asked again after so long: it may have been busy. */
const askAgainMs = 60_000;

/**
 * Finds the one named by MONGOD_PATH, every one on PATH, every one in the cache; what does not run is left out. Never throws. Each
 * file is asked for its version once, until it changes, and once a minute while it says none: it may be called as often as one likes.
 * `now` is a monotonic clock in milliseconds.
 */
export function mongodFinder(
  options: Pick<FindToolOptions, 'configured' | 'searchPath' | 'cacheDir'>,
  now: () => number = () => performance.now(),
): () => Promise<FoundTool[]> {
  const known = new Map<string, Asked>();
  return async () => {
    const found = new Map<string, FoundTool>();
    for (const { path, source } of await candidates(options)) {
      const file = await realpath(path).catch(() => null);
      const state = file === null ? null : await stat(file).catch(() => null);
      if (file === null || state === null || found.has(file)) continue;
      const key = `${file} ${state.ctimeMs} ${state.mtimeMs} ${state.size}`;
      const before = known.get(key);
      const isOld = before !== undefined && now() - before.at >= askAgainMs && (await before.version) === null;
      const asked = before === undefined || isOld ? { version: versionOf(path), at: now() } : before;
      known.set(key, asked);
      const version = await asked.version;
      if (version !== null) found.set(file, { name: 'mongod', path, version, source });
    }
    return [...found.values()];
  };
}

interface Asked {
  /** null when it does not say one. */
  readonly version: Promise<string | null>;
  readonly at: number;
}

async function versionOf(path: string): Promise<string | null> {
  try {
    return await toolVersion('mongod', path);
  } catch (error) {
    if (!(error instanceof ToolProblem)) throw error;
    return null;
  }
}

/** The numbers that say what a server stores and how: `6.0` of 6.0.5. null for what is no version. */
export function releaseOf(version: string): string | null {
  return /^\d+\.\d+(?=\.|$)/.exec(version)?.[0] ?? null;
}

type Candidate = Pick<FoundTool, 'path' | 'source'>;

async function candidates({
  configured,
  searchPath,
  cacheDir,
}: Parameters<typeof mongodFinder>[0]): Promise<Candidate[]> {
  const provided = join(cacheDir, 'bin');
  const kept = (await readdir(provided).catch(() => [])).filter((name) => name.startsWith('mongod-')).sort();
  return [
    ...(configured ? [{ path: configured, source: 'environment' as const }] : []),
    ...searchPath
      .split(delimiter)
      .filter((folder) => folder !== '')
      .map((folder) => ({ path: join(folder, 'mongod'), source: 'path' as const })),
    ...kept.reverse().map((name) => ({ path: join(provided, name, 'mongod'), source: 'provided' as const })),
  ];
}
