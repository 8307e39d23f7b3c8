// The form of the restore tests: what is typed, and whether it can be saved. The ranges are those of `shared/restore-test`; a test
// holds the two together.
import type { RestoreTestSettings } from '@holdfast/shared/restore-test';

/** Days; minutes of a day. */
export const restoreTestRanges = { days: { min: 1, max: 365 }, minutes: { min: 1, max: 1_440 } } as const;

export interface RestoreTestsDraft {
  readonly enabled: boolean;
  readonly days: string;
  readonly minutes: string;
  /** Id of a deployment; empty: none. */
  readonly setAside: string;
}

export function toTestsDraft(settings: RestoreTestSettings): RestoreTestsDraft {
  const { enabled, everyDays, minutesPerDay, setAsideId } = settings;
  return { enabled, days: String(everyDays), minutes: String(minutesPerDay), setAside: setAsideId ?? '' };
}

/** Whether every field can be saved. */
export function isTestsDraft(draft: Pick<RestoreTestsDraft, 'days' | 'minutes'>): boolean {
  return isWhole(draft.days, restoreTestRanges.days) && isWhole(draft.minutes, restoreTestRanges.minutes);
}

/** Of a draft that can be saved. */
export function toTests({ enabled, days, minutes, setAside }: RestoreTestsDraft): RestoreTestSettings {
  const setAsideId = (setAside || null) as RestoreTestSettings['setAsideId'];
  return { enabled, everyDays: Number(days), minutesPerDay: Number(minutes), setAsideId };
}

function isWhole(text: string, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return /^\d{1,4}$/.test(text.trim()) && Number(text) >= min && Number(text) <= max;
}
