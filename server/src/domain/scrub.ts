// The scrub's settings: whether, how often and how fast every archive is read again. Pure.
import type { LedgerEvent, NewEvent } from '@holdfast/shared/events';
import { defaultScrubSettings, type ScrubSettings } from '@holdfast/shared/verification';

/** What deciders know of the scrub. */
export interface ScrubState {
  readonly settings: ScrubSettings;
}

/** Changes the settings; unchanged ones append nothing. */
export function changeScrub(state: ScrubState | undefined, settings: ScrubSettings): NewEvent[] {
  const { enabled, everyDays, bytesPerSecond } = scrubOf(state);
  if (settings.enabled === enabled && settings.everyDays === everyDays && settings.bytesPerSecond === bytesPerSecond)
    return [];
  return [{ stream: 'scrub', type: 'ScrubChanged', data: settings }];
}

/** The settings that hold: the defaults until somebody changes them. */
export function scrubOf(state: ScrubState | undefined): ScrubSettings {
  return state?.settings ?? defaultScrubSettings;
}

export function evolveScrub(state: ScrubState | undefined, event: LedgerEvent): ScrubState | undefined {
  return event.type === 'ScrubChanged' ? { settings: event.data } : state;
}
