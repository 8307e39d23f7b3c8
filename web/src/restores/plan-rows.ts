// The rows of a plan as they are drawn: by database, filtered, with what changes in numbers. Pure.
import type { PlanAction, PlanNamespace } from '@holdfast/shared/restore-plan';
import type { MarkName, Tone } from '../marks/mark.tsx';

/** In the order in which a plan is told: what is lost first. */
export const planActions: readonly PlanAction[] = ['dropped', 'replaced', 'merged', 'added', 'untouched'];

const looks: Record<PlanAction, { mark: MarkName; tone?: Tone }> = {
  dropped: { mark: 'drop', tone: 'danger' },
  replaced: { mark: 'swap' },
  merged: { mark: 'add' },
  added: { mark: 'add' },
  untouched: { mark: 'same' },
};

/** The sign of what happens to a namespace. */
export function actionLook(action: PlanAction): { mark: MarkName; tone?: Tone } {
  return looks[action];
}

export type ActionCounts = Record<PlanAction, number>;

/** How many namespaces each action concerns. */
export function countActions(namespaces: readonly PlanNamespace[]): ActionCounts {
  const counts: ActionCounts = { added: 0, replaced: 0, merged: 0, dropped: 0, untouched: 0 };
  for (const { action } of namespaces) counts[action] += 1;
  return counts;
}

export function droppedOf(namespaces: readonly PlanNamespace[]): PlanNamespace[] {
  return namespaces.filter(({ action }) => action === 'dropped');
}

export interface PlanGroup {
  readonly database: string;
  readonly rows: readonly PlanNamespace[];
  readonly counts: ActionCounts;
}

export interface PlanFilter {
  /** Part of a name, whatever the case. */
  readonly search: string;
  readonly action: PlanAction | null;
}

/** Groups by target database; inside each what is dropped first, else the order of the plan. */
export function groupRows(namespaces: readonly PlanNamespace[], filter: PlanFilter): PlanGroup[] {
  const wanted = filter.search.trim().toLowerCase();
  const groups = new Map<string, PlanNamespace[]>();
  for (const row of namespaces) {
    if (filter.action !== null && row.action !== filter.action) continue;
    if (wanted !== '' && !row.target.toLowerCase().includes(wanted)) continue;
    const database = databaseOf(row.target);
    const rows = groups.get(database);
    if (rows) rows.push(row);
    else groups.set(database, [row]);
  }
  return [...groups].map(([database, rows]) => ({
    database,
    rows: [...droppedOf(rows), ...rows.filter(({ action }) => action !== 'dropped')],
    counts: countActions(rows),
  }));
}

/** The part of a namespace before its first dot. */
export function databaseOf(namespace: string): string {
  return namespace.slice(0, namespace.indexOf('.'));
}

/** The databases that the plan writes to. */
export function writtenDatabases(namespaces: readonly PlanNamespace[]): string[] {
  const written = namespaces.filter(({ action }) => action !== 'untouched');
  return [...new Set(written.map(({ target }) => databaseOf(target)))];
}

export interface PlanChange {
  /** Documents afterwards; null for a view. */
  readonly after: number | null;
  /** True where only the most that there can be is known. */
  readonly isMost: boolean;
  /** Afterwards less now; null for a view. */
  readonly delta: number | null;
  /** How large that is beside the larger of both, 0 to 1. */
  readonly share: number;
}

/** What happens to the number of documents. A merge adds at most what the backup holds, and exactly what was counted. */
export function changeOf(row: PlanNamespace): PlanChange {
  if (row.type === 'view') return { after: null, isMost: false, delta: null, share: 0 };
  const now = row.documentsNow ?? 0;
  const missing = row.difference?.onlyInBackup;
  const after = afterOf(row, now, missing);
  const delta = after - now;
  const larger = Math.max(after, now);
  return {
    after,
    isMost: row.action === 'merged' && missing === undefined && delta > 0,
    delta,
    share: larger === 0 ? 0 : Math.abs(delta) / larger,
  };
}

function afterOf(row: PlanNamespace, now: number, missing: number | undefined): number {
  switch (row.action) {
    case 'dropped':
      return 0;
    case 'untouched':
      return now;
    case 'merged':
      return now + (missing ?? row.documentsInBackup ?? 0);
    case 'added':
    case 'replaced':
      return row.documentsInBackup ?? 0;
  }
}

/** Whether there is something to unfold below a row. */
export function hasDetails(row: PlanNamespace): boolean {
  return canCompare(row) || row.drift.length > 0 || row.viewOn !== null || (row.expired ?? 0) > 0;
}

/** Whether the documents of both sides can be compared by `_id`: both have some, of the same kind of collection. */
export function canCompare(row: PlanNamespace): boolean {
  return (
    row.type !== 'view' &&
    (row.action === 'replaced' || row.action === 'merged') &&
    row.documentsNow !== null &&
    row.drift.every(({ what }) => what !== 'type')
  );
}
