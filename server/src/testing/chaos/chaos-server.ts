// A server of a randomised run: one fault at a time, each in the background, so that both may be down at once.
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultServer } from '../faults/fault-server.ts';

export class ChaosServer {
  readonly server: FaultServer;
  #busy: Promise<void> | undefined;

  constructor(server: FaultServer) {
    this.server = server;
  }

  /** Kills it and starts it again; false, and nothing happens, while another fault lasts. */
  kill(): boolean {
    return this.#begin(async () => {
      await this.server.process.end('SIGKILL');
      await this.server.start();
    });
  }

  /** Stops it in order and starts it again. */
  terminate(): boolean {
    return this.#begin(async () => {
      await this.server.process.end('SIGTERM');
      await this.server.start();
    });
  }

  /** Lets it stand still for a while. */
  pause(ms: number): boolean {
    return this.#begin(async () => {
      this.server.process.signal('SIGSTOP');
      await delay(ms);
      this.server.process.signal('SIGCONT');
    });
  }

  /** Resolves once it runs; rejects when it did not start again. */
  async settled(): Promise<void> {
    await this.#busy;
  }

  #begin(fault: () => Promise<void>): boolean {
    if (this.#busy !== undefined) return false;
    this.#busy = fault();
    this.#busy.then(
      () => {
        this.#busy = undefined;
      },
      // `settled` is who tells.
      () => undefined,
    );
    return true;
  }
}
