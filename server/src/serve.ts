// Starts everything and listens: what `start`, `holdfast serve` and the tests call.

import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { Logger } from 'pino';
import { authenticator } from './api/authenticate.ts';
import { httpApp } from './api/http-app.ts';
import { type App, startApp } from './app.ts';
import type { Config } from './config.ts';
import { createLogger } from './create-logger.ts';
import { type Welcome, welcome } from './welcome.ts';

export interface Served {
  /** The console's address, with the port that is really listened on. */
  readonly url: string;
  readonly administratorKeyFile: string;
  readonly app: App;
  /** What was registered at the start, and what to do next. */
  readonly welcome: Welcome;
  /** Claims nothing more and waits for what runs, as long as `drainMs` allows; still answers meanwhile. */
  drain(): Promise<void>;
  /** Ends what runs, closes streams, stops the embedded ledger. */
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly logger?: Logger;
  readonly onProgress?: (line: string) => void;
  readonly now?: () => number;
  readonly onDataDirLost?: () => void;
}

const streamsMs = 2_000;

/** Throws ConfigError, OperationFailure (`tool-missing`, `storage-unwritable`) or another Error whose message says what to do. */
export async function serve(config: Config, options: ServeOptions = {}): Promise<Served> {
  const logger = options.logger ?? createLogger(config.logLevel);
  const onProgress = options.onProgress ?? ((line) => logger.info(line));
  const app = await startApp({ ...options, config, logger, onProgress });
  try {
    const { services, signIn, administratorKey } = app;
    const authenticate = authenticator({ administratorKey, signIn });
    const http = httpApp(services, {
      authenticate,
      signIn,
      allowedHosts: [config.host, ...config.allowedHosts],
      webDir: config.webDir,
      importMaxBytes: config.importMaxBytes,
      isDraining: () => app.isDraining,
    });
    const server = createAdaptorServer({
      fetch: http.fetch,
      // A dump that is imported may take hours; `bodyTimeGuard` bounds every other request.
      serverOptions: { requestTimeout: 0 },
    });
    await listen(server, config);
    const { port } = server.address() as AddressInfo;
    const url = `http://${displayHost(config.host)}:${port}`;
    let closed: Promise<void> | undefined;
    const close = () => {
      closed ??= closeServer(server).then(() => app.close());
      return closed;
    };
    return {
      url,
      administratorKeyFile: app.administratorKeyFile,
      app,
      welcome: await welcome(app, config, onProgress),
      drain: () => app.drain(),
      close,
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

function listen(server: ServerType, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(
        new Error(`Port ${port} of ${host} is taken. Stop what listens there, or choose another with PORT.`, {
          cause: error,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

/** Live streams never end by themselves: what is still open after the grace period is closed. */
function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), streamsMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
}

function displayHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
