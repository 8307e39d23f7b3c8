// The form of a policy: what is typed, what differs from what is saved, and what is wrong. The ranges are those of
// `shared/policy`; a test holds the two together.
import type { PolicyEncryption } from '@holdfast/shared/encryption';
import type { PolicySettings, ReadPreference } from '@holdfast/shared/policy';

export const hourRange = { min: 0, max: 23 } as const;
export const retentionRange = { min: 1, max: 30 } as const;
/** Minutes. */
export const timeLimitRange = { min: 1, max: 10_080 } as const;
/** Minutes. */
export const stallLimitRange = { min: 1, max: 1_440 } as const;

/** Backups. */
export const testEveryRange = { min: 1, max: 100 } as const;

/** Collections at once. */
export const parallelRange = { min: 1, max: 16 } as const;
/** Megabytes a second. */
export const bandwidthRange = { min: 1, max: 100_000 } as const;
export const readPreferences = [
  'primary',
  'primaryPreferred',
  'secondary',
  'secondaryPreferred',
  'nearest',
] as const satisfies readonly ReadPreference[];

/** What stands in the fields, as it was typed. */
export interface PolicyDraft {
  readonly enabled: boolean;
  readonly hour: string;
  readonly retention: string;
  readonly timezone: string;
  readonly timeLimit: string;
  readonly stallLimit: string;
  readonly verify: boolean;
  /** Empty: as the connection string says. */
  readonly readPreference: ReadPreference | '';
  readonly parallel: string;
  /** Megabytes a second; empty: no limit. */
  readonly bandwidth: string;
  /** Ids; the first is written to first. */
  readonly destinations: readonly string[];
  readonly encryption: PolicyEncryption;
  /** A count of backups; empty: none is tested because of the policy. */
  readonly testEvery: string;
  readonly users: boolean;
}

export type PolicyField = keyof PolicyDraft;

export function toDraft(settings: PolicySettings): PolicyDraft {
  return {
    enabled: settings.enabled,
    hour: String(settings.scheduledHour),
    retention: String(settings.retentionCount),
    timezone: settings.timezone,
    timeLimit: String(settings.timeLimitMinutes),
    stallLimit: String(settings.stallLimitMinutes),
    verify: settings.verifyAfterBackup,
    readPreference: settings.readPreference ?? '',
    parallel: String(settings.parallelCollections),
    bandwidth: toMegabytes(settings.bandwidthLimitBytesPerSecond),
    destinations: settings.destinationIds,
    encryption: settings.encryption,
    testEvery: settings.restoreTestEvery === null ? '' : String(settings.restoreTestEvery),
    users: settings.usersAndRoles,
  };
}

/** The fields whose value cannot be saved. */
export function invalidFields(draft: PolicyDraft): PolicyField[] {
  const invalid: PolicyField[] = [];
  if (!isWholeWithin(draft.hour, hourRange)) invalid.push('hour');
  if (!isWholeWithin(draft.retention, retentionRange)) invalid.push('retention');
  if (!isTimezone(draft.timezone)) invalid.push('timezone');
  if (!isWholeWithin(draft.timeLimit, timeLimitRange)) invalid.push('timeLimit');
  if (!isWholeWithin(draft.stallLimit, stallLimitRange)) invalid.push('stallLimit');
  if (!isWholeWithin(draft.parallel, parallelRange)) invalid.push('parallel');
  if (!isBandwidth(draft.bandwidth)) invalid.push('bandwidth');
  if (draft.testEvery.trim() !== '' && !isWholeWithin(draft.testEvery, testEveryRange)) invalid.push('testEvery');
  return invalid;
}

/** The settings to save, or null while a field is invalid. */
export function toSettings(draft: PolicyDraft): PolicySettings | null {
  if (invalidFields(draft).length > 0) return null;
  return {
    enabled: draft.enabled,
    scheduledHour: Number(draft.hour),
    retentionCount: Number(draft.retention),
    timezone: draft.timezone,
    timeLimitMinutes: Number(draft.timeLimit),
    stallLimitMinutes: Number(draft.stallLimit),
    verifyAfterBackup: draft.verify,
    readPreference: draft.readPreference === '' ? null : draft.readPreference,
    parallelCollections: Number(draft.parallel),
    bandwidthLimitBytesPerSecond:
      draft.bandwidth.trim() === '' ? null : Math.round(Number(draft.bandwidth) * 1_000_000),
    destinationIds: [...draft.destinations] as PolicySettings['destinationIds'],
    encryption: draft.encryption,
    usersAndRoles: draft.users,
    restoreTestEvery: draft.testEvery.trim() === '' ? null : Number(draft.testEvery),
  };
}

/** The fields that differ from what is saved. */
export function changedFields(draft: PolicyDraft, saved: PolicyDraft): PolicyField[] {
  // In the order in which they stand in the form.
  const fields = Object.keys(saved) as PolicyField[];
  return fields.filter((field) => String(draft[field]).trim() !== String(saved[field]));
}

/** Every time zone that this browser knows; UTC first. */
export function knownTimezones(): string[] {
  const zones = Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC');
  return ['UTC', ...zones];
}

function isWholeWithin(text: string, range: { min: number; max: number }): boolean {
  return /^\d{1,5}$/.test(text.trim()) && Number(text) >= range.min && Number(text) <= range.max;
}

function isBandwidth(text: string): boolean {
  const typed = text.trim();
  if (typed === '') return true;
  return (
    /^\d{1,6}(\.\d{1,3})?$/.test(typed) && Number(typed) >= bandwidthRange.min && Number(typed) <= bandwidthRange.max
  );
}

function toMegabytes(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? '' : String(bytesPerSecond / 1_000_000);
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
