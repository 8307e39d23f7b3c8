// The whole service in this process, over a real ledger and real tools, for integration tests.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@holdfast/shared/actor';
import type { Backup } from '@holdfast/shared/backup';
import type { Restore } from '@holdfast/shared/restore';
import type { Logger } from 'pino';
import { appRouter } from '../api/router.ts';
import { type Config, loadConfig } from '../config.ts';
import { createLogger } from '../create-logger.ts';
import { type Served, serve } from '../serve.ts';
import type { Services } from '../services.ts';
import { testTools } from './tools.ts';
import { until } from './until.ts';

export const tester: Actor = { kind: 'user', id: 'administrator' };

export interface TestHoldfast extends AsyncDisposable {
  readonly services: Services;
  readonly served: Served;
  readonly config: Config;
  /** The API's procedures, as a signed-in person calls them. */
  readonly api: ReturnType<typeof appRouter.createCaller>;
  /** Waits until it has ended. */
  backupEnd(id: string): Promise<Backup>;
  restoreEnd(id: string): Promise<Restore>;
  /** Ends the service; the data folder stays until it is disposed of. */
  close(): Promise<void>;
}

export interface TestHoldfastOptions {
  /** A replica set for the ledger; none: the embedded one. */
  readonly ledgerUri?: string;
  readonly mongodbUri?: string;
  /** Kept when it is given, for a second start over the same data. */
  readonly dataDir?: string;
  readonly config?: Partial<Config>;
  readonly now?: () => number;
  readonly logger?: Logger;
}

/** Starts it on a free port with a temporary data folder. */
export async function startHoldfast(options: TestHoldfastOptions = {}): Promise<TestHoldfast> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'holdfast-data-')));
  const tools = await testTools();
  const config: Config = {
    ...loadConfig({}),
    mongodbUri: options.mongodbUri ?? null,
    ledgerUri: options.ledgerUri ?? null,
    port: 0,
    dataDir,
    storageUrl: `file:${join(dataDir, 'backups')}`,
    toolPaths: tools,
    drainMs: 0,
    ...options.config,
  };
  const served = await serve(config, {
    logger: options.logger ?? createLogger(process.env.TEST_LOG_LEVEL ?? 'silent'),
    onProgress: () => undefined,
    ...(options.now ? { now: options.now } : {}),
  });
  const { services } = served.app;
  const api = appRouter.createCaller({ services, actor: tester });
  let open = true;
  const close = async () => {
    if (open) await served.close();
    open = false;
  };
  return {
    services,
    served,
    config,
    api,
    backupEnd: (id) =>
      until(
        () => api.backups.byId({ id }),
        ({ status }) => !['requested', 'running', 'sealed'].includes(status),
      ),
    restoreEnd: (id) =>
      until(
        () => api.restores.byId({ id }),
        ({ status }) => !['requested', 'running'].includes(status),
      ),
    close,
    async [Symbol.asyncDispose]() {
      await close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
