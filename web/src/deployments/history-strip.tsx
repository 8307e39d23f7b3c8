// The last 30 days, a bar each: its tone is the day's worst outcome, half height red is failed, the base line is no run; a tick above
// is a restore test that passed.
import type { Backup } from '@holdfast/shared/backup';
import { For } from 'solid-js';
import { type Proof, proofOf } from '../backups/proof.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';

export type DayOutcome = 'none' | 'written' | 'verified' | 'tested' | 'failed' | 'busy';

const dayCount = 30;
const step = 7;
const kept: Partial<Record<Backup['status'], DayOutcome>> = {
  failed: 'failed',
  missing: 'failed',
  requested: 'busy',
  running: 'busy',
  sealed: 'busy',
  expired: 'written',
  deleted: 'written',
};
const rank: readonly DayOutcome[] = ['none', 'tested', 'verified', 'written', 'busy', 'failed'];

/** One outcome per day of the reader's own zone, oldest first, today last; on days with several runs the worst wins. */
export function outcomesByDay(backups: readonly Backup[], today: number): DayOutcome[] {
  const days = new Map<string, DayOutcome>();
  for (const backup of backups) {
    const outcome = outcomeOf(backup);
    const day = new Date(backup.createdAt).toDateString();
    if (outcome && rank.indexOf(outcome) > rank.indexOf(days.get(day) ?? 'none')) days.set(day, outcome);
  }
  return daysUntil(today).map((day) => days.get(day) ?? 'none');
}

const proven: Record<Proof, DayOutcome> = {
  none: 'written',
  verified: 'verified',
  tested: 'tested',
  damaged: 'failed',
  unrestorable: 'failed',
};

function outcomeOf(backup: Backup): DayOutcome | undefined {
  return backup.status === 'completed' ? proven[proofOf(backup)] : kept[backup.status];
}

/** Whether a backup of each of those days passed its restore test. */
export function testedByDay(backups: readonly Backup[], today: number): boolean[] {
  const days = new Set(
    backups.filter(({ testedAt }) => testedAt).map(({ createdAt }) => new Date(createdAt).toDateString()),
  );
  return daysUntil(today).map((day) => days.has(day));
}

function daysUntil(today: number): string[] {
  return Array.from({ length: dayCount }, (_, index) => {
    const date = new Date(today);
    date.setDate(date.getDate() - (dayCount - 1 - index));
    return date.toDateString();
  });
}

export function HistoryStrip(props: { backups: readonly Backup[] }) {
  const { t } = useI18n();
  const outcomes = () => outcomesByDay(props.backups, now());
  const tested = () => testedByDay(props.backups, now());
  const count = (outcome: DayOutcome) => outcomes().filter((other) => other === outcome).length;
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${dayCount * step - 2} 20`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('deployments.stripText', {
        good: count('written') + count('verified') + count('tested'),
        tested: tested().filter(Boolean).length,
        failed: count('failed'),
      })}
    >
      <For each={outcomes()}>{(outcome, index) => <path class={outcome} d={barOf(outcome, index() * step)} />}</For>
      <For each={tested()}>
        {(isTested, index) => (isTested ? <path class="tested" d={`M${index() * step} 1h5v3h-5z`} /> : null)}
      </For>
    </svg>
  );
}

function barOf(outcome: DayOutcome, x: number): string {
  if (outcome === 'none') return `M${x} 18h5v1h-5z`;
  if (outcome === 'failed') return `M${x} 13h5v6h-5z`;
  return `M${x} 6h5v13h-5z`;
}
