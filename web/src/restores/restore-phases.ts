// The steps of a restore as they are drawn: which are over, how long they took, and which are still to come. Pure.
import type { LedgerEvent } from '@holdfast/shared/events';
import type { Restore, RestorePhase } from '@holdfast/shared/restore';

export interface PhaseStep {
  readonly phase: RestorePhase;
  readonly state: 'done' | 'running' | 'failed' | 'cancelled' | 'todo';
  /** Where the ledger says that it began; null while it has not. */
  readonly position: number | null;
  /** Of one that is over, else since it began; null while it has not. */
  readonly tookMs: number | null;
}

const ofCopy: readonly RestorePhase[] = ['verify', 'stage', 'prove'];
const inPlace: readonly RestorePhase[] = ['verify', 'safety-backup', 'stage', 'prove', 'swap', 'finish'];
const ofUndo: readonly RestorePhase[] = ['swap', 'finish'];
const endings = /^Restore(?:Completed|Failed|Cancelled)$/;

type Known = Pick<Restore, 'id' | 'status' | 'target' | 'undoOf' | 'options'>;

/** `events` are those of the operation, in any order; `now` in milliseconds since 1970. */
export function phaseSteps(restore: Known, events: readonly LedgerEvent[], now: number): PhaseStep[] {
  const begun = begunPhases(restore.id, events);
  const end = events.find(({ type }) => endings.test(type));
  const measured = new Map(measuredPhases(end));
  const steps = begun.map(({ phase, event }, index): PhaseStep => {
    const until = begun[index + 1]?.event.at ?? end?.at;
    const isLast = index === begun.length - 1;
    return {
      phase,
      state: isLast ? stateOfLast(restore.status) : 'done',
      position: event.position,
      tookMs: measured.get(phase) ?? Math.max(0, (until ? Date.parse(until) : now) - Date.parse(event.at)),
    };
  });
  return isUnderWay(restore.status) ? [...steps, ...future(restore, steps)] : steps;
}

function isUnderWay(status: Restore['status']): boolean {
  return status === 'requested' || status === 'running';
}

/** A phase that is tried again counts as one. */
function begunPhases(restoreId: string, events: readonly LedgerEvent[]) {
  return events
    .filter((event): event is LedgerEvent<'RestorePhaseStarted'> => event.type === 'RestorePhaseStarted')
    .filter(({ data }) => data.restoreId === restoreId)
    .toSorted((a, b) => a.position - b.position)
    .map((event) => ({ phase: event.data.phase, event }))
    .filter(({ phase }, index, all) => phase !== all[index - 1]?.phase);
}

/** What the restore itself has measured, of one that is completed. */
function measuredPhases(end: LedgerEvent | undefined): [RestorePhase, number][] {
  if (end?.type !== 'RestoreCompleted') return [];
  const { phases = [] } = end.data as LedgerEvent<'RestoreCompleted'>['data'];
  return phases.map(({ phase, durationMs }) => [phase, durationMs]);
}

function stateOfLast(status: Restore['status']): PhaseStep['state'] {
  if (status === 'completed') return 'done';
  return status === 'failed' || status === 'cancelled' ? status : 'running';
}

/** What comes after the last that has begun. Whether a safety backup is needed shows only once it begins or is passed. */
function future(restore: Known, begun: readonly PhaseStep[]): PhaseStep[] {
  const all = restore.undoOf ? ofUndo : restore.target.kind === 'copy' ? ofCopy : inPlace;
  const last = begun.at(-1)?.phase;
  const order = last === undefined ? -1 : inPlace.indexOf(last);
  return all
    .filter((phase) => inPlace.indexOf(phase) > order)
    .map((phase) => ({ phase, state: 'todo', position: null, tookMs: null }));
}
