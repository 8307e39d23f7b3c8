// One claimed operation while it runs on this server: its signal, its progress, its lease. Progress goes into `running`
// twice a second at most, which renews the lease. How long the lease holds is also counted here, by the monotonic clock and
// from before each renewal was sent: this worker stops before another one may take the operation over.
import type { LockHolder } from '@holdfast/shared/deployment';
import type { DeploymentId } from '@holdfast/shared/ids';
import type { NamespaceProgress, OperationPhase, OperationProgress } from '@holdfast/shared/operation';
import type { RecordedProcess } from '../engine/orphan-process.ts';
import { throughFailover } from '../ledger/through-failover.ts';
import type { Services } from '../services.ts';
import type { OperationLimits } from './limits.ts';
import type { RunningFacts } from './running-operations.ts';
import { Fenced } from './stop-reason.ts';
import { startTimeLimit } from './time-limit.ts';

/** What moves while bytes flow. The archive's reader and writer count into one; bytes are raw bytes. */
export interface Counters {
  readonly bytes: number;
  readonly documents: number;
  readonly namespaces: ReadonlyMap<
    string,
    { readonly documents: number; readonly bytes: number; readonly done: boolean }
  >;
}

/** What is expected, for share and time left. Estimates: may be passed. */
export interface Totals {
  readonly bytes: number | null;
  readonly documents: number | null;
  readonly namespaces: ReadonlyMap<string, number>;
}

export interface OperationFacts {
  readonly operationId: string;
  readonly deploymentId: DeploymentId;
  readonly deploymentName: string;
  readonly holder: Pick<LockHolder, 'kind' | 'actor'>;
  readonly limits: OperationLimits;
}

export interface OperationRun {
  readonly facts: OperationFacts;
  readonly signal: AbortSignal;
  /** Begins a phase; its counters start from nothing. */
  phase(phase: OperationPhase, counters?: Counters, totals?: Totals): void;
  /** Records, before it is relied on, what somebody else would have to clean up. Throws Fenced. */
  note(fields: Omit<RunningFacts, 'progress'>): Promise<void>;
  /** Right before each step that cannot be taken back. Throws Fenced once the lease may have run out. */
  requireLease(): void;
  /** Whether the lease may have run out: then nothing is to be appended or removed any more. */
  readonly isFenced: boolean;
  /** From here on it is finished forward, or is being ended already: running out of time stops it no more. */
  liftTimeLimit(): void;
  /** Stops reporting and gives up the lease. */
  end(): Promise<void>;
  /** Stops reporting; what the supervisor needs for cleaning up stays. */
  leave(): Promise<void>;
}

const reportEveryMs = 500;
const nothing: Counters = { bytes: 0, documents: 0, namespaces: new Map() };
const unknown: Totals = { bytes: null, documents: null, namespaces: new Map() };

/**
 * Takes the lease on a requested operation and begins to report; null when another worker has it. `controller` is aborted with
 * `Fenced` when the lease cannot be renewed in time, or was taken over; with `timed-out` at the operation's time limit.
 */
export async function startOperationRun(
  services: Services,
  facts: OperationFacts,
  controller: AbortController,
): Promise<OperationRun | null> {
  const { running, worker, watchdog } = services;
  const { operationId } = facts;
  const progress = progressOf(services, facts, controller.signal);
  const nothingYet = { uploadToken: null, createdDatabases: [], child: null, failure: null };
  const claimedAt = performance.now();
  if (!(await running.claim({ _id: operationId, worker, progress: progress.snapshot(), ...nothingYet }))) return null;
  const lease = new Lease(claimedAt, running.leaseMs, controller);
  const timeLimit = startTimeLimit(controller, { kind: facts.holder.kind, timeLimitMs: facts.limits.timeLimitMs });
  let child: RecordedProcess | null = null;

  const renew = async (fields: RunningFacts): Promise<void> => {
    const sentAt = performance.now();
    if (await running.renew(operationId, worker, fields)) lease.renewed(sentAt);
    else lease.lose();
    lease.require();
    if (child !== null) watchdog.watch(child, lease.leftMs);
  };
  const reporting = repeat(async () => {
    await renew({ progress: progress.snapshot() }).catch((error: unknown) => {
      services.logger.warn({ operationId, err: error }, 'progress could not be written');
    });
  }, reportEveryMs);
  const stop = async (): Promise<void> => {
    lease.end();
    timeLimit.lift();
    await reporting.stop();
    if (child !== null) watchdog.forget(child);
  };
  return {
    facts,
    signal: controller.signal,
    phase: (next, counters, totals) => progress.phase(next, counters, totals),
    async note(fields) {
      if (fields.child) {
        if (child !== null) watchdog.forget(child);
        child = fields.child;
      }
      await throughFailover(() => renew(fields));
    },
    requireLease: () => lease.require(),
    get isFenced() {
      return lease.isOver;
    },
    liftTimeLimit: () => timeLimit.lift(),
    leave: stop,
    async end() {
      await stop();
      await running.end(operationId, worker);
    },
  };
}

/** How long the lease holds, as this worker may believe. */
class Lease {
  readonly #durationMs: number;
  readonly #controller: AbortController;
  readonly #timer: NodeJS.Timeout;
  #until: number;

  constructor(claimedAt: number, durationMs: number, controller: AbortController) {
    this.#durationMs = durationMs;
    this.#controller = controller;
    this.#until = claimedAt + durationMs;
    // A renewal that hangs must not keep this from being seen.
    this.#timer = setInterval(() => this.#stopWhenOver(), reportEveryMs);
  }

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  get leftMs(): number {
    return Math.max(1, Math.floor(this.#until - performance.now()));
  }

  renewed(sentAt: number): void {
    this.#until = sentAt + this.#durationMs;
  }

  lose(): void {
    this.#until = 0;
  }

  require(): void {
    this.#stopWhenOver();
    if (this.isOver) throw new Fenced();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #stopWhenOver(): void {
    if (this.isOver) this.#controller.abort(new Fenced());
  }
}

/** What is reported: counters of the phase, and how fast they move. */
function progressOf(services: Services, facts: OperationFacts, signal: AbortSignal) {
  const startedAt = services.now();
  let phase: OperationPhase = 'connect';
  let counters = nothing;
  let totals = unknown;
  let phaseStartedAt = startedAt;
  let lastByteAt = startedAt;
  let lastBytes = 0;
  return {
    snapshot(): OperationProgress {
      const now = services.now();
      if (counters.bytes !== lastBytes) lastByteAt = now;
      lastBytes = counters.bytes;
      const times = { startedAt: iso(startedAt), updatedAt: iso(now), lastByteAt: iso(lastByteAt) };
      return { ...base(facts, signal), phase, ...times, ...moving(counters, totals, now - phaseStartedAt) };
    },
    phase(next: OperationPhase, nextCounters = nothing, nextTotals = unknown) {
      [phase, counters, totals, phaseStartedAt, lastBytes] = [next, nextCounters, nextTotals, services.now(), 0];
      lastByteAt = phaseStartedAt;
    },
  };
}

function base(facts: OperationFacts, signal: AbortSignal) {
  const { operationId, deploymentId, deploymentName, holder } = facts;
  return {
    operationId,
    kind: holder.kind,
    deploymentId,
    deploymentName,
    actor: holder.actor,
    cancelRequested: signal.aborted,
  };
}

function moving(counters: Counters, totals: Totals, elapsedMs: number) {
  const bytesPerSecond = elapsedMs > 0 ? Math.round((counters.bytes / elapsedMs) * 1_000) : 0;
  const left = totals.bytes === null ? null : Math.max(0, totals.bytes - counters.bytes);
  return {
    bytes: counters.bytes,
    totalBytes: totals.bytes,
    documents: counters.documents,
    totalDocuments: totals.documents,
    bytesPerSecond,
    secondsLeft: left === null || bytesPerSecond === 0 ? null : Math.round(left / bytesPerSecond),
    namespaces: namespaceRows(counters, totals),
  };
}

const rowsShown = 50;

/** Those under way first, then the largest. */
function namespaceRows(counters: Counters, totals: Totals): NamespaceProgress[] {
  const rows = [...counters.namespaces].map(([namespace, { documents, bytes, done }]) => ({
    namespace,
    documents,
    totalDocuments: totals.namespaces.get(namespace) ?? null,
    bytes,
    done,
  }));
  return rows.sort((a, b) => Number(a.done) - Number(b.done) || b.bytes - a.bytes).slice(0, rowsShown);
}

function repeat(task: () => Promise<void>, everyMs: number): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = task().finally(() => {
      busy = false;
    });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
