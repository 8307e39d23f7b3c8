// Keeps the embedded mongod running. Knows nothing of ledgers: `launch` brings one up, this decides when.
//
// state        mongod ended    launched   launch failed   stop()
// up           down            -          -               stopping
// down         -               up         down (longer)   stopping
// stopping     stopped         stopped    stopped         -
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { endMongod, type MongodProcess } from './mongod-process.ts';

export interface SupervisedMongod {
  /** Of the mongod that runs now, or ran last. */
  readonly pid: number;
  /** Ends it in order, by force after 30 s; resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
}

export interface SuperviseOptions {
  /** Gives up soon after the signal. */
  readonly launch: (signal: AbortSignal) => Promise<MongodProcess>;
  readonly onStateChange?: ((state: 'down' | 'up') => void) | undefined;
  readonly logger?: Logger | undefined;
  /** Wait before the first new launch; doubles up to a hundred times itself, and falls back once one has lived for a minute. */
  readonly backoffMs?: number;
}

const provenMs = 60_000;

/** Supervises a mongod that is up; launches it again whenever it ends without `stop`. */
export function superviseMongod(first: MongodProcess, options: SuperviseOptions): SupervisedMongod {
  const backoffMs = options.backoffMs ?? 250;
  const stopping = new AbortController();
  let current = first;
  const ended = run();

  async function run(): Promise<void> {
    let waitMs = backoffMs;
    for (;;) {
      const upSince = performance.now();
      const code = await current.ended;
      if (stopping.signal.aborted) return;
      if (performance.now() - upSince > provenMs) waitMs = backoffMs;
      options.logger?.error({ pid: current.pid, code }, 'the embedded mongod ended; starting it again');
      options.onStateChange?.('down');
      waitMs = await launchAgain(waitMs);
      if (stopping.signal.aborted) return;
      options.onStateChange?.('up');
    }
  }

  async function launchAgain(waitMs: number): Promise<number> {
    for (let wait = waitMs; ; wait = Math.min(wait * 2, backoffMs * 100)) {
      await pause(wait, stopping.signal);
      if (stopping.signal.aborted) return wait;
      try {
        current = await options.launch(stopping.signal);
        if (stopping.signal.aborted) await endMongod(current);
        return Math.min(wait * 2, backoffMs * 100);
      } catch (error) {
        if (stopping.signal.aborted) return wait;
        options.logger?.error({ err: error }, 'the embedded mongod did not start');
      }
    }
  }

  return {
    get pid() {
      return current.pid;
    },
    stop: async () => {
      stopping.abort();
      await endMongod(current);
      await ended;
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // An abort only ends the wait early: the caller looks at the signal itself.
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}
