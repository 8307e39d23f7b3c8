// What the benchmarks of restores share: how long each phase took, by the events of the restore, and what a process costs.
import { readFile, writeFile } from 'node:fs/promises';
import type { HoldfastProcess } from '../server/src/testing/holdfast-process.ts';

export const phases = ['verify', 'safety-backup', 'stage', 'prove', 'swap', 'finish'] as const;
export type Phase = (typeof phases)[number];

export interface PhaseTimes {
  readonly phaseMs: Readonly<Partial<Record<Phase, number>>>;
  /** The renames alone. */
  readonly swapMs: number;
}

/** How long each phase of a restore took, by when its events were recorded. */
export async function phaseTimes({ client }: HoldfastProcess, restoreId: string): Promise<PhaseTimes> {
  const { events } = await client.audit.search.query({ operationId: restoreId, limit: 100 });
  const phaseMs: Partial<Record<Phase, number>> = {};
  let phase: Phase | undefined;
  let since = 0;
  let swapMs = 0;
  for (const { type, at, data } of events.toReversed()) {
    const time = Date.parse(at);
    if (type === 'RestorePhaseStarted' || type === 'RestoreCompleted') {
      if (phase !== undefined) phaseMs[phase] = (phaseMs[phase] ?? 0) + time - since;
      since = time;
      phase = 'phase' in data ? (data.phase as Phase) : undefined;
    }
    if (type === 'RestoreSwapped') swapMs = 'durationMs' in data ? Number(data.durationMs) : time - since;
  }
  return { phaseMs, swapMs };
}

/** Processor time of servers, and of a process with the children that it has waited for; of this one, of its children alone. */
export async function cpuMs(pid: number | 'self', servers: readonly number[]): Promise<number> {
  const [own, ...others] = await Promise.all([pid, ...servers].map(ticksOf));
  const withChildren = (own?.own ?? 0) * (pid === 'self' ? 0 : 1) + (own?.children ?? 0);
  return 10 * others.reduce((total, one) => total + one.own, withChildren);
}

async function ticksOf(pid: number | 'self'): Promise<{ own: number; children: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return { own: user + system, children: childUser + childSystem };
}

/** From here on the peak of its memory is counted anew. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

export async function peakRssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_000);
}
