// Where mongod, mongodump and mongorestore are: named by the environment, else on PATH, else provided into the cache.
import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { OperationFailure } from '@holdfast/shared/failures';
import { providedPath } from './provided-tools.ts';
import { ToolProblem, toolVersion } from './tool-version.ts';

export type ToolName = 'mongod' | 'mongodump' | 'mongorestore';

export interface FoundTool {
  readonly name: ToolName;
  readonly path: string;
  /** As the tool itself says, without a leading `v`; `unknown` for a build without a version. */
  readonly version: string;
  /** `environment`: MONGOD_PATH and the like; `path`: PATH; `provided`: the cache folder. */
  readonly source: 'environment' | 'path' | 'provided';
}

export interface FindToolOptions {
  /** The value of the tool's variable (`toolVariables`); it wins, and is an error when it does not work. */
  readonly configured?: string | undefined;
  /** PATH: folders joined by the platform's delimiter. */
  readonly searchPath: string;
  readonly cacheDir: string;
  /** Told in one line why a tool that lies on PATH or in the cache was passed over. */
  readonly onProblem?: (line: string) => void;
}

/** The variable that names each tool's file. */
export const toolVariables: Readonly<Record<ToolName, string>> = {
  mongod: 'MONGOD_PATH',
  mongodump: 'MONGODUMP_PATH',
  mongorestore: 'MONGORESTORE_PATH',
};

/**
 * Finds a tool that runs and is new enough, or undefined. A configured path that does not work throws
 * `OperationFailure('tool-missing')`: what somebody named is never silently replaced by something else.
 */
export async function findTool(name: ToolName, options: FindToolOptions): Promise<FoundTool | undefined> {
  const { configured, searchPath, cacheDir, onProblem } = options;
  if (configured !== undefined && configured !== '') return await findConfigured(name, configured);
  const onPath = await firstOnPath(name, searchPath);
  const candidates = [
    ...(onPath === undefined ? [] : [{ path: onPath, source: 'path' as const }]),
    { path: providedPath(name, cacheDir), source: 'provided' as const },
  ];
  for (const { path, source } of candidates) {
    if (!(await isFile(path))) continue;
    try {
      return { name, path, version: await toolVersion(name, path), source };
    } catch (error) {
      if (!(error instanceof ToolProblem)) throw error;
      onProblem?.(error.message);
    }
  }
  return undefined;
}

async function findConfigured(name: ToolName, path: string): Promise<FoundTool> {
  try {
    return { name, path, version: await toolVersion(name, path), source: 'environment' };
  } catch (cause) {
    if (!(cause instanceof ToolProblem)) throw cause;
    throw new OperationFailure(
      'tool-missing',
      `${toolVariables[name]} cannot be used: ${cause.message} Correct it, or unset it to look on PATH.`,
      { cause },
    );
  }
}

async function firstOnPath(name: ToolName, searchPath: string): Promise<string | undefined> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of searchPath.split(delimiter)) {
    if (folder !== '' && (await isFile(join(folder, file)))) return join(folder, file);
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
