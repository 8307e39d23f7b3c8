import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../embedded/free-port.ts';
import { toolVersion } from '../tools/tool-version.ts';
import type { LaunchOptions } from './launch-mongod.ts';
import type { TestMongod } from './mongo.ts';
import { testTools } from './tools.ts';

/** Starts the local mongod in a temporary folder; resolves once it listens. It ends with this process at the latest. */
export async function startLocalMongod(options: LaunchOptions): Promise<TestMongod> {
  const { mongod } = await testTools();
  await checkVersion(mongod, options.version);
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'holdfast-mongod-'));
  if (options.key !== undefined) await writeFile(join(folder, 'key'), options.key, { mode: 0o600 });
  for (let attempt = 1; ; attempt += 1) {
    const server = new LocalMongod(mongod, folder, await freePort(), options);
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.end('SIGKILL');
      // Between asking for a free port and listening on it another program may have taken it.
      const portTaken = error instanceof EndedEarly && /address already in use/i.test(error.message);
      if (portTaken && attempt < 5) continue;
      await server.remove();
      throw error;
    }
  }
}

async function checkVersion(path: string, wanted: string | undefined): Promise<void> {
  if (wanted === undefined) return;
  const version = await toolVersion('mongod', path);
  if (version === wanted || version.startsWith(`${wanted}.`)) return;
  throw new Error(`The test wants mongod ${wanted}; the local one is ${version}. With Docker it would run.`);
}

class EndedEarly extends Error {
  override readonly name = 'EndedEarly';
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

class LocalMongod implements TestMongod {
  readonly port: number;
  readonly dbPath: string;
  readonly #mongod: string;
  readonly #folder: string;
  readonly #options: LaunchOptions;
  #child: ChildProcess | undefined;

  constructor(mongod: string, folder: string, port: number, options: LaunchOptions) {
    this.#mongod = mongod;
    this.#folder = folder;
    this.#options = options;
    this.port = port;
    this.dbPath = join(folder, 'db');
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    await mkdir(this.dbPath, { recursive: true });
    await rm(join(this.#folder, 'log'), { force: true });
    const child = spawn(this.#mongod, this.#arguments(), { stdio: 'ignore' });
    this.#child = child;
    running.add(child);
    child.once('error', () => running.delete(child));
    child.once('exit', () => {
      running.delete(child);
      if (this.#child === child) this.#child = undefined;
    });
    await this.#listening(child);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #arguments(): string[] {
    const { replicaSet, key, clusterRole, parameters: more = [] } = this.#options;
    const parameters = [
      'diagnosticDataCollectionEnabled=false',
      // Fail points: a server that answers slowly or fails on purpose.
      'enableTestCommands=1',
      // A member that ends need not wait for others to catch up.
      'shutdownTimeoutMillisForSignaledShutdown=100',
      ...(key === undefined ? [] : ['enableLocalhostAuthBypass=false']),
      ...more,
    ];
    return [
      ...['--dbpath', this.dbPath, '--port', String(this.port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
      ...['--logpath', join(this.#folder, 'log'), '--wiredTigerCacheSizeGB', '0.25'],
      ...parameters.flatMap((parameter) => ['--setParameter', parameter]),
      ...(replicaSet === undefined ? [] : ['--replSet', replicaSet, '--oplogSize', '256']),
      ...(clusterRole === undefined ? [] : [`--${clusterRole}svr`]),
      ...(key === undefined ? [] : ['--auth', '--keyFile', join(this.#folder, 'key')]),
    ];
  }

  /** Its own log tells: that the port answers would not say whose port it is. */
  async #listening(child: ChildProcess): Promise<void> {
    let failed: unknown;
    child.once('error', (error) => {
      failed = error;
    });
    const deadline = performance.now() + 60_000;
    while (!(await this.#log()).includes('"msg":"Waiting for connections"')) {
      if (failed !== undefined) throw failed;
      if (child.exitCode !== null || child.signalCode !== null) throw new EndedEarly(await this.#lastWords());
      if (performance.now() > deadline) throw new Error('mongod does not listen after 60 s');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async #lastWords(): Promise<string> {
    return `mongod ended:\n${(await this.#log()).split('\n').slice(-12).join('\n')}`;
  }

  async #log(): Promise<string> {
    return await readFile(join(this.#folder, 'log'), 'utf8').catch(() => '');
  }
}
