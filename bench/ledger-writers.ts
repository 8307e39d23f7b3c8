// Writers that run whole backups of their own deployments by the real deciders, in a thread of their own, as another server
// would have one.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { execute } from '../server/src/commands/execute.ts';
import { backupCommands, connectTo, openWholeLedger, registerOne } from '../server/src/testing/ledger-load.ts';
import { type Percentiles, percentiles, timed } from './measures.ts';

export interface Load {
  readonly uri: string;
  readonly database: string;
  readonly writers: number;
  /** Ends after so long, */
  readonly seconds?: number;
  /** or when so many events have been appended. */
  readonly appends?: number;
}

interface Measured {
  readonly appends: number;
  readonly seconds: number;
  readonly waitsMs: number[];
}

if (!isMainThread) parentPort?.postMessage(await runWriters(workerData as Load));

/** Runs one thread for each load, all at once. */
export async function measureWriters(loads: readonly Load[]) {
  const servers = await Promise.all(loads.map(inThread));
  const perServer = servers.map(({ appends, seconds }) => Math.round(appends / seconds));
  const waitMs: Percentiles = percentiles(servers.flatMap(({ waitsMs }) => waitsMs));
  return { appendsPerSecond: perServer.reduce((sum, each) => sum + each, 0), perServer, waitMs };
}

function inThread(load: Load): Promise<Measured> {
  return new Promise((resolve, reject) => {
    new Worker(new URL(import.meta.url), { workerData: load }).once('message', resolve).once('error', reject);
  });
}

async function runWriters({ uri, database, writers, seconds = Number.POSITIVE_INFINITY, ...load }: Load) {
  const client = connectTo(uri);
  const ledger = await openWholeLedger(client, database);
  const waitsMs: number[] = [];
  const started = performance.now();
  let left = load.appends ?? Number.POSITIVE_INFINITY;
  const goOn = () => left > 0 && performance.now() < started + seconds * 1_000;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      const deploymentId = await registerOne(ledger);
      while (goOn()) {
        left -= 4;
        for (const command of backupCommands(deploymentId)) waitsMs.push(await timed(() => execute(ledger, command)));
      }
    }),
  );
  const took = (performance.now() - started) / 1_000;
  await ledger.close();
  await client.close();
  return { appends: waitsMs.length, seconds: took, waitsMs };
}
