// One claimed operation while it runs on this server: its signal, its progress, its lease. Progress goes into `running`
// twice a second at most, which renews the lease; a lease that could not be renewed in time stops the operation.
import type { LockHolder } from '@holdfast/shared/deployment';
import type { DeploymentId } from '@holdfast/shared/ids';
import type { NamespaceProgress, OperationPhase, OperationProgress } from '@holdfast/shared/operation';
import type { Services } from '../services.ts';
import { leaseMs, type RunningOperation } from './running-operations.ts';
import { Fenced } from './stop-reason.ts';

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
}

export interface OperationRun {
  readonly facts: OperationFacts;
  readonly signal: AbortSignal;
  /** Begins a phase; its counters start from nothing. */
  phase(phase: OperationPhase, counters?: Counters, totals?: Totals): void;
  /** Records, before it is relied on, what somebody else would have to clean up. */
  note(fields: Pick<Partial<RunningOperation>, 'uploadToken' | 'createdDatabases' | 'child'>): Promise<void>;
  /** Stops reporting and gives up the lease. */
  end(): Promise<void>;
  /** Stops reporting; what the supervisor needs for cleaning up stays. */
  leave(): Promise<void>;
}

const reportEveryMs = 500;
const nothing: Counters = { bytes: 0, documents: 0, namespaces: new Map() };
const unknown: Totals = { bytes: null, documents: null, namespaces: new Map() };

/** Begins to report a claimed operation. `controller` is aborted with `Fenced` when the lease cannot be renewed. */
export async function startOperationRun(
  services: Services,
  facts: OperationFacts,
  controller: AbortController,
): Promise<OperationRun> {
  const startedAt = services.now();
  let phase: OperationPhase = 'connect';
  let counters = nothing;
  let totals = unknown;
  let phaseStartedAt = startedAt;
  let lastByteAt = startedAt;
  let lastBytes = 0;
  let renewedAt = performance.now();

  const snapshot = (): OperationProgress => {
    const now = services.now();
    if (counters.bytes !== lastBytes) lastByteAt = now;
    lastBytes = counters.bytes;
    const times = { startedAt: iso(startedAt), updatedAt: iso(now), lastByteAt: iso(lastByteAt) };
    return { ...base(facts, controller.signal), phase, ...times, ...moving(counters, totals, now - phaseStartedAt) };
  };
  const { operationId } = facts;
  await services.running.begin({
    _id: operationId,
    worker: services.worker,
    progress: snapshot(),
    uploadToken: null,
    createdDatabases: [],
    child: null,
  });
  const report = async (): Promise<void> => {
    try {
      await services.running.update(operationId, { progress: snapshot() });
      renewedAt = performance.now();
    } catch (error) {
      services.logger.warn({ operationId, err: error }, 'progress could not be written');
      if (performance.now() - renewedAt > leaseMs) controller.abort(new Fenced());
    }
  };
  const reporting = repeat(report, reportEveryMs);
  return {
    facts,
    signal: controller.signal,
    phase(next, nextCounters = nothing, nextTotals = unknown) {
      [phase, counters, totals, phaseStartedAt, lastBytes] = [next, nextCounters, nextTotals, services.now(), 0];
      lastByteAt = phaseStartedAt;
    },
    note: (fields) => services.running.update(operationId, fields),
    leave: () => reporting.stop(),
    async end() {
      await reporting.stop();
      await services.running.end(operationId);
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
