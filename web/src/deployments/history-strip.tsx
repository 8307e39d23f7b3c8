// The last 30 days, a bar each: its tone is the day's worst outcome, half height red is failed, the base line is no run.
import type { Backup } from '@holdfast/shared/backup';
import { For } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';

export type DayOutcome = 'none' | 'written' | 'verified' | 'failed' | 'busy';

const dayCount = 30;
const step = 7;
const kept: Partial<Record<Backup['status'], DayOutcome>> = {
  failed: 'failed',
  missing: 'failed',
  requested: 'busy',
  running: 'busy',
  sealed: 'busy',
  completed: 'written',
  expired: 'written',
  deleted: 'written',
};
const rank: readonly DayOutcome[] = ['none', 'verified', 'written', 'busy', 'failed'];

/** One outcome per day of the reader's own zone, oldest first, today last; on days with several runs the worst wins. */
export function outcomesByDay(backups: readonly Backup[], today: number): DayOutcome[] {
  const days = new Map<string, DayOutcome>();
  for (const backup of backups) {
    const outcome = backup.status === 'completed' && backup.verifiedAt ? 'verified' : kept[backup.status];
    const day = new Date(backup.createdAt).toDateString();
    if (outcome && rank.indexOf(outcome) > rank.indexOf(days.get(day) ?? 'none')) days.set(day, outcome);
  }
  return Array.from({ length: dayCount }, (_, index) => {
    const date = new Date(today);
    date.setDate(date.getDate() - (dayCount - 1 - index));
    return days.get(date.toDateString()) ?? 'none';
  });
}

export function HistoryStrip(props: { backups: readonly Backup[] }) {
  const { t } = useI18n();
  const outcomes = () => outcomesByDay(props.backups, now());
  const count = (outcome: DayOutcome) => outcomes().filter((other) => other === outcome).length;
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${dayCount * step - 2} 20`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('deployments.stripText', count('written') + count('verified'), count('failed'))}
    >
      <For each={outcomes()}>{(outcome, index) => <path class={outcome} d={barOf(outcome, index() * step)} />}</For>
    </svg>
  );
}

function barOf(outcome: DayOutcome, x: number): string {
  if (outcome === 'none') return `M${x} 18h5v1h-5z`;
  if (outcome === 'failed') return `M${x} 13h5v6h-5z`;
  return `M${x} 6h5v13h-5z`;
}
