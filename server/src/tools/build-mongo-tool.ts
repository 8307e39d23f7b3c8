// mongodump and mongorestore, built here from the source that the Go module proxy serves. `mongo-tools/go.mod` and
// `go.sum` pin every module by hash, so that a changed or missing one fails the build.
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ExecaError, execa } from 'execa';
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
  const go = await goVersion(signal);
  onProgress(
    `${name} ${providedVersions[name]}: building with Go ${go}, about half a minute (source from the Go module proxy, built here)`,
  );
  const args = [
    'build',
    '-trimpath',
    '-buildvcs=false',
    `-ldflags=-s -w -X main.VersionStr=${providedVersions[name]}`,
    '-o',
    target,
    `github.com/mongodb/mongo-tools/${name}/main`,
  ];
  await runGo(args, signal);
}

async function goVersion(signal: AbortSignal): Promise<string> {
  const said = await runGo(['env', 'GOVERSION'], signal);
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(said) ?? [];
  if (Number(major) === 1 && Number(minor) < 21) {
    throw new ToolProblem(`it is built with Go 1.21 or newer; the one on PATH is ${said}.`);
  }
  return said.replace(/^go/, '');
}

/**
 * The user's own GOFLAGS (`-mod=vendor`), workspace, target system and C compiler have no say here; the proxy that they
 * chose has. GOTOOLCHAIN=local: a newer Go is never downloaded unasked.
 */
const goEnvironment = {
  GOFLAGS: '-mod=readonly',
  GOTOOLCHAIN: 'local',
  GOWORK: 'off',
  GO111MODULE: 'on',
  GOOS: '',
  GOARCH: '',
  CGO_ENABLED: '0',
};

async function runGo(args: readonly string[], signal: AbortSignal): Promise<string> {
  try {
    const options = { cwd: moduleFolder, env: goEnvironment, cancelSignal: signal, stdin: 'ignore' } as const;
    return (await execa('go', args, options)).stdout;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === 'ENOENT') {
      throw new ToolProblem('it is built with Go 1.21 or newer, and there is no `go` on PATH (Debian: golang-go).');
    }
    const said = String(error.stderr ?? error.shortMessage)
      .trim()
      .split('\n')
      .slice(-3)
      .join(' ');
    throw new ToolProblem(`go ${args[0]} failed: ${said}`);
  }
}
