// A program: makes sure that the MongoDB tools are there, and prints where. For a machine that is being set up.
import { loadConfig } from '../config.ts';
import { ensureTool } from './ensure-tool.ts';
import type { ToolName } from './find-tool.ts';

const names: readonly ToolName[] = ['mongod', 'mongodump', 'mongorestore'];
const { cacheDir, searchPath, toolPaths } = loadConfig();
const onProgress = (line: string) => void process.stderr.write(`${line}\n`);

try {
  for (const name of names) {
    const tool = await ensureTool(name, { configured: toolPaths[name], searchPath, cacheDir, onProgress });
    process.stdout.write(`${tool.name} ${tool.version} (${tool.source}) ${tool.path}\n`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
