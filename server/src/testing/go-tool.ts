// Programs that only tests need, built once into the user's cache from modules that a committed `go.sum` pins by hash.
import { chmod, mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import lockfile from 'proper-lockfile';
import { loadConfig } from '../config.ts';
import { goBuild, goVersion } from '../tools/go-build.ts';

export interface GoTool {
  readonly name: string;
  readonly version: string;
  /** Holds `go.mod` and `go.sum`. */
  readonly moduleFolder: string;
  /** The command's package. */
  readonly command: string;
  /** The oldest Go that builds it: 1.this. */
  readonly oldestGoMinor: number;
}

/** Path of the program: in the cache, else built into it. Two tests at once build one after the other. */
export async function provideGoTool(tool: GoTool): Promise<string> {
  const path = join(loadConfig().cacheDir, 'bin', `${tool.name}-${tool.version}`, tool.name);
  if (await isThere(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  const lock = { realpath: false, stale: 10_000, retries: { forever: true, minTimeout: 250, maxTimeout: 250 } };
  const unlock = await lockfile.lock(dirname(path), { ...lock, onCompromised: () => {} });
  try {
    if (!(await isThere(path))) await build(tool, path);
    return path;
  } finally {
    await unlock();
  }
}

async function build({ name, version, moduleFolder, command, oldestGoMinor }: GoTool, path: string): Promise<void> {
  const go = await goVersion(oldestGoMinor, { moduleFolder });
  process.stderr.write(`${name} ${version}: building with Go ${go}\n`);
  const target = `${path}.new`;
  await goBuild({ moduleFolder, command, target });
  await chmod(target, 0o755);
  await rename(target, path);
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
