// A server of the demo's own: free port, temporary data folder, embedded ledger; gone without a trace afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { destination } from 'pino';
import type { Config } from '../config.ts';
import { createLogger } from '../create-logger.ts';
import type { Served } from '../serve.ts';
import { type Connection, connect } from './connect.ts';

export interface DemoServer extends AsyncDisposable {
  readonly served: Served;
  readonly connection: Connection;
  /** A temporary folder, removed with the rest. */
  readonly folder: string;
}

/** Starts it; with `mongodbUri` that is registered as `default`, without it a sample as `sample`. */
export async function startDemoServer(
  config: Config,
  mongodbUri: string | null,
  onProgress: (line: string) => void,
): Promise<DemoServer> {
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-demo-'));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  const own: Config = {
    ...config,
    mongodbUri,
    ledgerUri: null,
    port: 0,
    host: '127.0.0.1',
    dataDir,
    storageUrl: `file:${join(dataDir, 'backups')}`,
    storageShared: false,
    role: 'all',
    drainMs: 0,
    secretKey: null,
    apiKey: null,
  };
  const { serve } = await import('../serve.ts');
  const logger = createLogger('error', destination({ dest: 2, sync: true }));
  const served = await serve(own, { logger, onProgress });
  parts.defer(() => served.close());
  const connection = await connect(own, served.url);
  const started = parts.move();
  return { served, connection, folder, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
