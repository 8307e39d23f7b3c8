import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { startContainerMongod } from './container-mongod.ts';
import { startLocalMongod } from './local-mongod.ts';
import type { TestMongod } from './mongo.ts';

export interface LaunchOptions {
  readonly replicaSet: string | undefined;
  /** The keyfile's content; undefined: no access control. */
  readonly key: string | undefined;
  readonly version: string | undefined;
  /** Where its data folder is made; default: where temporary files are. */
  readonly folder?: string | undefined;
  /** `name=value` each. */
  readonly parameters?: readonly string[] | undefined;
  /** What it may become in a sharded cluster, which containers may not. */
  readonly clusterRole?: 'shard' | 'config' | undefined;
  /** One of several that have to reach each other on loopback, which containers do not. */
  readonly inGroup: boolean;
}

/**
 * Starts one mongod, in a container where a Docker engine answers and has or gets the image, else from the local binary.
 * HOLDFAST_TEST_MONGO=local|docker decides it instead. Says once which it was.
 */
export async function launchTestMongod(options: LaunchOptions): Promise<TestMongod> {
  const isLocal = options.inGroup || options.folder !== undefined || options.clusterRole !== undefined;
  if (isLocal || (await choose()) === 'local') return await startLocalMongod(options);
  try {
    return await startContainerMongod(options);
  } catch (error) {
    if (forced() === 'docker') throw error;
    choice = Promise.resolve('local');
    say(
      `the container did not start (${error instanceof Error ? error.message : String(error)}); the local mongod is used`,
    );
    return await startLocalMongod(options);
  }
}

type Choice = 'local' | 'docker';

let choice: Promise<Choice> | undefined;

function choose(): Promise<Choice> {
  choice ??= decide();
  return choice;
}

async function decide(): Promise<Choice> {
  const decided = forced() ?? ((await dockerAnswers()) ? 'docker' : 'local');
  say(
    decided === 'docker'
      ? 'MongoDB runs in containers'
      : 'MongoDB runs from the local binary (no Docker engine asked for or answering)',
  );
  return decided;
}

function forced(): Choice | undefined {
  const value = process.env.HOLDFAST_TEST_MONGO;
  if (value === undefined || value === '') return undefined;
  if (value === 'local' || value === 'docker') return value;
  throw new Error(`HOLDFAST_TEST_MONGO is "${value}"; it may be local or docker.`);
}

/** Asks testcontainers, which is slow to load, only where there is something to ask. */
async function dockerAnswers(): Promise<boolean> {
  const sockets = ['/var/run/docker.sock', join(homedir(), '.docker/run/docker.sock')];
  if (!process.env.DOCKER_HOST && !sockets.some((path) => existsSync(path))) return false;
  const { getContainerRuntimeClient } = await import('testcontainers');
  return await getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
}

function say(line: string): void {
  process.stderr.write(`[tests] ${line}\n`);
}
