// A real S3 server on loopback for one test: its own folder, its own random credentials, which go by the environment.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../embedded/free-port.ts';
import { provideS3Server } from './provide-s3-server.ts';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface TestS3Server extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; the same after `restart`. */
  readonly endpoint: string;
  /** Of its root user, who may do everything. */
  readonly credentials: S3Credentials;
  /** Of a user who may do what a bucket's policy lets `accessKeyId` do. */
  readonly user: S3Credentials;
  /** What a bucket holds lies in `<folder>/<bucket>`. */
  readonly folder: string;
  readonly pid: number | undefined;
  /** `s3://<bucket>/<path>?endpoint=...` */
  url(bucketAndPath: string, parameters?: Readonly<Record<string, string>>): string;
  makeBucket(name: string): Promise<void>;
  /** SIGKILL; what clients were sending is cut off. */
  kill(): Promise<void>;
  /** Starts it again over the same folder, on the same port. */
  restart(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts it with the bucket `backups`; resolves once it answers. It ends with this process at the latest. */
export async function startS3Server(): Promise<TestS3Server> {
  const program = await provideS3Server();
  const root = await mkdtemp(join(tmpdir(), 'holdfast-s3-'));
  for (const name of ['data', 'versions', 'users']) await mkdir(join(root, name));
  const [credentials, user] = [newCredentials(), newCredentials()];
  const account = { access: user.accessKeyId, secret: user.secretAccessKey, role: 'user' };
  const accounts = JSON.stringify({ accessAccounts: { [user.accessKeyId]: account } });
  await writeFile(join(root, 'users', 'users.json'), accounts, { mode: 0o600 });
  for (let attempt = 1; ; attempt += 1) {
    const server = new VersityServer(program, root, await freePort(), { credentials, user });
    try {
      await server.restart();
      await server.makeBucket('backups');
      return server;
    } catch (error) {
      await server.kill();
      // Between asking for a free port and listening on it another program may have taken it.
      if (attempt === 5) throw error;
    }
  }
}

function newCredentials(): S3Credentials {
  return {
    accessKeyId: `test${randomBytes(6).toString('hex')}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  };
}

class VersityServer implements TestS3Server {
  readonly endpoint: string;
  readonly credentials: S3Credentials;
  readonly user: S3Credentials;
  readonly folder: string;
  readonly #program: string;
  readonly #root: string;
  readonly #port: number;
  #child: ChildProcess | undefined;

  constructor(program: string, root: string, port: number, access: Pick<TestS3Server, 'credentials' | 'user'>) {
    this.#program = program;
    this.#root = root;
    this.#port = port;
    this.credentials = access.credentials;
    this.user = access.user;
    this.folder = join(root, 'data');
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  url(bucketAndPath: string, parameters: Readonly<Record<string, string>> = {}): string {
    return `s3://${bucketAndPath}?${new URLSearchParams({ endpoint: this.endpoint, ...parameters })}`;
  }

  async makeBucket(name: string): Promise<void> {
    await mkdir(join(this.folder, name), { recursive: true });
  }

  async restart(): Promise<void> {
    await this.kill();
    const users = ['--iam-dir', join(this.#root, 'users')];
    const options = ['--port', `127.0.0.1:${this.#port}`, '--quiet', '--keep-alive', '--health', '/health', ...users];
    const backend = ['posix', '--versioning-dir', join(this.#root, 'versions'), this.folder];
    const child = spawn(this.#program, [...options, ...backend], {
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        ROOT_ACCESS_KEY_ID: this.credentials.accessKeyId,
        ROOT_SECRET_ACCESS_KEY: this.credentials.secretAccessKey,
      },
    });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    await this.#answering(child);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#root, { recursive: true, force: true });
  }

  async #answering(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + 30_000;
    while (performance.now() < deadline) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`versitygw ended with ${child.exitCode}`);
      const answer = await fetch(`${this.endpoint}/health`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('versitygw does not answer after 30 s');
  }
}
