import type { StartedTestContainer } from 'testcontainers';
import { freePort } from '../embedded/free-port.ts';
import type { LaunchOptions } from './launch-mongod.ts';
import type { TestMongod } from './mongo.ts';

const defaultImage = 'mongo:6.0';
const keyPath = '/holdfast-key';

/**
 * Starts mongod in a container. Inside and outside it listens on the same port of 127.0.0.1, so that the replica set's
 * own name for it leads there from both sides, and leads there still after a restart.
 */
export async function startContainerMongod(options: LaunchOptions): Promise<TestMongod> {
  // The reaper is an image of its own, which may be out of reach; `stop` and auto-removal do its work here.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = await freePort();
  const image = options.version === undefined ? defaultImage : `mongo:${options.version}`;
  const prepared = new GenericContainer(image)
    .withEntrypoint(['mongod'])
    .withCommand(mongodArguments(port, options))
    .withExposedPorts({ container: port, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Waiting for connections/))
    .withStartupTimeout(60_000)
    .withAutoRemove(false);
  const keyed =
    options.key === undefined
      ? prepared
      : prepared.withCopyContentToContainer([{ content: options.key, target: keyPath, mode: 0o400 }]);
  return new ContainerMongod(await keyed.start(), port);
}

function mongodArguments(port: number, { replicaSet, key, parameters = [] }: LaunchOptions): string[] {
  return [
    ...['--bind_ip_all', '--port', String(port), '--dbpath', '/data/db', '--wiredTigerCacheSizeGB', '0.25'],
    ...['diagnosticDataCollectionEnabled=false', ...parameters].flatMap((parameter) => ['--setParameter', parameter]),
    ...(replicaSet === undefined ? [] : ['--replSet', replicaSet, '--oplogSize', '256']),
    ...(key === undefined ? [] : ['--auth', '--keyFile', keyPath, '--setParameter', 'enableLocalhostAuthBypass=false']),
  ];
}

class ContainerMongod implements TestMongod {
  readonly port: number;
  readonly dbPath = '/data/db';
  /** The process is the engine's: only this class ends it. */
  readonly pid = undefined;
  readonly #container: StartedTestContainer;

  constructor(container: StartedTestContainer, port: number) {
    this.#container = container;
    this.port = port;
  }

  async start(): Promise<void> {
    await (await this.#handle()).start();
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const handle = await this.#handle();
    const { State } = await handle.inspect();
    if (!State.Running) return;
    await handle.kill({ signal });
    await handle.wait();
  }

  async remove(): Promise<void> {
    await this.#container.stop({ remove: true, removeVolumes: true, timeout: 0 });
  }

  async #handle() {
    const { getContainerRuntimeClient } = await import('testcontainers');
    const runtime = await getContainerRuntimeClient();
    return runtime.container.getById(this.#container.getId());
  }
}
