// Go programs that are built here, from modules that a committed `go.sum` pins by hash.
import { ExecaError, execa } from 'execa';
import { ToolProblem } from './tool-version.ts';

export interface GoBuildOptions {
  /** Holds `go.mod` and `go.sum`. */
  readonly moduleFolder: string;
  /** The command's package. */
  readonly command: string;
  readonly target: string;
  /** For the linker, beside leaving out what only debuggers need. */
  readonly linkerFlags?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Builds a command. Throws ToolProblem: no Go, no network, a module that is not the pinned one. */
export async function goBuild({ moduleFolder, command, target, linkerFlags, signal }: GoBuildOptions): Promise<void> {
  const flags = ['-s', '-w', ...(linkerFlags === undefined ? [] : [linkerFlags])].join(' ');
  const args = ['build', '-trimpath', '-buildvcs=false', `-ldflags=${flags}`, '-o', target, command];
  await runGo(args, { moduleFolder, signal });
}

/** The version of the Go on PATH, such as `1.26.8`. Throws ToolProblem when there is none, or one older than 1.`oldestMinor`. */
export async function goVersion(
  oldestMinor: number,
  options: Pick<GoBuildOptions, 'moduleFolder' | 'signal'>,
): Promise<string> {
  const needed = `it is built with Go 1.${oldestMinor} or newer`;
  const said = await runGo(['env', 'GOVERSION'], options).catch((error: unknown) => {
    if (!(error instanceof NoGo)) throw error;
    throw new ToolProblem(`${needed}, and there is no \`go\` on PATH (Debian: golang-go).`);
  });
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(said) ?? [];
  if (Number(major) === 1 && Number(minor) < oldestMinor)
    throw new ToolProblem(`${needed}; the one on PATH is ${said}.`);
  return said.replace(/^go/, '');
}

/** There is no `go` on PATH. */
class NoGo extends ToolProblem {}

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

async function runGo(
  args: readonly string[],
  { moduleFolder, signal }: Pick<GoBuildOptions, 'moduleFolder' | 'signal'>,
): Promise<string> {
  try {
    const stop = signal === undefined ? {} : { cancelSignal: signal };
    const options = { cwd: moduleFolder, env: goEnvironment, stdin: 'ignore', ...stop } as const;
    return (await execa('go', args, options)).stdout;
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === 'ENOENT') throw new NoGo('there is no `go` on PATH.');
    const said = String(error.stderr ?? error.shortMessage)
      .trim()
      .split('\n')
      .slice(-3)
      .join(' ');
    throw new ToolProblem(`go ${args[0]} failed: ${said}`);
  }
}
