// What `provideTool` provides where no tool is installed: pinned versions, and where they are kept.
import { join } from 'node:path';
import type { ToolName } from './find-tool.ts';

/** The one version of each tool that is provided. */
export const providedVersions: Readonly<Record<ToolName, string>> = {
  mongod: '6.0.5',
  mongodump: '100.9.5-20240711',
  mongorestore: '100.9.5-20240711',
};

/** Where a provided tool is, or will be: `<cacheDir>/bin/<tool>-<version>/<tool>`. */
export function providedPath(name: ToolName, cacheDir: string): string {
  return join(cacheDir, 'bin', `${name}-${providedVersions[name]}`, name);
}
