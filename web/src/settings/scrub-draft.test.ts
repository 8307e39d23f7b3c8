import { defaultScrubSettings, scrubSettings } from '@holdfast/shared/verification';
import { describe, expect, it } from 'vitest';
import { isScrubDraft, toScrub, toScrubDraft } from './scrub-draft.ts';

const saved = toScrubDraft(defaultScrubSettings);

describe('the form of the scrub agrees with the contract', () => {
  it.each([-1, 0, 1, 30, 365, 366])('about every %d days', (everyDays) => {
    const accepted = scrubSettings.safeParse({ ...defaultScrubSettings, everyDays });
    expect(isScrubDraft({ ...saved, days: String(everyDays) })).toBe(accepted.success);
  });

  it.each([0, 0.999, 1, 32, 100_000, 100_000.001])('about %d MB a second', (megabytes) => {
    const bytesPerSecond = Math.round(megabytes * 1_000_000);
    const accepted = scrubSettings.safeParse({ ...defaultScrubSettings, bytesPerSecond });
    expect(isScrubDraft({ ...saved, rate: String(megabytes) })).toBe(accepted.success);
  });

  it('gives back what was saved, and none for an empty limit', () => {
    expect(toScrub(saved)).toEqual(defaultScrubSettings);
    expect(toScrub({ ...saved, rate: ' ' })).toEqual({ ...defaultScrubSettings, bytesPerSecond: null });
  });
});
