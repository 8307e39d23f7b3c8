// What each fault does to a scene that is held at a point, from the blow to the moment at which nothing is broken any more. The
// operation is let go in between, so that it meets the fault.
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { FailpointName } from '../../failpoints.ts';
import { until } from '../until.ts';
import type { FaultName } from './fault-cases.ts';
import type { FaultServer } from './fault-server.ts';
import { drainMs, leaseMs, type Scene } from './fault-stage.ts';
import { makeReadOnly, unmount } from './small-disk.ts';

export interface Blow {
  readonly scene: Scene;
  readonly point: FailpointName;
  /** Resolves once the ledger says that nothing runs. */
  readonly idle: Promise<unknown>;
}

export type Fault = (blow: Blow) => Promise<void>;

const brokenForMs = 3_000;
/** Longer than between two looks of a supervisor. */
const supervisedMs = 7_000;

export const faultsByName: Readonly<Record<FaultName, Fault>> = {
  async 'server-killed'({ scene: { worker, other }, point }) {
    await worker.process.end('SIGKILL');
    await worker.release(point);
    if (other === null) await worker.start();
  },

  async 'server-terminated'({ scene: { worker, other }, point }) {
    worker.process.signal('SIGTERM');
    await delay(300);
    await worker.release(point);
    await worker.process.exited;
    if (other === null) await worker.start();
  },

  async 'server-cut-short'({ scene: { worker, other }, point }) {
    worker.process.signal('SIGTERM');
    await Promise.race([delay(drainMs + 2_000), worker.process.exited]);
    await worker.release(point);
    await worker.process.exited;
    if (other === null) await worker.start();
  },

  async 'server-stopped'({ scene: { worker, other }, point, idle }) {
    worker.process.signal('SIGSTOP');
    await (other === null ? delay(leaseMs + 2_000) : idle);
    await worker.release(point);
    worker.process.signal('SIGCONT');
    await answers(worker);
  },

  async 'tool-killed'({ scene: { worker }, point }) {
    const [tool] = await until(
      () => worker.tools(),
      ({ length }) => length > 0,
    );
    if (tool === undefined) throw new Error('no tool runs');
    process.kill(tool.pid, 'SIGKILL');
    await worker.release(point);
  },

  async 'deployment-killed'({ scene: { source, worker }, point }) {
    await source.kill();
    await worker.release(point);
    await delay(brokenForMs);
    await source.revive();
  },

  async 'ledger-stepped-down'({ scene: { ledgerMongo, worker }, point }) {
    await ledgerMongo.stepDown();
    await worker.release(point);
  },

  async 'ledger-primary-killed'({ scene: { ledgerMongo, worker }, point }) {
    await ledgerMongo.killPrimary();
    await worker.release(point);
    await delay(brokenForMs);
    await ledgerMongo.revive();
  },

  async 'ledger-killed'({ scene: { ledgerMongo, worker }, point }) {
    await ledgerMongo.kill();
    await worker.release(point);
    await delay(brokenForMs);
    await ledgerMongo.revive();
  },

  async 'disk-full'({ scene: { disk, ledgerMongo, worker }, point }) {
    if (disk === null) throw new Error('the scene has no disk of its own');
    const free = await disk.fill();
    await worker.release(point);
    await delay(brokenForMs);
    await free();
    // A mongod that could not write its journal has ended; what starts services starts it again.
    await ledgerMongo.revive();
  },

  'storage-read-only': ({ scene, point }) => whileStorageIs(makeReadOnly, scene, point),
  async 'storage-unmounted'({ scene, point, idle }) {
    await whileStorageIs(unmount, scene, point);
    await idle;
    // What lay on the disk while it was away is removed at the next start at the latest.
    await scene.worker.process.end('SIGTERM');
    await scene.worker.start();
  },

  'clock-forward': (blow) => stepClock(blow, '+3600'),
  'clock-back': (blow) => stepClock(blow, '-3600'),
};

async function whileStorageIs(
  broken: (folder: string) => Promise<() => Promise<void>>,
  { storageDir, worker }: Scene,
  point: FailpointName,
): Promise<void> {
  const mend = await broken(storageDir);
  await worker.release(point);
  await delay(brokenForMs);
  await mend();
}

/** Of two servers the one whose clock is wrong looks after the other's operation: it must not believe its own clock. */
async function stepClock({ scene: { worker, other }, point, idle }: Blow, offset: string): Promise<void> {
  const { clockFile } = other ?? worker;
  await writeFile(clockFile, `${offset}\n`);
  await delay(supervisedMs);
  await worker.release(point);
  await idle;
  await writeFile(clockFile, '+0\n');
}

async function answers({ api }: FaultServer): Promise<void> {
  await until(
    () =>
      api.system.info.query().then(
        () => true,
        () => false,
      ),
    (answered) => answered,
  );
}
