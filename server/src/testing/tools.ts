import { loadConfig } from '../config.ts';
import { ensureTool } from '../tools/ensure-tool.ts';
import type { ToolName } from '../tools/find-tool.ts';

export interface TestTools {
  readonly mongod: string;
  readonly mongodump: string;
  readonly mongorestore: string;
}

let memo: Promise<TestTools> | undefined;

/** Paths of the real tools that tests run: from the environment, PATH or the cache, else provided once. */
export function testTools(): Promise<TestTools> {
  memo ??= ensureAll();
  return memo;
}

async function ensureAll(): Promise<TestTools> {
  const { toolPaths, searchPath, cacheDir } = loadConfig();
  const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
  const path = async (name: ToolName) =>
    (await ensureTool(name, { configured: toolPaths[name], searchPath, cacheDir, onProgress })).path;
  const [mongod, mongodump, mongorestore] = await Promise.all([
    path('mongod'),
    path('mongodump'),
    path('mongorestore'),
  ]);
  return { mongod, mongodump, mongorestore };
}
