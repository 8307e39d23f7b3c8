// What a running operation's figures mean for the person who waits. Pure.
import type { OperationKind } from '@holdfast/shared/deployment';
import type { OperationPhase, OperationProgress } from '@holdfast/shared/operation';

type Range = readonly [from: number, to: number];

/** The part of the whole that each phase takes. Bytes start again in every phase; the whole never goes back. */
const shares: Record<OperationKind, Partial<Record<OperationPhase, Range>>> = {
  backup: {
    waiting: [0, 0],
    connect: [0, 0.01],
    dump: [0.01, 0.95],
    seal: [0.95, 0.98],
    verify: [0.98, 0.99],
    finish: [0.99, 1],
  },
  restore: {
    waiting: [0, 0],
    connect: [0, 0.01],
    verify: [0.01, 0.05],
    'safety-backup': [0.05, 0.15],
    stage: [0.15, 0.75],
    prove: [0.75, 0.96],
    swap: [0.96, 0.98],
    finish: [0.98, 1],
  },
};

/** After this long without a byte an operation counts as stalled. */
const stalledAfterMs = 20_000;
const phasesWithBytes: readonly OperationPhase[] = ['dump', 'verify', 'safety-backup', 'stage', 'prove'];

/** Share of the whole, 0 to below 1; null while the size is unknown. */
export function wholeShare(progress: OperationProgress): number | null {
  const [from, to] = shares[progress.kind][progress.phase] ?? [0, 1];
  const inPhase = phaseShare(progress);
  if (inPhase === null) return phasesWithBytes.includes(progress.phase) ? null : from;
  return Math.min(0.99, from + (to - from) * inPhase);
}

/** Share of the present phase by bytes; the total is an estimate and may be passed. */
function phaseShare({ bytes, totalBytes }: OperationProgress): number | null {
  if (!totalBytes) return null;
  return Math.min(1, bytes / totalBytes);
}

/** Since when nothing has moved, or null. Both times are the server's, so that a wrong clock here does not matter. */
export function stalledSince(progress: OperationProgress): string | null {
  if (!phasesWithBytes.includes(progress.phase)) return null;
  const silentMs = Date.parse(progress.updatedAt) - Date.parse(progress.lastByteAt);
  return silentMs >= stalledAfterMs ? progress.lastByteAt : null;
}
