// Every mongod that is at hand: a restore test needs one of the version that the backup comes from.
import { readdir, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { FindToolOptions, FoundTool } from './find-tool.ts';
import { ToolProblem, toolVersion } from './tool-version.ts';

/** The one named by MONGOD_PATH, every one on PATH, every one in the cache; what does not run is left out. Never throws. */
export async function findMongods(options: Pick<FindToolOptions, 'configured' | 'searchPath' | 'cacheDir'>) {
  const found = new Map<string, FoundTool>();
  for (const { path, source } of await candidates(options)) {
    const file = await realpath(path).catch(() => null);
    if (file === null || found.has(file)) continue;
    try {
      found.set(file, { name: 'mongod', path, version: await toolVersion('mongod', path), source });
    } catch (error) {
      if (!(error instanceof ToolProblem)) throw error;
    }
  }
  return [...found.values()];
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
}: Parameters<typeof findMongods>[0]): Promise<Candidate[]> {
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
