import { access, constants, open, stat } from 'node:fs/promises';
import { ExecaError, execa } from 'execa';
import type { ToolName } from './find-tool.ts';

/** A tool's file that cannot be used. `message` is a sentence that names the file and says why. */
export class ToolProblem extends Error {
  override readonly name = 'ToolProblem';
}

/** Oldest version each tool is used with: the driver's oldest server, and the first separate release of the tools. */
export const oldestVersions: Readonly<Record<ToolName, string>> = {
  mongod: '4.4.0',
  mongodump: '100.0.0',
  mongorestore: '100.0.0',
};

/** Asks a tool for its version (`unknown` when it was built without one). Throws ToolProblem when it cannot be used. */
export async function toolVersion(name: ToolName, path: string): Promise<string> {
  await checkExecutable(path);
  const version = parseVersion(name, path, await versionOutput(path));
  if (version !== 'unknown' && compareVersions(version, oldestVersions[name]) < 0) {
    throw new ToolProblem(`${path} is ${name} ${version}; ${oldestVersions[name]} or newer is needed.`);
  }
  return version;
}

/** Orders two versions by their first three numbers; what follows them (`-rc0`) does not count. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbers(left), numbers(right)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbers(version: string): number[] {
  return version.split(/[.+-]/, 3).map(Number);
}

async function checkExecutable(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new ToolProblem(`${path} does not exist.`);
  if (!found.isFile()) throw new ToolProblem(`${path} is not a file.`);
  await access(path, constants.X_OK).catch(() => {
    throw new ToolProblem(`${path} is not executable (chmod +x makes it so).`);
  });
}

async function versionOutput(path: string): Promise<string> {
  try {
    return (await execa(path, ['--version'], { timeout: 20_000, stdin: 'ignore' })).stdout;
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    throw new ToolProblem(`${path} does not run: ${whyItDidNotRun(cause, await isScript(path))}.`, { cause });
  }
}

function whyItDidNotRun(error: ExecaError, script: boolean): string {
  if (error.timedOut) return 'it did not answer --version within 20 s';
  if (error.signal === 'SIGILL') return 'this processor lacks an instruction that it needs (mongod 5.0 and later: AVX)';
  if (error.code === 'ENOEXEC' || error.code === 'ENOENT') return 'it was built for another system';
  if (error.signal !== undefined) return `it was ended by ${error.signal}`;
  const said = String(error.stderr ?? '')
    .trim()
    .split('\n')
    .at(-1);
  // What the system cannot run as a program, it hands to the shell, which stumbles over the first line.
  if (!script && said !== undefined && /: (line )?\d+: /.test(said)) return 'it was built for another system';
  return said ? `it says "${said}"` : `it ended with exit code ${error.exitCode ?? String(error.code)}`;
}

async function isScript(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('latin1') === '#!';
  } finally {
    await file.close();
  }
}

function parseVersion(name: ToolName, path: string, output: string): string {
  const line = output.split('\n', 1)[0] ?? '';
  const pattern = name === 'mongod' ? /^db version v(\S+)/ : new RegExp(`^${name} version: r?(\\S+)`);
  const version = pattern.exec(line)?.[1];
  if (version === undefined) throw new ToolProblem(`${path} is not ${name}: it answers --version with "${line}".`);
  return /^\d+\.\d+/.test(version) ? version : 'unknown';
}
