// Stops a running program: on request, when no byte moves, when it takes too long.
//   running -> SIGTERM, pipes closed -> SIGTERM -> SIGKILL, each to the whole group, until `end`
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { signalGroup } from './process-group.ts';

export interface ToolLimits {
  /** The longest it may run. */
  readonly wallClockLimitMs?: number;
  /**
   * The longest without a byte through stdin or stdout. Holds until the input was handed over whole: what follows
   * (building indexes) says nothing, however long it takes.
   */
  readonly stallLimitMs?: number;
}

export type StopCause = 'aborted' | 'stalled' | 'timed-out';

interface WatchOptions extends ToolLimits {
  readonly signal?: AbortSignal;
  readonly escalationMs?: number;
}

/** Watches from its making until `end`. */
export class ToolWatch {
  readonly #child: ChildProcess;
  readonly #options: WatchOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  #movedAt = performance.now();
  #moved = 0;
  #stopped: StopCause | undefined;

  constructor(child: ChildProcess, options: WatchOptions) {
    this.#child = child;
    this.#options = options;
    options.signal?.addEventListener('abort', this.#onAbort);
    const { wallClockLimitMs, stallLimitMs } = options;
    if (wallClockLimitMs !== undefined) this.#after(wallClockLimitMs, () => this.#stop('timed-out'));
    if (stallLimitMs === undefined) return;
    const everyMs = Math.min(1_000, Math.max(10, stallLimitMs / 4));
    this.#timers.push(setInterval(() => this.#checkMovement(stallLimitMs), everyMs));
  }

  /** Why it was stopped, if it was. */
  get stopped(): StopCause | undefined {
    return this.#stopped;
  }

  touch(): void {
    this.#movedAt = performance.now();
  }

  /** The program has ended: nothing is signalled any more. */
  end(): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  readonly #onAbort = () => this.#stop('aborted');

  #stop(cause: StopCause): void {
    const { pid } = this.#child;
    if (this.#stopped !== undefined || pid === undefined) return;
    this.#stopped = cause;
    const { escalationMs = 500 } = this.#options;
    signalGroup(pid, 'SIGTERM');
    // The tools survive one SIGTERM while they are blocked on a pipe.
    this.#child.stdin?.destroy();
    this.#child.stdout?.destroy();
    this.#after(escalationMs, () => signalGroup(pid, 'SIGTERM'));
    this.#after(2 * escalationMs, () => signalGroup(pid, 'SIGKILL'));
  }

  #checkMovement(limitMs: number): void {
    const moved = bytesThrough(this.#child);
    if (moved !== this.#moved || this.#child.stdin?.writableFinished) {
      this.#moved = moved;
      this.touch();
    }
    if (performance.now() - this.#movedAt > limitMs) this.#stop('stalled');
  }

  #after(ms: number, action: () => void): void {
    this.#timers.push(setTimeout(action, Math.min(ms, longestTimerMs)));
  }
}

/** Node's timers fire at once beyond this. */
const longestTimerMs = 2 ** 31 - 1;

function bytesThrough({ stdin, stdout }: ChildProcess): number {
  // The pipes of a child are sockets, which count.
  return ((stdout as Socket | null)?.bytesRead ?? 0) + ((stdin as Socket | null)?.bytesWritten ?? 0);
}
