// The form of the scrub: what is typed, and whether it can be saved. The ranges are those of `shared/verification`; a test holds
// the two together.
import type { ScrubSettings } from '@holdfast/shared/verification';

/** Days; megabytes a second. */
export const scrubRanges = { days: { min: 1, max: 365 }, rate: { min: 1, max: 100_000 } } as const;

export interface ScrubDraft {
  readonly enabled: boolean;
  readonly days: string;
  /** Megabytes a second; empty: no limit. */
  readonly rate: string;
}

export function toScrubDraft({ enabled, everyDays, bytesPerSecond }: ScrubSettings): ScrubDraft {
  return { enabled, days: String(everyDays), rate: bytesPerSecond === null ? '' : String(bytesPerSecond / 1_000_000) };
}

/** Whether every field can be saved. */
export function isScrubDraft({ days, rate }: ScrubDraft): boolean {
  const isDays = /^\d{1,3}$/.test(days.trim()) && isWithin(Number(days), scrubRanges.days);
  const isRate = /^\d{1,6}(\.\d{1,3})?$/.test(rate.trim()) && isWithin(Number(rate), scrubRanges.rate);
  return isDays && (rate.trim() === '' || isRate);
}

/** Of a draft that can be saved. */
export function toScrub({ enabled, days, rate }: ScrubDraft): ScrubSettings {
  const bytesPerSecond = rate.trim() === '' ? null : Math.round(Number(rate) * 1_000_000);
  return { enabled, everyDays: Number(days), bytesPerSecond };
}

function isWithin(value: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return value >= min && value <= max;
}
