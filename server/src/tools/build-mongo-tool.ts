// mongodump and mongorestore, built here from the source that the Go module proxy serves. `mongo-tools/go.mod` and
// `go.sum` pin every module by hash, so that a changed or missing one fails the build.
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { goBuild, goVersion } from './go-build.ts';
import type { ToolJob } from './provide-tool.ts';
import { providedVersions } from './provided-tools.ts';
import { ToolProblem } from './tool-version.ts';

// Written so that it holds from `src/tools` and from `dist/tools`.
const moduleFolder = fileURLToPath(new URL('../../src/tools/mongo-tools/', import.meta.url));

/** Builds a tool with Go 1.21 or newer. Throws ToolProblem: no Go, too old a Go, no network, a module that is not the pinned one. */
export async function buildMongoTool({ name, target, onProgress, signal }: ToolJob): Promise<void> {
  await stat(moduleFolder).catch(() => {
    throw new ToolProblem('this installation does not carry what is needed to build it.');
  });
  const go = await goVersion(21, { moduleFolder, signal });
  onProgress(
    `${name} ${providedVersions[name]}: building with Go ${go}, about half a minute (source from the Go module proxy, built here)`,
  );
  await goBuild({
    moduleFolder,
    command: `github.com/mongodb/mongo-tools/${name}/main`,
    target,
    linkerFlags: `-X main.VersionStr=${providedVersions[name]}`,
    signal,
  });
}
